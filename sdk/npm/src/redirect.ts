/** Signing in by redirect: authorization code with PKCE, or simply the server's sign-in page. */

import {
  acceptsIdToken,
  beginRedirect,
  isLocalPath,
  refuseRedirect,
} from "../wasm/portcullis_sdk.js";
import type { Transaction } from "./core.js";
import { failure, parse } from "./http.js";
import type { Machine } from "./machine.js";
import type { BrowserReason, Outcome } from "./outcome.js";
import { encode } from "./webauthn.js";

/** What token mode is set up with. */
export interface TokenConfig {
  clientId: string;
  redirectUri: string;
  scope: string | undefined;
}

const SCOPE = "openid";

/** Sends the browser to the server to sign in, and back to the path `returnTo` afterwards. */
export async function leave(
  server: string,
  token: TokenConfig | undefined,
  returnTo: string,
): Promise<Outcome> {
  try {
    const return_to = isLocalPath(returnTo) ? returnTo : "/";
    const query = token ? await begin(token, return_to) : new URLSearchParams({ return_to });
    location.assign(`${server}${token ? "/oauth/authorize" : "/sign-in"}?${query}`);
    return { ok: true };
  } catch {
    // No secure context and so no SHA-256, or no storage for the tab.
    return failure("not_supported");
  }
}

async function begin(token: TokenConfig, returnTo: string): Promise<URLSearchParams> {
  const random = crypto.getRandomValues(new Uint8Array(64));
  const transaction = beginRedirect(random, returnTo) as Transaction;
  const { state, nonce, verifier } = transaction;
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  // The tab's own storage, because other tabs may be signing in as well.
  sessionStorage.setItem(key(state), JSON.stringify(transaction));
  return new URLSearchParams({
    response_type: "code",
    client_id: token.clientId,
    redirect_uri: token.redirectUri,
    scope: token.scope ?? SCOPE,
    state,
    nonce,
    code_challenge: encode(hash),
    code_challenge_method: "S256",
  });
}

/** Completes a sign-in by redirect, if this page was loaded by one. */
export async function arrive(
  machine: Machine,
  server: string,
  token: TokenConfig | undefined,
): Promise<Outcome<{ value?: string }>> {
  const answer = Object.fromEntries(new URLSearchParams(location.search));
  const { state, code, error } = answer;
  if (!token || !state || !(code || error)) return { ok: true };
  // Out of the address bar and the history.
  history.replaceState(history.state, "", location.pathname);
  const transaction = recall(state);
  const refused = transaction ? refuseRedirect(transaction, answer, server) : "redirect_invalid";
  if (refused || !transaction) return failure(refused as BrowserReason);
  const sent = performance.now();
  const granted = await machine.post("/oauth/token", {
    grant_type: "authorization_code",
    code: code ?? "",
    redirect_uri: token.redirectUri,
    code_verifier: transaction.verifier,
  });
  if (!granted || granted.status >= 500) return failure("network");
  if (granted.status !== 200) return failure("redirect_refused");
  const tokens = granted.body as { id_token?: string } | undefined;
  const openid = (token.scope ?? SCOPE).split(" ").includes("openid");
  if (openid && !acceptsIdToken(transaction, tokens?.id_token ?? "", server, token.clientId)) {
    return failure("redirect_invalid");
  }
  machine.tell("redeemed", { chain: state, sent, tokens });
  await known(machine);
  return { ok: true, value: transaction.return_to };
}

/** Waits until the session that the tokens belong to has been asked for. */
function known(machine: Machine): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (machine.core.session.status !== "loading") resolve();
    };
    machine.subscribe(look);
    look();
  });
}

const key = (state: string) => `portcullis:${state}`;

/** Takes the transaction out of the storage: an answer counts once. */
function recall(state: string): Transaction | undefined {
  try {
    const text = sessionStorage.getItem(key(state));
    sessionStorage.removeItem(key(state));
    return text === null ? undefined : (parse(text) as Transaction | undefined);
  } catch {
    return undefined;
  }
}

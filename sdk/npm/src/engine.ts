/** Everything that is asked of the module and the server, on a page or in a worker. */

import {
  acceptsIdToken,
  beginRedirect,
  isLocalPath,
  refuseRedirect,
  type Core,
} from "../wasm/portcullis_sdk.js";
import type { Body } from "./client.js";
import type { Transaction } from "./core.js";
import { send, type Wishes } from "./fetching.js";
import {
  camelCase,
  CSRF_HEADER,
  exchange,
  failure,
  refusal,
  type Answer,
  type Valued,
} from "./http.js";
import { Machine } from "./machine.js";
import type { BrowserReason, Outcome } from "./outcome.js";
import type { Late, Offer } from "./hardened.js";
import type { Session } from "./session.js";
import { trusted, type Begun, type EngineConfig, type EngineLike } from "./site.js";
import type { Tracer } from "./trace.js";
import { encode } from "./webauthn.js";

const SCOPE = "openid";

export class Engine implements EngineLike {
  readonly machine: Machine;
  readonly #config: EngineConfig;
  readonly #trusted: Set<string>;
  readonly #late: () => Promise<Late>;

  constructor(config: EngineConfig, late: () => Promise<Late>) {
    this.#config = config;
    this.#late = late;
    this.#trusted = trusted(config);
    this.machine = new Machine(config, late);
  }

  get core(): Core {
    return this.machine.core;
  }

  get session(): Session {
    return this.core.session as Session;
  }

  subscribe(listener: () => void): void {
    this.machine.subscribe(listener);
  }

  trace(tracer: Tracer): void {
    this.machine.trace = tracer;
  }

  tell(kind: string, event?: unknown): void {
    this.machine.tell(kind, event);
  }

  async signOut(everywhere: boolean): Promise<Outcome> {
    if (this.#config.token) {
      if (everywhere) return failure("wrong_mode");
    } else {
      const outcome = await this.request("POST", "/api/auth/sign-out", { everywhere });
      // It may have been over already.
      if (!outcome.ok && outcome.reason !== "not_authenticated") return outcome;
    }
    this.machine.tell("signedOut");
    return { ok: true };
  }

  async call(method: string, path: string, body?: object): Promise<Valued<unknown>> {
    const outcome = await this.request(method, path, body);
    return outcome.ok ? { ok: true, value: camelCase(outcome.value) } : outcome;
  }

  async fetch(request: Request, wishes: Wishes): Promise<Valued<Response>> {
    try {
      if (!this.#trusted.has(new URL(request.url).origin)) {
        return { ok: true, value: await fetch(request) };
      }
      return await send(this.machine, !!this.#config.token, request, wishes);
    } catch {
      return failure("network");
    }
  }

  /** Sends a JSON request to the server's API, with the cookie or a token; `refused` hears the body
   * of an answer that says no. */
  async request(
    method: string,
    path: string,
    body?: unknown,
    refused?: (problem: unknown) => void,
  ): Promise<Valued<unknown>> {
    const headers: Record<string, string> = { [CSRF_HEADER]: "1" };
    const init: RequestInit = { method, headers };
    if (body !== undefined) {
      headers["content-type"] = "application/json";
      init.body = JSON.stringify(body);
    }
    const url = this.#config.server + path;
    let answer: Answer | undefined;
    if (this.#config.token) {
      init.credentials = "omit";
      let bearer = await this.machine.token();
      for (let tries = 1; ; tries += 1) {
        const { token } = bearer;
        if (token === undefined) return failure(bearer.reason);
        answer = await exchange(url, init, (request) => this.machine.send(request, token));
        if (answer?.status !== 401 || tries === 2) break;
        bearer = await this.machine.token(bearer.generation);
      }
    } else {
      answer = await exchange(url, init);
    }
    if (!answer) return failure("network");
    if (answer.status >= 200 && answer.status < 300) return { ok: true, value: answer.body };
    const failed = refusal(answer);
    this.machine.tell("refused", failed.reason);
    refused?.(answer.body);
    return failed;
  }

  /** Asks a route that signs in, and takes over the session it answers with. */
  async signIn(
    path: string,
    body: Body | object,
    refused?: (problem: unknown) => void,
  ): Promise<Outcome> {
    const outcome = await this.request("POST", path, body, refused);
    if (!outcome.ok) return outcome;
    if (!(outcome.value as { session?: unknown } | undefined)?.session) {
      return failure("unexpected_answer");
    }
    this.machine.tell("signedIn", outcome.value);
    return { ok: true };
  }

  async begin(returnTo: string, mark: string): Promise<Valued<Begun>> {
    const { server, token } = this.#config;
    const path = isLocalPath(returnTo) ? returnTo : "/";
    if (!token) {
      if (mark) return failure("wrong_mode");
      const url = `${server}/sign-in?${new URLSearchParams({ return_to: path })}`;
      return { ok: true, value: { url, transaction: undefined } };
    }
    try {
      const random = crypto.getRandomValues(new Uint8Array(64));
      const transaction = beginRedirect(random, path) as Transaction;
      transaction.state += mark;
      const { state, nonce, verifier } = transaction;
      const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
      const fields = {
        response_type: "code",
        client_id: token.clientId,
        redirect_uri: token.redirectUri,
        scope: token.scope ?? SCOPE,
        state,
        nonce,
        code_challenge: encode(hash),
        code_challenge_method: "S256",
      };
      const offered = await this.#offer();
      if (!offered.ok) return offered;
      const pushed = await offered.value.push(this.machine, fields);
      if (!pushed.ok) return pushed;
      const url = `${server}/oauth/authorize?${new URLSearchParams(pushed.value)}`;
      return { ok: true, value: { url, transaction } };
    } catch {
      // No secure context and so no SHA-256.
      return failure("not_supported");
    }
  }

  async redeem(
    transaction: Transaction,
    answer: Record<string, string>,
  ): Promise<Outcome<{ returnTo?: string }>> {
    const { server, token } = this.#config;
    if (!token) return failure("wrong_mode");
    const refused = refuseRedirect(transaction, answer, server);
    if (refused) return failure(refused as BrowserReason);
    const offered = await this.#offer();
    if (!offered.ok) return offered;
    const key = token.dpop && offered.value.dpop ? await this.machine.bind() : undefined;
    const sent = performance.now();
    const fields = {
      grant_type: "authorization_code",
      code: answer["code"] ?? "",
      redirect_uri: token.redirectUri,
      code_verifier: transaction.verifier,
    };
    const granted = await this.machine.post("/oauth/token", fields, {}, key);
    if (!granted || granted.status >= 500) return failure("network");
    if (granted.status !== 200) return failure("redirect_refused");
    const tokens = granted.body as { id_token?: string } | undefined;
    const openid = (token.scope ?? SCOPE).split(" ").includes("openid");
    if (openid && !acceptsIdToken(transaction, tokens?.id_token ?? "", server, token.clientId)) {
      return failure("redirect_invalid");
    }
    this.machine.hold(tokens, key);
    this.machine.tell("redeemed", { chain: transaction.state, sent, tokens });
    await this.machine.until(({ status }) => status !== "loading");
    return { ok: true, returnTo: transaction.return_to };
  }

  /** What the server offers beyond the basics. */
  async #offer(): Promise<Valued<Offer>> {
    const { discover } = await this.#late();
    return discover(this.#config.server);
  }
}

/**
 * The half that is loaded when it is first needed: the WebAssembly module, its glue, and what drives
 * them on this page.
 */

import load from "../wasm/portcullis_sdk.js";
import type { Explanation, PasskeyHint } from "./auth.js";
import { Engine } from "./engine.js";
import type { Wishes } from "./fetching.js";
import type { Valued } from "./http.js";
import type { WasmSource } from "./options.js";
import type { Outcome } from "./outcome.js";
import { Page } from "./page.js";
import { Passkeys } from "./passkeys.js";
import type { Passkey, Session } from "./session.js";
import type { EngineConfig } from "./site.js";
import type { Tracer } from "./trace.js";

/** A wire body; what is `undefined` is left out. */
export type Body = Record<string, string | boolean | undefined>;

/** What came of a redirect, if the page was loaded by one. */
export type Returned = Outcome<{ returnTo?: string; popup?: true }>;

/** What is asked of the half that is loaded, in both modes. */
export interface Client {
  readonly session: Session;
  subscribe(listener: () => void): void;
  trace(tracer: Tracer): void;
  can?(permission: string): boolean;
  explain?(permission: string): Pick<Explanation, "allowed" | "reason" | "by">;
  cancelStepUp(): void;
  signOut(everywhere: boolean): Promise<Outcome>;
  call(method: string, path: string, body?: object): Promise<Valued<unknown>>;
  signInWithRedirect(returnTo: string): Promise<Outcome>;
  signInWithPopup(popup: Window, signal: AbortSignal | undefined): Promise<Outcome>;
  handleRedirect(): Promise<Returned>;
  fetch(request: Request, wishes: Wishes): Promise<Valued<Response>>;
}

/** What may be wished of a passkey ceremony. */
export interface CeremonyWishes {
  autofill?: boolean | undefined;
  immediate?: boolean | undefined;
  quiet?: boolean | undefined;
  hints?: readonly PasskeyHint[] | undefined;
  signal?: AbortSignal | undefined;
}

/** What there is besides, by cookie. */
export interface PageClient extends Client {
  readonly passkey: {
    signIn(wishes: CeremonyWishes, remember: boolean): Promise<Outcome>;
    register(body: Body, wishes: CeremonyWishes): Promise<Valued<Passkey>>;
    signUp(body: Body, wishes: CeremonyWishes): Promise<Outcome>;
    abort(): void;
  };
  /** Asks a route that signs in, and takes over the session it answers with. */
  signIn(path: string, body: Body): Promise<Outcome>;
  setPassword(body: Body): Promise<Outcome>;
}

/** Loads the module, once, and makes a client. */
export async function open(
  config: EngineConfig,
  wasm: WasmSource,
): Promise<Client | PageClient> {
  await load({ module_or_path: wasm });
  const engine = new Engine(config, () => import("./hardened.js"));
  return config.token ? new TokenClient(engine, config) : new CookieClient(engine, config);
}

/** Token mode with the tokens on this page. */
class TokenClient extends Page<Engine> implements Client {
  can(permission: string): boolean {
    return this.engine.core.can(permission);
  }

  explain(permission: string) {
    return this.engine.core.explain(permission) as Pick<Explanation, "allowed" | "reason" | "by">;
  }
}

/** Cookie mode. */
class CookieClient extends TokenClient implements PageClient {
  readonly passkey = new Passkeys(this.engine);

  override call(method: string, path: string, body?: object): Promise<Valued<unknown>> {
    return this.passkey.watch(path, super.call(method, path, body));
  }

  async signIn(path: string, body: Body): Promise<Outcome> {
    const outcome = await this.engine.signIn(path, body);
    // Whatever was still on offer to sign in with.
    if (outcome.ok) this.passkey.abort();
    return outcome;
  }

  async setPassword(body: Body): Promise<Outcome> {
    const outcome = await this.engine.call("PUT", "/api/auth/password", body);
    // Whether there is a password is part of the session.
    if (outcome.ok) this.engine.tell("look");
    return outcome.ok ? { ok: true } : outcome;
  }
}

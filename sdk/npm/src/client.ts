/**
 * The half that is loaded when it is first needed: the WebAssembly module and its glue.
 */

import load from "../wasm/portcullis_sdk.js";
import type { Explanation } from "./auth.js";
import { Driver } from "./driver.js";
import type { Outcome } from "./outcome.js";
import type { Passkey, Session } from "./session.js";

/** A wire body; what is `undefined` is left out. */
export type Body = Record<string, string | boolean | undefined>;

/** What the module is given. */
export interface ClientConfig {
  server: string | undefined;
  tokenOrigins?: readonly string[] | undefined;
  token?: { clientId: string; redirectUri: string; scope: string | undefined };
}

/** An outcome in whose `value` is what there is to say. */
export type Valued<T> = Outcome<{ value: T }>;

/** What is asked of the half that is loaded. */
export interface Client {
  readonly session: Session;
  subscribe(listener: () => void): number;
  can(permission: string): boolean;
  explain(permission: string): Pick<Explanation, "allowed" | "reason" | "by">;
  cancelStepUp(): void;
  register(body: Body): Promise<Outcome>;
  signInWithPassword(body: Body): Promise<Outcome>;
  setPassword(body: Body): Promise<Outcome>;
  signOut(everywhere: boolean): Promise<Outcome>;
  signInWithPasskey(autofill: boolean, remember: boolean): Promise<Outcome>;
  signUpWithPasskey(body: Body): Promise<Outcome>;
  registerPasskey(body: Body): Promise<Valued<Passkey>>;
  abortPasskey(): void;
  call(method: string, path: string, body?: object): Promise<Valued<unknown>>;
  signInWithRedirect(returnTo: string): Promise<Outcome>;
  handleRedirect(): Promise<Outcome<{ value?: string }>>;
  fetch(request: Request): Promise<Valued<Response>>;
}

/** Loads the module, once, and makes a client. */
export async function open(config: ClientConfig, wasm: string | URL | undefined): Promise<Client> {
  await load(wasm === undefined ? undefined : { module_or_path: wasm });
  return new Driver(config);
}

/**
 * The browser client of a Portcullis server: who is signed in, signing in and out with passkeys
 * and passwords, OAuth with PKCE, and permission checks.
 *
 * @packageDocumentation
 */

import type { Auth } from "./auth.js";
import { make } from "./create.js";
import type { AuthOptions } from "./options.js";

export type * from "./auth.js";
export type { Question, Verdict } from "./gate.js";
export type * from "./options.js";
export type * from "./outcome.js";
export type * from "./session.js";
export type { Traced, TracedGate, TracedStep, Tracer } from "./trace.js";

/**
 * Makes a client. Does nothing yet, and may be called where there is no browser: the WebAssembly
 * module is loaded, and the session restored, as soon as anything is asked of the client.
 *
 * ```ts
 * const auth = createAuth({ server: "https://auth.example.com" });
 * await auth.ready;
 * ```
 *
 * @throws TypeError - If token mode lacks `clientId` or `redirectUri`.
 */
export function createAuth(options: AuthOptions = {}): Auth {
  return make(options, async () => (await import("./module.js")).url);
}

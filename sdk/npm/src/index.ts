/**
 * The browser client of a Portcullis server: who is signed in, signing in and out with passkeys
 * and passwords, OAuth with PKCE, and permission checks.
 *
 * @packageDocumentation
 */

export { createAuth } from "./create.js";
export type * from "./auth.js";
export type { Question, Verdict } from "./gate.js";
export type * from "./options.js";
export type * from "./outcome.js";
export type * from "./session.js";

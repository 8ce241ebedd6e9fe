/**
 * The client in Vue: who is signed in and what they may do, as refs, and gates that open and close
 * by themselves.
 *
 * @packageDocumentation
 */

export { portcullis, provideAuth, useAuth } from "./context.js";
export { PermissionGate, SignedIn, SignedOut } from "./components.js";
export type * from "./components.js";
export { useAuthorization, usePermission, useSession, useVerdict } from "./composables.js";
export type { Asked, Authorization } from "../authorization.js";

"use client";
/**
 * React: who is signed in, and gates that open and shut by themselves.
 *
 * @packageDocumentation
 */

export type { Asked, Authorization } from "../authorization.js";
export { useAuthorization } from "./authorization.js";
export {
  PermissionGate,
  type PermissionGateProps,
  SignedIn,
  type SignedInProps,
  SignedOut,
  type SignedOutProps,
} from "./components.js";
export { useAuth, usePermission, useSession, useVerdict } from "./hooks.js";
export { AuthProvider, type AuthProviderProps } from "./provider.js";

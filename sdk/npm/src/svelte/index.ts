/**
 * The client in Svelte: who is signed in and what they may do, reactive where it is read, and gates
 * that open and close by themselves.
 *
 * A client is also a Svelte store of the session: `const auth = getAuth()`, then `$auth.status`.
 *
 * @packageDocumentation
 */

import type { Component } from "svelte";

import type { PermissionGateProps, SignedInProps, SignedOutProps } from "./components.js";
import Gate from "./PermissionGate.svelte";
import In from "./SignedIn.svelte";
import Out from "./SignedOut.svelte";

export type { Asked, Authorization } from "../authorization.js";
export type * from "./components.js";
export {
  type Answer,
  getAuth,
  getAuthorization,
  getSession,
  permission,
  setAuth,
  verdict,
} from "./state.js";

/**
 * Shows what it guards to those who may see it, and says so to others. All that is asked has to
 * hold; a gate that asks for nothing stays shut. The server decides each request again.
 *
 * ```svelte
 * <PermissionGate require="notes:delete" on={`note:${note.id}`}>
 *   <button onclick={remove}>Delete</button>
 *   {#snippet denied()}Only its author can delete this note.{/snippet}
 * </PermissionGate>
 * ```
 */
export const PermissionGate: Component<PermissionGateProps> = Gate;

/**
 * Shows its children while somebody is signed in, and hands them the session.
 *
 * ```svelte
 * <SignedIn>{#snippet children(session)}Hello, {session.user.name}{/snippet}</SignedIn>
 * ```
 */
export const SignedIn: Component<SignedInProps> = In;

/** Shows its children while nobody is signed in, and hands them the session, which says why. */
export const SignedOut: Component<SignedOutProps> = Out;

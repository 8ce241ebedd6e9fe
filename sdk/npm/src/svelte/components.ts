/** What the components are given. */

import type { Snippet } from "svelte";

import type { Question } from "../gate.js";
import type { SignedInSession, SignedOutSession, StepUpSession } from "../session.js";

/** What {@link PermissionGate} asks, and what it may show. */
export interface PermissionGateProps extends Question {
  /** What the gate guards. */
  children?: Snippet | undefined;
  /** Instead of it, where nothing more fitting is given. */
  fallback?: Snippet | undefined;
  /** While it is not known who is signed in, or what the server says about the resource. */
  loading?: Snippet | undefined;
  /** To those who are signed in and may not. */
  denied?: Snippet | undefined;
  /** To those who may once they have confirmed it is them; left out: what the gate guards. */
  stepUp?: Snippet | undefined;
  /** While the server has not been reached since the page was loaded; left out: as `loading`. */
  offline?: Snippet | undefined;
}

/** What {@link SignedIn} may show. */
export interface SignedInProps {
  /** What is shown. */
  children?: Snippet<[session: SignedInSession | StepUpSession]> | undefined;
}

/** What {@link SignedOut} may show. */
export interface SignedOutProps {
  /** What is shown. */
  children?: Snippet<[session: SignedOutSession]> | undefined;
}

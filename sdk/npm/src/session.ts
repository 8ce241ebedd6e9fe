import type { LoadReason } from "./outcome.js";

/**
 * Who is signed in. The same object until something changes, so that `===` tells.
 *
 * ```ts
 * switch (auth.session.status) {
 *   case "signedIn": return greet(auth.session.user.name);
 *   case "signedOut": return showSignIn();
 * }
 * ```
 */
export type Session =
  | LoadingSession
  | UnreachableSession
  | SignedOutSession
  | SignedInSession
  | StepUpSession
  | ErrorSession;

/** The session is being restored; nothing is known yet. */
export interface LoadingSession {
  status: "loading";
}

/** The server has not been reached since the page was loaded. It is tried again by itself. */
export interface UnreachableSession {
  status: "unreachable";
}

/** Nobody is signed in. */
export interface SignedOutSession {
  status: "signedOut";
  /**
   * How it came to that: nobody was signed in when the page was loaded, the user signed out (in
   * this tab or another one), or the server ended the session (it expired, or was ended from
   * elsewhere).
   */
  reason: "anonymous" | "signedOut" | "ended";
}

/** Somebody is signed in. */
export interface SignedInSession extends SessionDetails {
  status: "signedIn";
  /** The server could not be reached of late: this is what it said last. */
  stale: boolean;
}

/**
 * Somebody is signed in and has to confirm it is them before a sensitive act: a call came to
 * `step_up_required`. Signing in again leads back to `signedIn`, and so does
 * {@link Auth.cancelStepUp}.
 */
export interface StepUpSession extends SessionDetails {
  status: "stepUp";
}

/** The SDK's WebAssembly module could not be put to work. The next call tries again. */
export interface ErrorSession {
  status: "error";
  /** Why, for programs. */
  reason: LoadReason;
  /** What happened, in a sentence for people (English). */
  message: string;
  /** Where the reason is explained for developers. */
  docs: string;
}

/** A session and what its user may do. Times are milliseconds since 1970, as `new Date()` takes. */
export interface SessionDetails {
  /** The session's id; in token mode that of the token family. */
  id: string;
  /** Who is signed in. */
  user: User;
  /** The user's roles, sorted. */
  roles: string[];
  /** Every permission the roles give, sorted; patterns such as `notes:*` included. */
  permissions: string[];
  /** Counts up whenever the user's roles or status change. */
  version: number;
  /** How the user proved themselves: RFC 8176 values such as `pwd`, `hwk`, `user`. */
  amr: string[];
  /** When the user last proved themselves. */
  authTime: number;
  /** When the session ends if it is not used. */
  idleExpiresAt: number;
  /** When the session ends whatever happens. */
  expiresAt: number;
}

/** A user as shown to themselves. */
export interface User {
  /** The user's id. */
  id: string;
  /** Their email address, normalised. */
  email: string;
  /** The name they go by. */
  name: string;
  /** Whether the account has a password; one that has only passkeys has none. */
  hasPassword: boolean;
  /** When the account was made, in milliseconds since 1970. */
  createdAt: number;
}

/** One passkey of the user's. Times are milliseconds since 1970. */
export interface Passkey {
  /** The passkey's id, for {@link PasskeyApi.rename} and {@link PasskeyApi.delete}. */
  id: string;
  /** WebAuthn's credential id, in base64url. */
  credentialId: string;
  /** What its owner calls it. */
  name: string;
  /** Whether it is synced between devices. */
  synced: boolean;
  /** When it was added. */
  createdAt: number;
  /** When it was last used to sign in; `null`: not yet. */
  lastUsedAt: number | null;
}

/** One of the user's sessions. Times are milliseconds since 1970. */
export interface SessionSummary {
  /** The session's id, for {@link SessionsApi.end}. */
  id: string;
  /** Whether it is the one of this browser. */
  current: boolean;
  /** The browser and system in words, such as `Firefox on Linux`. */
  device: string;
  /** The address it was last used from. */
  ip: string;
  /** How it was signed in: RFC 8176 values. */
  amr: string[];
  /** When it was signed in. */
  createdAt: number;
  /** When it was last used. */
  lastSeenAt: number;
}

/**
 * The Rust half as it behaves (`sdk/src/npm.rs`), which the generated types do not say: the
 * machine that decides, as plain objects.
 */

import type { Session } from "../session.js";

/** A value as JSON has it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined };

/** A JSON object whose fields may or may not be there. */
export type Fields = { [key: string]: Json | undefined };

/** The machine of one tab. */
export interface Core {
  /** The same object until it changes. */
  readonly session: Session;
  /** When, by `performance.now()`, a `tick` is due. */
  readonly deadline: number | undefined;
  can(permission: string): boolean;
  /** Takes what has happened, by both clocks, and answers with what is to be done, in order. */
  handle<Kind extends keyof Events>(
    mono: number,
    wall: number,
    kind: Kind,
    event: Events[Kind],
  ): Effect[];
}

/** What may happen, by name, and what there is to say about it. */
export interface Events {
  started: undefined;
  tick: undefined;
  look: undefined;
  visible: boolean;
  online: boolean;
  /** The session answer of a route that signs in. */
  signedIn: Json;
  signedOut: undefined;
  /** Tokens for a code: what names their chain, the answer, when it was asked for. */
  redeemed: { chain: string; tokens: Json; sent: number };
  response: Reply & { id: number };
  message: Json;
  /** A lock is held, or will not come. */
  leader: boolean;
  refresh: boolean;
  /** The server's stream. */
  hello: Json | undefined;
  changed: Json | undefined;
  ended: Json | undefined;
  streamClosed: undefined;
  /** The code with which a request of the application's was refused. */
  refused: string;
  stepUpCancelled: undefined;
  needToken: { waiter: number; rejected: number | undefined };
}

/** What came of a request of the machine's; nothing of it: it failed. */
export interface Reply {
  session?: Json | undefined;
  tokens?: Json | undefined;
  rejected?: boolean;
  done?: boolean;
  retryAfter?: number | undefined;
}

/** A request of the machine's. */
export interface Request_ {
  id: number;
  what: "session" | "refresh" | "revoke";
  token?: string;
}

/** A lock that all tabs of the origin share. */
export type Lock = "leader" | "refresh";

/** A token that was waited for, or why there is none. */
export type Settled =
  | { token: string; generation: number }
  | { token?: undefined; reason: "signed_out" | "network" };

/** Something to be done. */
export type Effect =
  | ({ kind: "send" } & Request_)
  | { kind: "abort"; id: number }
  | { kind: "broadcast"; message: Json }
  | { kind: "request" | "release"; lock: Lock }
  | { kind: "open" | "close" | "notify" }
  | ({ kind: "settle"; waiter: number } & Settled);

/** One sign-in by redirect, kept while the browser is away. */
export interface Transaction {
  state: string;
  nonce: string;
  verifier: string;
  return_to: string;
}

/** What the WebAssembly module (`sdk/src/npm.rs`) takes and gives; its own types do not say. */

/** Something for the driver to do. */
export type Effect =
  | { kind: "send"; id: number; what: "session" | "refresh" | "revoke"; token?: string }
  | { kind: "abort"; id: number }
  | { kind: "broadcast"; message: unknown }
  | { kind: "request" | "release"; lock: LockName }
  | { kind: "open" | "close" }
  | ({ kind: "settle"; waiter: number } & Settled)
  | { kind: "notify" };

/** A lock that all tabs of the origin share. */
export type LockName = "leader" | "refresh";

/** An access token to send, or why there is none. */
export type Settled =
  | { token: string; generation: number; reason?: undefined }
  | { reason: "signed_out" | "network"; token?: undefined };

/** What came of a request; empty: nothing that says anything about the session. */
export interface Reply {
  session?: unknown;
  tokens?: unknown;
  done?: boolean;
  rejected?: boolean;
  retryAfter?: number | undefined;
}

/** What a page remembers while the browser is away at the server. */
export interface Transaction {
  state: string;
  nonce: string;
  verifier: string;
  return_to: string;
}

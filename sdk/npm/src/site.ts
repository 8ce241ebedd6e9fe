/** What an engine is set up with and asked, wherever it is. */

import type { Transaction } from "./core.js";
import type { Wishes } from "./fetching.js";
import type { Valued } from "./http.js";
import type { Outcome } from "./outcome.js";
import type { Session } from "./session.js";
import type { Tracer } from "./trace.js";

/** What an engine is set up with. */
export interface EngineConfig {
  /** The server's URL, without a slash at its end. */
  server: string;
  tokenOrigins?: readonly string[] | undefined;
  token?: {
    clientId: string;
    redirectUri: string;
    scope: string | undefined;
    /** Other tabs may have the tokens. */
    share: boolean;
    dpop: boolean;
  };
  /** Who hears what happens from the beginning. */
  trace?: Tracer | undefined;
}

/** Where to send a browser to sign in, and what to remember until it is back. */
export interface Begun {
  url: string;
  transaction: Transaction | undefined;
}

/** An engine, or what stands for one that is in a worker. */
export interface EngineLike {
  readonly session: Session;
  subscribe(listener: () => void): void;
  /** Says who hears what happens from now on. */
  trace(tracer: Tracer): void;
  /** Tells the machine what happens on the page. */
  tell(kind: string, event?: unknown): void;
  signOut(everywhere: boolean): Promise<Outcome>;
  /** Asks the server's API. */
  call(method: string, path: string, body?: object): Promise<Valued<unknown>>;
  /** Begins a sign-in by redirect; `mark` is what the state ends with. */
  begin(returnTo: string, mark: string): Promise<Valued<Begun>>;
  /** Redeems the answer that a redirect has brought. */
  redeem(
    transaction: Transaction,
    answer: Record<string, string>,
  ): Promise<Outcome<{ returnTo?: string }>>;
  fetch(request: Request, wishes: Wishes): Promise<Valued<Response>>;
}

/** The origins that may see who is signed in. */
export const trusted = ({ server, tokenOrigins = [] }: EngineConfig): Set<string> =>
  new Set([server, ...tokenOrigins].map((url) => new URL(url).origin));

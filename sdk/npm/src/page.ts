/** What is the page's part wherever the tokens are: windows, addresses, and what the tab remembers. */

import type { Client, Returned } from "./client.js";
import type { Transaction } from "./core.js";
import type { EngineConfig, EngineLike } from "./site.js";
import type { Wishes } from "./fetching.js";
import { failure, parse, type Valued } from "./http.js";
import type { Outcome } from "./outcome.js";
import type { Session } from "./session.js";
import type { Tracer } from "./trace.js";

/** How the state of a sign-in in a window of its own ends. */
export const POPUP = ".p";

/** The part of a client that is the same on a page with the tokens and on one without. */
export class Page<E extends EngineLike> implements Client {
  constructor(
    protected readonly engine: E,
    protected readonly config: EngineConfig,
  ) {
    const shown = (kind: string) => engine.tell(kind, !document.hidden);
    document.addEventListener("visibilitychange", () => shown("visible"));
    // Back from the back/forward cache, where no script runs.
    addEventListener("pageshow", ({ persisted }) => shown(persisted ? "restored" : "visible"));
    addEventListener("online", () => engine.tell("online", true));
    addEventListener("offline", () => engine.tell("online", false));
  }

  get session(): Session {
    return this.engine.session;
  }

  subscribe(listener: () => void): void {
    this.engine.subscribe(listener);
  }

  trace(tracer: Tracer): void {
    this.engine.trace(tracer);
  }

  cancelStepUp(): void {
    this.engine.tell("stepUpCancelled");
  }

  signOut(everywhere: boolean): Promise<Outcome> {
    return this.engine.signOut(everywhere);
  }

  call(method: string, path: string, body?: object): Promise<Valued<unknown>> {
    return this.engine.call(method, path, body);
  }

  fetch(request: Request, wishes: Wishes): Promise<Valued<Response>> {
    return this.engine.fetch(request, wishes);
  }

  /** Sends the browser to the server to sign in, and back to the path `returnTo` afterwards. */
  async signInWithRedirect(returnTo: string): Promise<Outcome> {
    const begun = await this.engine.begin(returnTo, "");
    if (!begun.ok) return begun;
    const { url, transaction } = begun.value;
    try {
      // The tab's own storage, because other tabs may be signing in as well.
      if (transaction) sessionStorage.setItem(key(transaction.state), JSON.stringify(transaction));
    } catch {
      return failure("not_supported");
    }
    location.assign(url);
    return { ok: true };
  }

  async signInWithPopup(popup: Window, signal: AbortSignal | undefined): Promise<Outcome> {
    const { signInWithPopup } = await import("./popup.js");
    return signInWithPopup(this.engine, this.config, popup, signal);
  }

  /** Completes a sign-in by redirect, if this page was loaded by one. */
  async handleRedirect(): Promise<Returned> {
    const answer = Object.fromEntries(new URLSearchParams(location.search));
    const { state, code, error } = answer;
    if (!this.config.token || !state || !(code || error)) return { ok: true };
    // Out of the address bar and the history.
    history.replaceState(history.state, "", location.pathname);
    const transaction = recall(state);
    if (transaction) return this.engine.redeem(transaction, answer);
    if (!state.endsWith(POPUP)) return failure("redirect_invalid");
    const { handOver } = await import("./popup.js");
    return handOver(this.config, answer);
  }
}

const key = (state: string) => `portcullis:${state}`;

/** Takes the transaction out of the storage: an answer counts once. */
function recall(state: string): Transaction | undefined {
  try {
    const text = sessionStorage.getItem(key(state));
    sessionStorage.removeItem(key(state));
    return text === null ? undefined : (parse(text) as Transaction | undefined);
  } catch {
    return undefined;
  }
}

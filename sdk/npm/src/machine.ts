import { Core } from "../wasm/portcullis_sdk.js";
import type { Effect, LockName, Reply, Settled } from "./core.js";
import { exchange, parse } from "./http.js";

/** Where the server is, and how requests prove who is signed in. */
export interface Site {
  /** The server's URL without a slash at its end. */
  server: string;
  /** In token mode, the OAuth client's id. */
  clientId: string | undefined;
}

/** A lock that was asked for. */
interface Hold {
  abort: AbortController;
  release?: () => void;
}

/**
 * The layer between the machine in WebAssembly, which decides everything, and the browser: it
 * tells the machine what happens and does what it asks for.
 */
export class Machine {
  readonly core: Core;
  readonly #site: Site;
  readonly #channel: BroadcastChannel | undefined;
  readonly #requests = new Map<number, AbortController>();
  readonly #locks = new Map<LockName, Hold>();
  readonly #listeners = new Map<number, () => void>();
  readonly #waiters = new Map<number, (settled: Settled) => void>();
  #stream: EventSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #deadline: number | undefined;
  #count = 0;

  constructor(site: Site) {
    this.#site = site;
    try {
      this.#channel = new BroadcastChannel(`portcullis:${site.server}`);
      this.#channel.onmessage = ({ data }) => this.tell("message", data);
    } catch {
      // Tabs that cannot talk get along by themselves.
    }
    this.core = new Core(site.clientId !== undefined, !!this.#channel, !!navigator.locks, true);
    const visible = () => this.tell("visible", !document.hidden);
    document.addEventListener("visibilitychange", visible);
    // Back from the back/forward cache, where no timer runs.
    addEventListener("pageshow", visible);
    addEventListener("online", () => this.tell("online", true));
    addEventListener("offline", () => this.tell("online", false));
    this.tell("started");
  }

  /** Calls `listener` after every change of the session. */
  subscribe(listener: () => void): number {
    this.#listeners.set((this.#count += 1), listener);
    return this.#count;
  }

  /** Tells the machine what has happened, and does what it asks for. */
  tell(kind: string, event?: unknown): void {
    const effects: Effect[] = this.core.handle(performance.now(), Date.now(), kind, event);
    this.#setTimer();
    for (const effect of effects) this.#perform(effect);
  }

  /** Waits for an access token to send; `rejected`: the generation of one that got a 401. */
  token(rejected?: number): Promise<Settled> {
    const waiter = (this.#count += 1);
    return new Promise((resolve) => {
      this.#waiters.set(waiter, resolve);
      this.tell("needToken", { waiter, rejected });
    });
  }

  /** Posts a form to an OAuth endpoint as this public client. */
  post(path: string, fields: Record<string, string>, init?: RequestInit) {
    const body = new URLSearchParams({ client_id: this.#site.clientId ?? "", ...fields });
    const url = this.#site.server + path;
    return exchange(url, { method: "POST", body, credentials: "omit", ...init });
  }

  #setTimer(): void {
    const { deadline } = this.core;
    if (deadline === this.#deadline) return;
    clearTimeout(this.#timer);
    this.#deadline = deadline;
    if (deadline === undefined) return;
    // What lies further ahead than an hour is looked at again by then.
    const wait = Math.min(Math.max(Math.ceil(deadline - performance.now()), 0), 3_600_000);
    this.#timer = setTimeout(() => {
      this.#deadline = undefined;
      this.tell("tick");
    }, wait);
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case "send":
        void this.#send(effect.id, effect.what, effect.token);
        break;
      case "abort":
        this.#requests.get(effect.id)?.abort();
        break;
      case "broadcast":
        this.#channel?.postMessage(effect.message);
        break;
      case "request":
        this.#request(effect.lock);
        break;
      case "release":
        this.#release(effect.lock);
        break;
      case "open":
        this.#open();
        break;
      case "close":
        this.#stream?.close();
        break;
      case "settle":
        this.#waiters.get(effect.waiter)?.(effect);
        this.#waiters.delete(effect.waiter);
        break;
      case "notify":
        for (const listener of [...this.#listeners.values()]) listener();
    }
  }

  async #send(id: number, what: string, token: string | undefined): Promise<void> {
    const abort = new AbortController();
    this.#requests.set(id, abort);
    const reply = await this.#reply(what, token, abort.signal);
    this.#requests.delete(id);
    if (!abort.signal.aborted) this.tell("response", { id, ...reply });
  }

  async #reply(what: string, token: string | undefined, signal: AbortSignal): Promise<Reply> {
    if (what === "session") {
      const init: RequestInit = { signal };
      if (token !== undefined) {
        init.headers = { authorization: `Bearer ${token}` };
        init.credentials = "omit";
      }
      const answer = await exchange(`${this.#site.server}/api/auth/session`, init);
      if (answer?.status === 200) return { session: answer.body };
      return { rejected: answer?.status === 401, retryAfter: answer?.retryAfter };
    }
    if (what === "revoke") {
      // The user may close the tab as soon as they have signed out.
      const init = { signal, keepalive: true };
      const answer = await this.post("/oauth/revoke", { token: token ?? "" }, init);
      const done = !!answer && answer.status < 500 && answer.status !== 429;
      return { done, retryAfter: answer?.retryAfter };
    }
    const fields = { grant_type: "refresh_token", refresh_token: token ?? "" };
    const answer = await this.post("/oauth/token", fields, { signal });
    if (answer?.status === 200) return { tokens: answer.body };
    // Any other refusal is a mistake of set-up, and signs nobody out (RFC 6749 section 5.2).
    const over = (answer?.body as { error?: unknown } | undefined)?.error === "invalid_grant";
    return { rejected: over, retryAfter: answer?.retryAfter };
  }

  #request(lock: LockName): void {
    const hold: Hold = { abort: new AbortController() };
    this.#locks.set(lock, hold);
    const { signal } = hold.abort;
    const name = `portcullis-${lock}:${this.#site.server}`;
    // The lock is held for as long as the promise that the callback returns is pending.
    const held = navigator.locks.request(name, { signal }, () => {
      if (this.#locks.get(lock) !== hold) return undefined;
      const done = new Promise<void>((resolve) => (hold.release = resolve));
      this.tell(lock, true);
      return done;
    });
    held.catch(() => {
      if (this.#locks.get(lock) !== hold) return;
      this.#locks.delete(lock);
      this.tell(lock, false);
    });
  }

  #release(lock: LockName): void {
    const hold = this.#locks.get(lock);
    this.#locks.delete(lock);
    if (hold?.release) hold.release();
    else hold?.abort.abort();
  }

  #open(): void {
    const stream = new EventSource(`${this.#site.server}/api/auth/events`);
    this.#stream?.close();
    this.#stream = stream;
    for (const kind of ["hello", "changed", "ended"]) {
      stream.addEventListener(kind, ({ data }) => this.tell(kind, parse(String(data))));
    }
    // While it is connecting again, the browser sees to it by itself.
    stream.onerror = () => {
      if (stream.readyState === EventSource.CLOSED) this.tell("streamClosed");
    };
  }
}

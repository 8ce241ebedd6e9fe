import { Core } from "../wasm/portcullis_sdk.js";
import type { Effect, LockName, Reply, Settled } from "./core.js";
import type { EngineConfig } from "./site.js";
import type { Late, Prover } from "./hardened.js";
import { exchange, parse } from "./http.js";
import type { Session } from "./session.js";
import { told, type Tracer } from "./trace.js";

/** Tokens on their way to other tabs, with the key they are bound to. */
interface SharedTokens {
  kind?: string;
  access?: string;
  refresh?: string;
  key?: CryptoKeyPair | undefined;
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
  /** Hears of all that it is told and asks for; usually there is nobody. */
  trace: Tracer | undefined;
  readonly #site: EngineConfig;
  /** What its channel and locks are called: tabs with another client have nothing to do with them. */
  readonly #name: string;
  readonly #late: () => Promise<Late>;
  readonly #channel: BroadcastChannel | undefined;
  readonly #requests = new Map<number, AbortController>();
  readonly #locks = new Map<LockName, Hold>();
  readonly #listeners = new Set<() => void>();
  readonly #waiters = new Map<number, (settled: Settled) => void>();
  #stream: EventSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #deadline: number | undefined;
  #count = 0;
  /** Binds tokens to keys, once that was asked for. */
  #prover: Prover | undefined;

  constructor(site: EngineConfig, late: () => Promise<Late>) {
    this.#site = site;
    this.#late = late;
    const { server, token } = site;
    this.trace = site.trace;
    this.#name = token ? `${server} ${token.clientId}` : server;
    try {
      this.#channel = new BroadcastChannel(`portcullis:${this.#name}`);
      this.#channel.onmessage = ({ data }) => void this.#hear(data as SharedTokens | undefined);
    } catch {
      // Tabs that cannot talk get along by themselves.
    }
    const share = !token || token.share;
    this.core = new Core(!!token, !!this.#channel, !!navigator.locks, share);
    this.tell("started");
  }

  get session(): Session {
    return this.core.session as Session;
  }

  /** Calls `listener` after every change of the session. */
  subscribe(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Waits for a session like this. */
  until(like: (session: Session) => boolean): Promise<Session> {
    return new Promise((resolve) => {
      const look = () => {
        const { session } = this;
        if (!like(session)) return;
        this.#listeners.delete(look);
        resolve(session);
      };
      this.#listeners.add(look);
      look();
    });
  }

  /** Tells the machine what has happened, and does what it asks for. */
  tell(kind: string, event?: unknown): void {
    this.trace?.(told("event", kind, event));
    const effects: Effect[] = this.core.handle(performance.now(), Date.now(), kind, event);
    this.#setTimer();
    for (const effect of effects) {
      this.trace?.(told("effect", effect.kind, effect));
      this.#perform(effect);
    }
  }

  /** Waits for an access token to send; `rejected`: the generation of one that got a 401. */
  token(rejected?: number): Promise<Settled> {
    const waiter = (this.#count += 1);
    return new Promise((resolve) => {
      this.#waiters.set(waiter, resolve);
      this.tell("needToken", { waiter, rejected });
    });
  }

  /** Posts a form to an OAuth endpoint as this public client, with a proof for the key. */
  post(
    path: string,
    fields: Record<string, string>,
    init?: RequestInit,
    key?: CryptoKeyPair | undefined,
  ) {
    const body = new URLSearchParams({ client_id: this.#site.token?.clientId ?? "", ...fields });
    const url = this.#site.server + path;
    return exchange(url, { method: "POST", body, credentials: "omit", ...init }, (request) =>
      key && this.#prover ? this.#prover.send(request, key) : fetch(request),
    );
  }

  /** Sends a request, with the access token if there is one. */
  send(request: Request, token: string | undefined): Promise<Response> {
    const key = token === undefined ? token : this.#prover?.of(token);
    if (key && this.#prover) return this.#prover.send(request, key, token);
    if (token !== undefined) request.headers.set("authorization", `Bearer ${token}`);
    return fetch(request);
  }

  /** The key that a sign-in of this tab's is to be bound to. */
  async bind(): Promise<CryptoKeyPair> {
    return (await this.#proving()).own;
  }

  /** Remembers which key tokens are bound to, if the server has bound them. */
  hold(answer: unknown, key: CryptoKeyPair | undefined): void {
    const { token_type, access_token, refresh_token } = (answer ?? {}) as Record<string, unknown>;
    if (!key || !/^dpop$/i.test(String(token_type))) return;
    this.#prover?.hold([access_token, refresh_token], key);
  }

  async #proving(): Promise<Prover> {
    return (this.#prover ??= await (await this.#late()).makeProver(this.#site.server));
  }

  /** Another tab says something; what says of tokens comes with the key they are bound to. */
  async #hear(message: SharedTokens | undefined): Promise<void> {
    const { key, access, refresh } = message ?? {};
    if (key) (await this.#proving()).hold([access, refresh], key);
    this.tell("message", message);
  }

  #broadcast(message: SharedTokens): void {
    try {
      if (message.access) message.key = this.#prover?.of(message.access);
      this.#channel?.postMessage(message);
    } catch {
      // A browser that does not hand keys to other tabs: they sign in for themselves.
    }
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
        this.#broadcast(effect.message as SharedTokens);
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
        for (const listener of [...this.#listeners]) listener();
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
      if (token !== undefined) init.credentials = "omit";
      const answer = await exchange(`${this.#site.server}/api/auth/session`, init, (request) =>
        this.send(request, token),
      );
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
    const key = this.#prover?.of(token ?? "");
    const answer = await this.post("/oauth/token", fields, { signal }, key);
    if (answer?.status === 200) {
      this.hold(answer.body, key);
      return { tokens: answer.body };
    }
    // Any other refusal is a mistake of set-up, and signs nobody out (RFC 6749 section 5.2).
    const over = (answer?.body as { error?: unknown } | undefined)?.error === "invalid_grant";
    return { rejected: over, retryAfter: answer?.retryAfter };
  }

  #request(lock: LockName): void {
    const hold: Hold = { abort: new AbortController() };
    this.#locks.set(lock, hold);
    const { signal } = hold.abort;
    const name = `portcullis-${lock}:${this.#name}`;
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

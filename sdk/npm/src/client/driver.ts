/**
 * The thin layer between the machine and the browser: it tells the machine what happens and does
 * what the machine asks for. It decides nothing.
 */

import type { Core, Effect, Events, Settled } from "./core.js";
import { answer } from "./requests.js";
import { listen, type Stream } from "./stream.js";
import { Locks } from "./tabs.js";

/** How token mode is set up. */
export interface TokenSettings {
  clientId: string;
  redirectUri: string;
  scope: string;
}

/** What the client is given. */
export interface Settings {
  server: string | undefined;
  tokenOrigins?: readonly string[] | undefined;
  token?: TokenSettings | undefined;
}

export class Driver {
  /** The server's URL without a slash at its end. */
  readonly server: string;
  readonly token: TokenSettings | undefined;
  readonly tokenOrigins: readonly string[];
  readonly core: Core;
  /** Called after each change of the session. */
  changed: () => void = () => {};

  /** What ends the machine's requests that are under way. */
  readonly #requests = new Map<number, AbortController>();
  /** Who waits for a token. */
  readonly #waiters = new Map<number, (settled: Settled) => void>();
  #lastWaiter = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt: number | undefined;
  #channel: BroadcastChannel | undefined;
  readonly #locks: Locks | undefined;
  #stream: Stream | undefined;

  constructor(
    settings: Settings,
    make: new (tokenMode: boolean, channel: boolean, locks: boolean) => Core,
  ) {
    this.server = (settings.server ?? location.origin).replace(/\/+$/, "");
    this.token = settings.token;
    this.tokenOrigins = settings.tokenOrigins ?? [];
    try {
      this.#channel = new BroadcastChannel(`portcullis:${this.server}`);
      this.#channel.onmessage = ({ data }) => this.tell("message", data);
    } catch {
      // Without it each tab is on its own.
    }
    if (navigator.locks) this.#locks = new Locks(this.server);
    this.core = new make(!!this.token, !!this.#channel, !!this.#locks);
  }

  /** Listens to the page and restores the session. */
  start(): void {
    const visible = () => this.tell("visible", !document.hidden);
    addEventListener("online", () => this.tell("online", true));
    addEventListener("offline", () => this.tell("online", false));
    // Back from the back/forward cache, where no timer runs.
    addEventListener("pageshow", visible);
    document.addEventListener("visibilitychange", visible);
    this.tell("started");
  }

  /** Tells the machine what has happened and does what it asks for. */
  tell<Kind extends keyof Events>(
    kind: Kind,
    ...[event]: undefined extends Events[Kind] ? [Events[Kind]?] : [Events[Kind]]
  ): void {
    const effects = this.core.handle(
      performance.now(),
      Date.now(),
      kind,
      event as Events[Kind],
    );
    this.#setTimer();
    for (const effect of effects) this.#perform(effect);
  }

  /** Waits for an access token; `rejected`: the generation of one that was answered with 401. */
  bearer(rejected?: number): Promise<Settled> {
    const waiter = (this.#lastWaiter += 1);
    return new Promise((resolve) => {
      this.#waiters.set(waiter, resolve);
      this.tell("needToken", { waiter, rejected });
    });
  }

  #setTimer(): void {
    const { deadline } = this.core;
    if (deadline === this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = deadline;
    if (deadline === undefined) return;
    // Browsers count in 32 bits; what lies further ahead is looked at again by then.
    const wait = Math.min(Math.max(deadline - performance.now(), 0), 3_600_000);
    this.#timer = setTimeout(() => {
      this.#timerAt = undefined;
      this.tell("tick");
    }, wait);
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case "send": {
        const { id } = effect;
        const abort = new AbortController();
        this.#requests.set(id, abort);
        void answer(this, effect, abort.signal).then((reply) => {
          this.#requests.delete(id);
          if (!abort.signal.aborted) this.tell("response", { id, ...reply });
        });
        break;
      }
      case "abort":
        this.#requests.get(effect.id)?.abort();
        this.#requests.delete(effect.id);
        break;
      case "broadcast":
        this.#channel?.postMessage(effect.message);
        break;
      case "request": {
        const { lock } = effect;
        if (this.#locks) this.#locks.request(lock, (granted) => this.tell(lock, granted));
        else this.tell(lock, false);
        break;
      }
      case "release":
        this.#locks?.release(effect.lock);
        break;
      case "open":
        this.#stream?.close();
        this.#stream = listen(this);
        break;
      case "close":
        this.#stream?.close();
        this.#stream = undefined;
        break;
      case "settle": {
        const resolve = this.#waiters.get(effect.waiter);
        this.#waiters.delete(effect.waiter);
        resolve?.(effect);
        break;
      }
      case "notify":
        this.changed();
    }
  }
}

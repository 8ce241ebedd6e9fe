import type { Client } from "./client.js";
import type { AuthOptions } from "./options.js";
import type { Failure, LoadReason, Outcome } from "./outcome.js";
import type { Session } from "./session.js";

/** The client, or why there is none. */
export type Loaded = { ok: true; client: Client } | Failure;

interface Listener {
  tell: (session: Session) => void;
}

const MESSAGES: Record<LoadReason, string> = {
  wasm_blocked: "This browser or page does not allow WebAssembly.",
  load_failed: "Sign-in could not be loaded. Check the connection and try again.",
};

/**
 * Loads the module when it is first needed, and holds what can be told about the session until
 * then and afterwards.
 */
export class Loader {
  /** The module's client, once it is there. */
  client: Client | undefined;
  /** What the application is shown. */
  session: Session = { status: "loading" };
  /** What came of a sign-in by redirect, if this page was loaded by one. */
  redirect: Promise<Outcome<{ value?: string }>> = Promise.resolve({ ok: true });
  /** See {@link Auth.ready}. */
  readonly ready: Promise<Session>;

  readonly #options: AuthOptions;
  readonly #listeners = new Set<Listener>();
  #loading: Promise<Loaded> | undefined;
  #known!: (session: Session) => void;

  constructor(options: AuthOptions) {
    if (options.server) new URL(options.server);
    if (options.mode === "token") {
      options.tokenOrigins?.forEach((origin) => new URL(origin));
      if (!options.clientId || !options.redirectUri) {
        throw new TypeError("Token mode needs clientId and redirectUri.");
      }
    }
    this.#options = options;
    this.ready = new Promise((resolve) => (this.#known = resolve));
  }

  /** Loads the module if that was never tried. */
  once(): Promise<Loaded> {
    return (this.#loading ??= this.#load());
  }

  /** Loads the module if it is not there, also where that has failed before. */
  again(): Promise<Loaded> {
    if (this.session.status === "error") {
      this.#loading = undefined;
      this.#show({ status: "loading" });
    }
    return this.once();
  }

  /** See {@link Auth.subscribe}. */
  subscribe(tell: (session: Session) => void): () => void {
    // An object of its own, so that the same function may subscribe twice.
    const listener = { tell };
    this.#listeners.add(listener);
    this.#tell(listener);
    return () => this.#listeners.delete(listener);
  }

  async #load(): Promise<Loaded> {
    if (typeof document === "undefined") {
      this.#known(this.session);
      return { ok: false, reason: "not_supported", message: "There is no browser here." };
    }
    try {
      const { open } = await import("./client.js");
      const options = this.#options;
      const { server, wasm } = options;
      let client: Client;
      if (options.mode === "token") {
        const { clientId, scope, tokenOrigins } = options;
        const redirectUri = options.redirectUri.replace(/^(?=\/)/, location.origin);
        const token = { clientId, redirectUri, scope };
        client = await open({ server, tokenOrigins, token }, wasm);
        // Until that is done nobody is to see that nobody is signed in yet.
        if (isHere(redirectUri)) await (this.redirect = client.handleRedirect());
      } else {
        if (server && new URL(server).origin !== location.origin) {
          console.warn(`Cookie mode works on ${server} itself; elsewhere use mode: "token".`);
        }
        client = await open({ server }, wasm);
      }
      this.client = client;
      const update = () => this.#show(client.session);
      client.subscribe(update);
      update();
      return { ok: true, client };
    } catch (error) {
      const blocked =
        typeof WebAssembly === "undefined" || error instanceof WebAssembly.CompileError;
      const reason = blocked ? "wasm_blocked" : "load_failed";
      const message = MESSAGES[reason];
      console.error(message, error);
      this.#show({ status: "error", reason, message });
      return { ok: false, reason, message };
    }
  }

  #show(session: Session): void {
    const { status } = session;
    const stillLoading = status === "loading" && status === this.session.status;
    if (session === this.session || stillLoading) return;
    this.session = session;
    if (status !== "loading") this.#known(session);
    for (const listener of [...this.#listeners]) {
      // Unless another listener has just ended its subscription.
      if (this.#listeners.has(listener)) this.#tell(listener);
    }
  }

  /** A listener that throws must not keep others from hearing. */
  #tell(listener: Listener): void {
    try {
      listener.tell(this.session);
    } catch (error) {
      reportError(error);
    }
  }
}

/** Whether this page is the one at `address`, whatever its query. */
function isHere(address: string): boolean {
  const { origin, pathname } = new URL(address);
  return origin === location.origin && pathname === location.pathname;
}

import type { Client } from "./client.js";
import { fail } from "./failure.js";
import { grants } from "./matching.js";
import type { AuthOptions } from "./options.js";
import type { Failure, LoadReason, Outcome } from "./outcome.js";
import type { Session, SignedInSession, SignedOutSession } from "./session.js";

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
  session: Session;
  /** What came of a sign-in by redirect, if this page was loaded by one. */
  redirect: Promise<Outcome<{ value?: string }>> = Promise.resolve({ ok: true });
  /** See {@link Auth.ready}. */
  readonly ready: Promise<Session>;

  /** Called when the session is another one, before anybody is told. */
  onSession: () => void = () => {};

  readonly #options: AuthOptions;
  readonly #listeners = new Set<Listener>();
  readonly #watchers = new Set<{ tell: () => void }>();
  /** The session that a server handed down, for as long as nothing newer is known. */
  #handed: SignedInSession | SignedOutSession | undefined;
  /** What {@link Loader.can} has answered in this session: gates ask the same things again. */
  #answers = new Map<string, boolean>();
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
    this.#handed = options.session;
    this.session = this.#handed ?? { status: "loading" };
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

  /** Whether the user has a permission, as far as is known. */
  can(permission: string): boolean {
    let answer = this.#answers.get(permission);
    if (answer === undefined) {
      const { session } = this;
      const handed = this.#handed && "permissions" in session ? session.permissions : undefined;
      answer = handed ? grants(handed, permission) : !!this.client?.can(permission);
      this.#answers.set(permission, answer);
    }
    return answer;
  }

  /** See {@link Auth.onChange}. */
  watch(tell: () => void): () => void {
    const watcher = { tell };
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Tells those who watch that a verdict may be another one now. */
  changed(): void {
    for (const watcher of [...this.#watchers]) {
      if (this.#watchers.has(watcher)) guarded(watcher.tell);
    }
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
      return fail("not_supported", "There is no browser here.");
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
      const failed = fail(reason, message);
      this.#show({ status: "error", reason, message, docs: failed.docs });
      return failed;
    }
  }

  #show(session: Session): void {
    const { status } = session;
    if (status === "loading" && (this.#handed || status === this.session.status)) return;
    if (this.#handed?.status === "signedIn" && status === "unreachable") {
      // What was handed down is the last that is known.
      session = { ...this.#handed, stale: true };
    } else {
      this.#handed = undefined;
    }
    if (session === this.session) return;
    this.session = session;
    this.#answers.clear();
    this.onSession();
    if (status !== "loading") this.#known(session);
    for (const listener of [...this.#listeners]) {
      // Unless another listener has just ended its subscription.
      if (this.#listeners.has(listener)) this.#tell(listener);
    }
    this.changed();
  }

  #tell(listener: Listener): void {
    guarded(() => listener.tell(this.session));
  }
}

/** A listener that throws must not keep others from hearing. */
function guarded(tell: () => void): void {
  try {
    tell();
  } catch (error) {
    reportError(error);
  }
}

/** Whether this page is the one at `address`, whatever its query. */
function isHere(address: string): boolean {
  const { origin, pathname } = new URL(address);
  return origin === location.origin && pathname === location.pathname;
}

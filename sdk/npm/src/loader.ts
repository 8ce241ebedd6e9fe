import type { Explanation } from "./auth.js";
import type { Client, PageClient, Returned } from "./client.js";
import { fail } from "./failure.js";
import { grants, isPermission } from "./matching.js";
import type { AuthOptions, WasmSource } from "./options.js";
import type { Failure, LoadReason } from "./outcome.js";
import type { Session, SignedInSession, SignedOutSession } from "./session.js";
import type { Tracer } from "./trace.js";

/** Where the module comes from if the options do not say. */
export type Source = () => Promise<WasmSource>;

/** The client, or why there is none. */
export type Loaded = { ok: true; client: Client | PageClient } | Failure;

interface Listener {
  tell: (session: Session) => void;
}

const MESSAGES: Record<LoadReason, string> = {
  wasm_blocked: "This browser or page does not allow WebAssembly.",
  worker_failed: "The worker that keeps tokens safe could not be started.",
  load_failed: "Sign-in could not be loaded. Check the connection and try again.",
};

/**
 * Loads the module when it is first needed, and holds what can be told about the session until
 * then and afterwards.
 */
export class Loader {
  /** The module's client, once it is there. */
  client: Client | PageClient | undefined;
  /** What the application is shown. */
  session: Session;
  /** What came of a sign-in by redirect, if this page was loaded by one. */
  redirect: Promise<Returned> = Promise.resolve({ ok: true });
  /** See {@link Auth.ready}. */
  readonly ready: Promise<Session>;

  /** Who hears what the client does; usually nobody. */
  readonly tracers = new Set<Tracer>();

  /** Called when the session is another one, before anybody is told. */
  onSession: () => void = () => {};

  readonly #options: AuthOptions;
  readonly #source: Source | undefined;
  readonly #listeners = new Set<Listener>();
  readonly #watchers = new Set<{ tell: () => void }>();
  /** The session that a server handed down, for as long as nothing newer is known. */
  #handed: SignedInSession | SignedOutSession | undefined;
  /** What {@link Loader.can} has answered in this session: gates ask the same things again. */
  #answers = new Map<string, boolean>();
  #loading: Promise<Loaded> | undefined;
  #known!: (session: Session) => void;

  constructor(options: AuthOptions, source: Source | undefined) {
    if (options.server) new URL(options.server);
    if (options.mode === "token") {
      options.tokenOrigins?.forEach((origin) => new URL(origin));
      if (!options.clientId || !options.redirectUri) {
        throw new TypeError("Token mode needs clientId and redirectUri.");
      }
    }
    this.#options = options;
    this.#source = source;
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
      const engine = this.#handed ? undefined : this.client?.can;
      answer = engine
        ? engine.call(this.client, permission)
        : "permissions" in session && grants(session.permissions, permission);
      this.#answers.set(permission, answer);
    }
    return answer;
  }

  /** Says why {@link Loader.can} answers as it does, for who is signed in. */
  explain(permission: string): Omit<Explanation, "permission"> {
    const { client, session } = this;
    if (client?.explain && !this.#handed) return client.explain(permission);
    const patterns = "permissions" in session ? session.permissions : [];
    const by = patterns.find((pattern) => grants([pattern], permission));
    if (by !== undefined) return { allowed: true, reason: "granted", by };
    const reason = isPermission(permission) ? "not_granted" : "not_a_permission";
    return { allowed: false, reason };
  }

  /** Waits until it is known whether somebody is signed in, or that it cannot be known. */
  settled(): Promise<Session> {
    return new Promise((resolve) => {
      const stop = this.subscribe((session) => {
        if (session.status === "loading") return;
        resolve(session);
        // The first call comes before there is anything to stop.
        queueMicrotask(() => stop());
      });
    });
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

  /** See {@link Auth.trace}. */
  trace(tracer: Tracer): () => void {
    this.tracers.add(tracer);
    this.client?.trace(this.report);
    return () => this.tracers.delete(tracer);
  }

  /** Tells whoever wants to know what the client does. */
  readonly report: Tracer = (told) => {
    for (const tracer of this.tracers) guarded(() => tracer(told));
  };

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
      const client = await this.#open();
      // Until that is done nobody is to see that nobody is signed in yet.
      await this.redirect;
      this.client = client;
      if (this.tracers.size) client.trace(this.report);
      const update = () => this.#show(client.session);
      client.subscribe(update);
      update();
      return { ok: true, client };
    } catch (error) {
      const blocked =
        typeof WebAssembly === "undefined" || error instanceof WebAssembly.CompileError;
      const { reason = blocked ? "wasm_blocked" : "load_failed" } = error as {
        reason?: LoadReason;
      };
      const message = MESSAGES[reason];
      console.error(message, error);
      const failed = fail(reason, message);
      this.#show({ status: "error", reason, message, docs: failed.docs });
      return failed;
    }
  }

  async #open(): Promise<Client | PageClient> {
    const options = this.#options;
    const trace = this.tracers.size ? this.report : undefined;
    const server = (options.server ?? location.origin).replace(/\/+$/, "");
    if (options.mode !== "token") {
      if (new URL(server).origin !== location.origin) {
        console.warn(`Cookie mode works on ${server} itself; elsewhere use mode: "token".`);
      }
      const [{ open }, wasm] = await Promise.all([import("./client.js"), this.#wasm(true)]);
      return open({ server, trace }, wasm);
    }
    const { clientId, scope, tokenOrigins, isolate = true, dpop = true, worker } = options;
    const redirectUri = options.redirectUri.replace(/^(?=\/)/, location.origin);
    const token = { clientId, redirectUri, scope, share: !isolate, dpop };
    const config = { server, tokenOrigins, token, trace };
    const [{ open }, wasm] = await Promise.all([
      isolate ? import("./remote.js") : import("./client.js"),
      this.#wasm(!isolate),
    ]);
    const client = await open(config, wasm, worker);
    if (isHere(redirectUri)) this.redirect = client.handleRedirect();
    return client;
  }

  /** The module, or where it is; `here`: it is put to work on this page, and may be on its way. */
  async #wasm(here: boolean): Promise<WasmSource> {
    const { wasm } = this.#options;
    const given = (typeof wasm === "function" ? await wasm() : wasm) ?? (await this.#source?.());
    if (!given) throw new TypeError("There is no module.");
    const found = typeof given === "string" ? new URL(given, document.baseURI) : given;
    return here && found instanceof URL ? fetch(found) : found;
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

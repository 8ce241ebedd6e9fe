import type { Explanation } from "./auth.js";
import type { Body, Client, ClientConfig, Valued } from "./client.js";
import { CSRF_HEADER, camelCase, exchange, failure, refusal, type Answer } from "./http.js";
import { Machine } from "./machine.js";
import type { Failure, Outcome } from "./outcome.js";
import { arrive, leave } from "./redirect.js";
import type { Passkey, Session } from "./session.js";
import { run, unsupported, type Ceremony } from "./webauthn.js";

const PASSKEYS = "/api/auth/passkeys";
/** The server keeps a ceremony for five minutes; autofill may wait for hours, and begins a new
 * one in good time. */
const AUTOFILL_RENEWAL = 240_000;

/** Everything that is asked of the module and the server. */
export class Driver implements Client {
  readonly #server: string;
  readonly #config: ClientConfig;
  readonly #machine: Machine;
  readonly #trusted: Set<string>;
  /** The passkey ceremony that is open. */
  #open: { kind: Ceremony; abort: AbortController } | undefined;

  constructor(config: ClientConfig) {
    this.#config = config;
    this.#server = (config.server ?? location.origin).replace(/\/+$/, "");
    this.#trusted = new Set(
      [this.#server, ...(config.tokenOrigins ?? [])].map((url) => new URL(url).origin),
    );
    this.#machine = new Machine({ server: this.#server, clientId: config.token?.clientId });
  }

  get session(): Session {
    return this.#machine.core.session as Session;
  }

  subscribe(listener: () => void): number {
    return this.#machine.subscribe(listener);
  }

  can(permission: string): boolean {
    return this.#machine.core.can(permission);
  }

  explain(permission: string): Pick<Explanation, "allowed" | "reason" | "by"> {
    const allowed = this.can(permission);
    return { allowed, reason: allowed ? "granted" : "not_granted" };
  }

  cancelStepUp(): void {
    this.#machine.tell("stepUpCancelled");
  }

  register(body: Body): Promise<Outcome> {
    return this.#signIn("/api/auth/register", body);
  }

  signInWithPassword(body: Body): Promise<Outcome> {
    return this.#signIn("/api/auth/password/sign-in", body);
  }

  async setPassword(body: Body): Promise<Outcome> {
    const outcome = await this.#call("PUT", "/api/auth/password", body);
    // Whether there is a password is part of the session.
    if (outcome.ok) this.#machine.tell("look");
    return outcome.ok ? { ok: true } : outcome;
  }

  async signOut(everywhere: boolean): Promise<Outcome> {
    if (this.#config.token) {
      if (everywhere) return failure("wrong_mode");
    } else {
      const outcome = await this.#call("POST", "/api/auth/sign-out", { everywhere });
      // It may have been over already.
      if (!outcome.ok && outcome.reason !== "not_authenticated") return outcome;
    }
    this.#machine.tell("signedOut");
    return { ok: true };
  }

  signInWithPasskey(autofill: boolean, remember: boolean): Promise<Outcome> {
    return this.#passkey(autofill ? "autofill" : "get", "sign-in", {}, { remember });
  }

  signUpWithPasskey(body: Body): Promise<Outcome> {
    return this.#passkey("create", "sign-up", body, {});
  }

  async registerPasskey(body: Body): Promise<Valued<Passkey>> {
    const outcome = await this.#passkey("create", "register", {}, body);
    if (!outcome.ok) return outcome;
    const { signal: _, ...passkey } = camelCase(outcome.value) as Passkey & { signal: unknown };
    return { ok: true, value: passkey };
  }

  abortPasskey(): void {
    this.#open?.abort.abort();
    this.#open = undefined;
  }

  async call(method: string, path: string, body?: object): Promise<Valued<unknown>> {
    const outcome = await this.#call(method, path, body);
    return outcome.ok ? { ok: true, value: camelCase(outcome.value) } : outcome;
  }

  signInWithRedirect(returnTo: string): Promise<Outcome> {
    return leave(this.#server, this.#config.token, returnTo);
  }

  handleRedirect(): Promise<Outcome<{ value?: string }>> {
    return arrive(this.#machine, this.#server, this.#config.token);
  }

  async fetch(request: Request): Promise<Valued<Response>> {
    try {
      const value = this.#trusted.has(new URL(request.url).origin)
        ? await this.#fetch(request)
        : await fetch(request);
      return value ? { ok: true, value } : failure("network");
    } catch {
      return failure("network");
    }
  }

  /** Sends a request to an origin that may see who is signed in; nothing: there is no token and
   * none to be had now. */
  async #fetch(request: Request): Promise<Response | undefined> {
    if (!this.#config.token) {
      request.headers.set(CSRF_HEADER, "1");
      const response = await fetch(request);
      void this.#learnFrom(response);
      return response;
    }
    const again = request.clone();
    const bearer = await this.#machine.token();
    if (bearer.token === undefined) {
      return bearer.reason === "network" ? undefined : fetch(request);
    }
    const response = await fetch(authorized(request, bearer.token));
    if (response.status !== 401) return response;
    // One refresh, one retry.
    const next = await this.#machine.token(bearer.generation);
    return next.token === undefined ? response : fetch(authorized(again, next.token));
  }

  /** Tells the machine if the server refused for a reason that is about the session. */
  async #learnFrom(response: Response): Promise<void> {
    if (response.status === 401) this.#machine.tell("refused", "not_authenticated");
    if (response.status !== 403) return;
    // The application reads the answer's body itself: this reads a copy.
    const problem = (await response.clone().json().catch(() => undefined)) as
      | { code?: string }
      | undefined;
    this.#machine.tell("refused", problem?.code);
  }

  /** Sends a JSON request to the server's API, with the cookie or a token. */
  async #call(method: string, path: string, body?: unknown): Promise<Valued<unknown>> {
    const headers: Record<string, string> = { [CSRF_HEADER]: "1" };
    const init: RequestInit = { method, headers };
    if (body !== undefined) {
      headers["content-type"] = "application/json";
      init.body = JSON.stringify(body);
    }
    const send = () => exchange(this.#server + path, init);
    let answer: Answer | undefined;
    if (this.#config.token) {
      init.credentials = "omit";
      let bearer = await this.#machine.token();
      for (let tries = 1; ; tries += 1) {
        if (bearer.token === undefined) return failure(bearer.reason);
        headers["authorization"] = `Bearer ${bearer.token}`;
        answer = await send();
        if (answer?.status !== 401 || tries === 2) break;
        bearer = await this.#machine.token(bearer.generation);
      }
    } else {
      answer = await send();
    }
    if (!answer) return failure("network");
    if (answer.status >= 200 && answer.status < 300) return { ok: true, value: answer.body };
    const refused = refusal(answer);
    this.#machine.tell("refused", refused.reason);
    return refused;
  }

  /** Asks a route that signs in, and takes over the session it answers with. */
  async #signIn(path: string, body: unknown): Promise<Outcome> {
    if (this.#config.token) return failure("wrong_mode");
    const outcome = await this.#call("POST", path, body);
    return outcome.ok ? this.#signedIn(outcome.value) : outcome;
  }

  #signedIn(answer: unknown): Outcome {
    if (!(answer as { session?: unknown } | undefined)?.session) {
      return failure("unexpected_answer");
    }
    this.#machine.tell("signedIn", answer);
    return { ok: true };
  }

  /** From beginning to end: `body` begins the ceremony, `extra` are the fields that finish it
   * besides the credential. */
  async #passkey(
    kind: Ceremony,
    purpose: "sign-in" | "sign-up" | "register",
    body: Body,
    extra: Body,
  ): Promise<Outcome<{ value?: unknown }>> {
    const refused = this.#config.token ? failure("wrong_mode") : unsupported();
    if (refused) return refused;
    if (kind === "autofill" && !(await PublicKeyCredential.isConditionalMediationAvailable?.())) {
      return failure("not_supported");
    }
    const ceremony = await this.#ceremony(kind, `${PASSKEYS}/${purpose}/begin`, body);
    if (!ceremony.ok) return ceremony;
    const finish = { ...extra, ...ceremony.value };
    const outcome = await this.#call("POST", `${PASSKEYS}/${purpose}/finish`, finish);
    if (!outcome.ok) return outcome;
    if (purpose === "register") {
      this.#machine.tell("look");
      return outcome;
    }
    return this.#signedIn(outcome.value);
  }

  /** Begins a ceremony at the server and runs it in the browser, which has room for one at a
   * time. A dialog ends whatever is open; autofill, which is started by a form that appears and
   * not by the user, yields to a dialog. */
  async #ceremony(
    kind: Ceremony,
    path: string,
    body: Body,
  ): Promise<Failure | { ok: true; value: { ceremony: unknown; credential: unknown } }> {
    for (;;) {
      if (kind === "autofill" && this.#open && this.#open.kind !== kind) return failure("aborted");
      this.abortPasskey();
      const abort = new AbortController();
      const open = (this.#open = { kind, abort });
      let renew = false;
      let timer: ReturnType<typeof setTimeout> | undefined;
      try {
        const begun = await this.#call("POST", path, body);
        if (!begun.ok) return begun;
        if (abort.signal.aborted) return failure("aborted");
        if (kind === "autofill") {
          timer = setTimeout(() => {
            renew = true;
            abort.abort();
          }, AUTOFILL_RENEWAL);
        }
        const { ceremony, options } = begun.value as {
          ceremony: unknown;
          options: Record<string, unknown>;
        };
        const done = await run(kind, options, abort.signal);
        if (done.ok) return { ok: true, value: { ceremony, credential: done.credential } };
        if (!renew || done.reason !== "aborted") return done;
      } finally {
        clearTimeout(timer);
        if (this.#open === open) this.#open = undefined;
      }
    }
  }
}

function authorized(request: Request, token: string): Request {
  request.headers.set("authorization", `Bearer ${token}`);
  return request;
}

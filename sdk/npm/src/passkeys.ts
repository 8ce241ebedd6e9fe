/** Passkeys from beginning to end: begun at the server, run in the browser, finished at the server. */

import type { Body, CeremonyWishes } from "./client.js";
import type { Engine } from "./engine.js";
import { camelCase, failure, type Valued } from "./http.js";
import type { Failure, Outcome } from "./outcome.js";
import type { Passkey } from "./session.js";
import { run, unsupported, type Ceremony } from "./webauthn.js";

const PASSKEYS = "/api/auth/passkeys";
/** The server keeps a ceremony for five minutes; autofill may wait for hours, and begins a new
 * one in good time. */
const AUTOFILL_RENEWAL = 240_000;

/** A ceremony that is open, and why it is being ended. */
interface Open {
  kind: Ceremony;
  abort: AbortController;
  why?: "ended" | "dialog" | "renewal";
}

/** Passkey ceremonies, of which the browser has room for one at a time. */
export class Passkeys {
  readonly #engine: Engine;
  #open: Open | undefined;
  /** The dialog that is open, until what came of it is known. */
  #dialog: Promise<unknown> | undefined;
  /** How often everything that was open has been ended. */
  #ends = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  signIn(wishes: CeremonyWishes, remember: boolean): Promise<Outcome> {
    const kind = wishes.autofill ? "autofill" : wishes.immediate ? "immediate" : "get";
    return this.#run(kind, "sign-in", {}, { remember }, wishes);
  }

  signUp(body: Body, wishes: CeremonyWishes): Promise<Outcome> {
    return this.#run("create", "sign-up", body, {}, wishes);
  }

  async register(extra: Body, wishes: CeremonyWishes): Promise<Valued<Passkey>> {
    const kind = wishes.quiet ? "upgrade" : "create";
    const begin: Body = wishes.quiet ? { conditional: true } : {};
    const outcome = await this.#run(kind, "register", begin, extra, wishes);
    if (!outcome.ok) return outcome;
    const { signal: _, ...passkey } = camelCase(outcome.value) as Passkey & { signal: unknown };
    return { ok: true, value: passkey };
  }

  /** Ends what is open, for good. */
  abort(): void {
    this.#ends += 1;
    this.#end("ended");
  }

  /** Passes on to the browser what an answer about passkeys says of them. */
  async watch(path: string, asked: Promise<Valued<unknown>>): Promise<Valued<unknown>> {
    const outcome = await asked;
    if (outcome.ok && path.startsWith(PASSKEYS)) tell(outcome.value);
    return outcome;
  }

  #end(why: Open["why"] & string): void {
    if (!this.#open) return;
    this.#open.why = why;
    this.#open.abort.abort();
    this.#open = undefined;
  }

  async #run(
    kind: Ceremony,
    purpose: "sign-in" | "sign-up" | "register",
    body: Body,
    extra: Body,
    wishes: CeremonyWishes,
  ): Promise<Outcome<{ value?: unknown }>> {
    const refused = unsupported() ?? (await lacking(kind));
    if (refused) return refused;
    const running = this.#all(kind, purpose, body, extra, wishes);
    if (isQuiet(kind)) return running;
    this.#dialog = running;
    const outcome = await running;
    if (this.#dialog === running) this.#dialog = undefined;
    return outcome;
  }

  async #all(
    kind: Ceremony,
    purpose: string,
    body: Body,
    extra: Body,
    wishes: CeremonyWishes,
  ): Promise<Outcome<{ value?: unknown }>> {
    const ceremony = await this.#ceremony(kind, `${PASSKEYS}/${purpose}/begin`, body, wishes);
    if (!ceremony.ok) return ceremony;
    const finish = { ...extra, ...ceremony.value };
    const path = `${PASSKEYS}/${purpose}/finish`;
    if (purpose === "register") {
      const outcome = await this.#engine.request("POST", path, finish);
      if (!outcome.ok) return outcome;
      this.#engine.tell("look");
      tell(camelCase(outcome.value));
      return outcome;
    }
    const outcome = await this.#engine.signIn(path, finish, (problem) =>
      tell({ ...(camelCase(problem) as object), credential: ceremony.value.credential }),
    );
    // Whatever was still on offer to sign in with.
    if (outcome.ok) this.abort();
    return outcome;
  }

  /** Begins a ceremony at the server and runs it in the browser. A dialog takes the place of
   * whatever is open; what is offered quietly waits until it is over. */
  async #ceremony(
    kind: Ceremony,
    path: string,
    body: Body,
    { hints, signal }: CeremonyWishes,
  ): Promise<Failure | { ok: true; value: { ceremony: unknown; credential: unknown } }> {
    const ends = this.#ends;
    for (;;) {
      if (isQuiet(kind)) {
        while (this.#dialog && !signal?.aborted) await Promise.race([this.#dialog, heard(signal)]);
      }
      if (signal?.aborted || ends !== this.#ends) return failure("aborted");
      this.#end(isQuiet(kind) ? "ended" : "dialog");
      const abort = new AbortController();
      const open: Open = (this.#open = { kind, abort });
      const end = () => abort.abort();
      signal?.addEventListener("abort", end);
      let timer: ReturnType<typeof setTimeout> | undefined;
      try {
        const begun = await this.#engine.request("POST", path, body);
        if (!begun.ok) return begun;
        if (kind === "autofill") {
          timer = setTimeout(() => {
            open.why = "renewal";
            abort.abort();
          }, AUTOFILL_RENEWAL);
        }
        const { ceremony, options } = begun.value as {
          ceremony: unknown;
          options: Record<string, unknown>;
        };
        if (hints) options["hints"] = hints;
        const done = abort.signal.aborted
          ? failure("aborted")
          : await run(kind, options, abort.signal);
        if (done.ok) return { ok: true, value: { ceremony, credential: done.credential } };
        const goesOn = open.why === "renewal" || (open.why === "dialog" && kind === "autofill");
        if (done.reason !== "aborted" || !goesOn) return done;
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener("abort", end);
        if (this.#open === open) this.#open = undefined;
      }
    }
  }
}

/** Passes on to the browser what the server says of passkeys. */
const tell = (answer: unknown) =>
  void import("./signals.js").then(
    ({ signal }) => signal(answer),
    () => {},
  );

/** Ceremonies that are started by a form that appears, or by a sign-in, and not by the user. */
const isQuiet = (kind: Ceremony) => kind === "autofill" || kind === "upgrade";

/** Waits for a signal. */
const heard = (signal: AbortSignal | undefined) =>
  new Promise<void>((resolve) => {
    if (signal?.aborted) resolve();
    signal?.addEventListener("abort", () => resolve(), { once: true });
  });

/** Whether the browser lacks what a ceremony needs. */
async function lacking(kind: Ceremony): Promise<Failure | undefined> {
  const needed = { autofill: "conditionalGet", immediate: "immediateGet", upgrade: "conditionalCreate" };
  if (!(kind in needed)) return undefined;
  const { isConditionalMediationAvailable: autofill } = PublicKeyCredential;
  const known: Record<string, boolean | undefined> = {
    conditionalGet: await autofill?.call(PublicKeyCredential),
    ...(await PublicKeyCredential.getClientCapabilities?.()),
  };
  return known[needed[kind as keyof typeof needed]] ? undefined : failure("not_supported");
}

import type { Auth, NewAccount, PasskeyApi, PasswordApi, SessionsApi } from "./auth.js";
import { Checks } from "./checks.js";
import type { Body, Client, PageClient } from "./client.js";
import { fail } from "./failure.js";
import { decide } from "./gate.js";
import { Loader, type Source } from "./loader.js";
import type { AuthOptions } from "./options.js";
import type { Outcome } from "./outcome.js";
import type { Passkey, SessionSummary } from "./session.js";

const IN_BROWSER = typeof document !== "undefined";
const PASSKEYS = "/api/auth/passkeys";
const SESSIONS = "/api/auth/sessions";
const POPUP = "popup,width=480,height=720";

/** Makes a client whose module, if the options do not say, comes from `source`. */
export function make(options: AuthOptions, source?: Source): Auth {
  const loader = new Loader(options, source);

  /** Asks the module, once it is there. */
  async function ask<T extends object>(
    act: (client: Client | PageClient) => Promise<Outcome<T>>,
  ): Promise<Outcome<T>> {
    const loaded = await loader.again();
    if (!loaded.ok) return loaded;
    try {
      return await act(loaded.client);
    } catch (error) {
      reportError(error);
      return fail("internal", "Something went wrong.");
    }
  }

  /** Asks for what is done by cookie only. */
  const here = <T extends object>(act: (client: PageClient) => Promise<Outcome<T>>) =>
    ask(async (client) =>
      isPage(client) ? act(client) : fail("wrong_mode", "In token mode, sign in by redirect."),
    );

  /** Asks the server's API, and hands over the answer's body. */
  const call = async <T extends object>(method: string, path: string, body?: object) => {
    const outcome = await ask((client) => client.call(method, path, body));
    return (outcome.ok ? { ok: true, ...(outcome.value ?? {}) } : outcome) as Outcome<T>;
  };

  /** As {@link call}, where what the answer says is not for the caller. */
  const change = async (method: string, path: string, body?: Body): Promise<Outcome> => {
    const outcome = await ask((client) => client.call(method, path, body));
    return outcome.ok ? { ok: true } : outcome;
  };

  const checks = new Checks(
    (checks) => call("POST", "/api/authz/check", { checks }),
    () => loader.changed(),
  );
  /** Whose the answers are, and as of when: they hold while only other things change. */
  let whose = "";
  loader.onSession = () => {
    const { session } = auth;
    const { id, version, permissions = [] } = "user" in session ? session : {};
    const now = [id, version, ...permissions].join(" ");
    if (now !== whose) checks.clear();
    whose = now;
  };

  /** How often ceremonies have been ended: one that is to begin once the module is there, too. */
  let aborts = 0;
  /** A ceremony, and what may end it. */
  const ceremony = <T extends object>(
    act: (client: PageClient) => Promise<Outcome<T>>,
    signal?: AbortSignal,
  ) => {
    const before = aborts;
    return here<T>(async (client) =>
      before === aborts && !signal?.aborted ? act(client) : fail("aborted", "Ended early."),
    );
  };
  const added = async (adding: Promise<Outcome<{ value: Passkey }>>) => {
    const outcome = await adding;
    return outcome.ok ? ({ ok: true, passkey: outcome.value } as const) : outcome;
  };

  const passkey: PasskeyApi = {
    get supported() {
      return typeof PublicKeyCredential === "function" && isSecureContext;
    },
    autofillSupported: async () => (await passkey.capabilities()).autofill,
    async capabilities() {
      const known: Record<string, boolean | undefined> = { passkeys: passkey.supported };
      if (passkey.supported) {
        // Browsers of before 2025 answer these two only.
        const { isConditionalMediationAvailable: autofill } = PublicKeyCredential;
        known["conditionalGet"] = await autofill?.call(PublicKeyCredential);
        known["userVerifyingPlatformAuthenticator"] =
          await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable?.();
        Object.assign(known, await PublicKeyCredential.getClientCapabilities?.());
      }
      const can = (name: string) => !!known[name];
      return {
        passkeys: can("passkeys"),
        autofill: can("conditionalGet"),
        upgrade: can("conditionalCreate"),
        immediate: can("immediateGet"),
        device: can("userVerifyingPlatformAuthenticator"),
        phone: can("hybridTransport"),
        signals: can("signalAllAcceptedCredentials"),
      };
    },
    signIn: ({ remember = false, ...options } = {}) =>
      ceremony((client) => client.passkey.signIn(options, remember), options.signal),
    register: ({ name, ...options } = {}) =>
      added(ceremony((client) => client.passkey.register({ name }, options), options.signal)),
    upgrade: ({ name, signal } = {}) =>
      added(ceremony((client) => client.passkey.register({ name }, { signal, quiet: true }), signal)),
    signUp: ({ hints, signal, ...account }) =>
      ceremony((client) => client.passkey.signUp(whom(account), { hints, signal }), signal),
    async list() {
      const outcome = await call<{ passkeys: Passkey[] }>("GET", PASSKEYS);
      return outcome.ok ? { ok: true, passkeys: outcome.passkeys } : outcome;
    },
    rename: (id, name) => change("PATCH", below(PASSKEYS, id), { name }),
    delete: (id) => change("DELETE", below(PASSKEYS, id)),
    abort() {
      aborts += 1;
      if (loader.client && isPage(loader.client)) loader.client.passkey.abort();
    },
  };

  const password: PasswordApi = {
    signIn: ({ email, password, remember = false }) =>
      here((client) =>
        client.signIn("/api/auth/password/sign-in", { email, password, remember }),
      ),
    set: ({ current, new: next, endOtherSessions = false }) =>
      here((client) =>
        client.setPassword({ current, new: next, end_other_sessions: endOtherSessions }),
      ),
  };

  const sessions: SessionsApi = {
    list: () => call<{ sessions: SessionSummary[] }>("GET", SESSIONS),
    end: (id) =>
      "id" in auth.session && auth.session.id === id
        ? auth.signOut()
        : call("DELETE", below(SESSIONS, id)),
    endOthers: () => call<{ ended: number }>("POST", `${SESSIONS}/end-others`, {}),
  };

  const auth: Auth = {
    get ready() {
      loader.once();
      return loader.ready;
    },
    get session() {
      loader.once();
      return loader.session;
    },
    initial: loader.session,
    subscribe(listener) {
      loader.once();
      return loader.subscribe(listener);
    },
    passkey,
    password,
    sessions,
    register: (account) =>
      here((client) =>
        client.signIn("/api/auth/register", { ...whom(account), password: account.password }),
      ),
    signInWithRedirect: ({ returnTo } = {}) =>
      ask((client) =>
        client.signInWithRedirect(
          returnTo ?? location.pathname + location.search + location.hash,
        ),
      ),
    signInWithPopup({ signal } = {}) {
      // At once: browsers let only a click open windows.
      const popup = IN_BROWSER ? open("", "_blank", POPUP) : null;
      if (IN_BROWSER && !popup) {
        loader.once();
        return Promise.resolve(fail("popup_blocked", "The browser did not allow a new window."));
      }
      return ask((client) => client.signInWithPopup(popup as Window, signal));
    },
    handleRedirect: () => ask(() => loader.redirect),
    async retry() {
      await loader.again();
      return loader.settled();
    },
    onChange(listener) {
      loader.once();
      return loader.watch(listener);
    },
    can(permission) {
      loader.once();
      return loader.can(permission);
    },
    canAny: (permissions) => permissions.some(auth.can),
    canAll: (permissions) => permissions.length > 0 && permissions.every(auth.can),
    decide(question) {
      const verdict = decide(auth.session, question, (permission, on) =>
        // What needs the server's word stays closed where there is no browser to ask from.
        on === undefined ? loader.can(permission) : IN_BROWSER ? checks.peek(permission, on) : undefined,
      );
      if (loader.tracers.size) loader.report({ source: "gate", question, verdict });
      return verdict;
    },
    check: (permission, on) => checks.check(permission, on),
    explain(permission) {
      const { status } = auth.session;
      const known = status === "signedIn" || status === "stepUp";
      const unknown = status === "signedOut" ? "signed_out" : "not_known_yet";
      const explained = known && loader.explain(permission);
      return { permission, ...(explained || { allowed: false, reason: unknown }) };
    },
    async fetch(input, init = {}) {
      const request = new Request(input, init);
      const { stepUp = options.stepUp, retryWithin = options.retryWithin ?? 10 } = init;
      const wishes = {
        resume: stepUp === "resume",
        wait: retryWithin * 1000,
        follow: init.redirect === "follow",
        stream: init.body instanceof ReadableStream,
      };
      const { signal } = request;
      signal.throwIfAborted();
      const aborted = new Promise<never>((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason as Error)),
      );
      const asked = ask((client) => client.fetch(request, wishes));
      const outcome = await Promise.race([asked, aborted]);
      if (outcome.ok) return outcome.value;
      throw new TypeError(outcome.message, { cause: outcome });
    },
    signOut: ({ everywhere = false } = {}) => ask((client) => client.signOut(everywhere)),
    trace: (tracer) => loader.trace(tracer),
    cancelStepUp: () => loader.client?.cancelStepUp(),
  };
  return auth;
}

/** Whether a client is one by cookie. */
const isPage = (client: Client | PageClient): client is PageClient => "passkey" in client;

const whom = ({ email, name }: NewAccount): Body => ({ email, name });

const below = (path: string, id: string) => `${path}/${encodeURIComponent(id)}`;

import type { Auth, NewAccount, PasskeyApi, PasswordApi, SessionsApi } from "./auth.js";
import { Checks } from "./checks.js";
import type { Body, Client } from "./client.js";
import { fail } from "./failure.js";
import { decide } from "./gate.js";
import { Loader } from "./loader.js";
import type { AuthOptions } from "./options.js";
import type { Outcome } from "./outcome.js";
import type { Passkey, SessionSummary } from "./session.js";

const IN_BROWSER = typeof document !== "undefined";
const PASSKEYS = "/api/auth/passkeys";
const SESSIONS = "/api/auth/sessions";

/**
 * Makes a client. Does nothing yet, and may be called where there is no browser: the WebAssembly
 * module is loaded, and the session restored, as soon as anything is asked of the client.
 *
 * ```ts
 * const auth = createAuth({ server: "https://auth.example.com" });
 * await auth.ready;
 * ```
 *
 * @throws TypeError - If token mode lacks `clientId` or `redirectUri`.
 */
export function createAuth(options: AuthOptions = {}): Auth {
  const loader = new Loader(options);

  /** Asks the module, once it is there. */
  async function ask<T extends object>(
    act: (client: Client) => Promise<Outcome<T>>,
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
  loader.onSession = () => checks.clear();

  /** How often ceremonies have been ended: one that is to begin once the module is there, too. */
  let aborts = 0;
  const ceremony = <T extends object>(act: (client: Client) => Promise<Outcome<T>>) => {
    const before = aborts;
    return ask<T>(async (client) =>
      before === aborts ? act(client) : fail("aborted", "Ended early."),
    );
  };

  const passkey: PasskeyApi = {
    get supported() {
      return typeof PublicKeyCredential === "function" && isSecureContext;
    },
    autofillSupported: async () =>
      passkey.supported && !!(await PublicKeyCredential.isConditionalMediationAvailable?.()),
    signIn: ({ autofill = false, remember = false } = {}) =>
      ceremony((client) => client.signInWithPasskey(autofill, remember)),
    async register({ name } = {}) {
      const outcome = await ceremony((client) => client.registerPasskey({ name }));
      return outcome.ok ? { ok: true, passkey: outcome.value } : outcome;
    },
    signUp: (account) => ceremony((client) => client.signUpWithPasskey(whom(account))),
    list: () => call<{ passkeys: Passkey[] }>("GET", PASSKEYS),
    rename: (id, name) => change("PATCH", below(PASSKEYS, id), { name }),
    delete: (id) => change("DELETE", below(PASSKEYS, id)),
    abort() {
      aborts += 1;
      loader.client?.abortPasskey();
    },
  };

  const password: PasswordApi = {
    signIn: ({ email, password, remember = false }) =>
      ask((client) => client.signInWithPassword({ email, password, remember })),
    set: ({ current, new: next, endOtherSessions = false }) =>
      ask((client) =>
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
      ask((client) => client.register({ ...whom(account), password: account.password })),
    signInWithRedirect: ({ returnTo } = {}) =>
      ask((client) =>
        client.signInWithRedirect(
          returnTo ?? location.pathname + location.search + location.hash,
        ),
      ),
    async handleRedirect() {
      const outcome = await ask(() => loader.redirect);
      if (!outcome.ok) return outcome;
      return outcome.value === undefined ? { ok: true } : { ok: true, returnTo: outcome.value };
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
    decide: (question) =>
      decide(auth.session, question, (permission, on) =>
        // What needs the server's word stays closed where there is no browser to ask from.
        on === undefined ? loader.can(permission) : IN_BROWSER ? checks.peek(permission, on) : undefined,
      ),
    check: (permission, on) => checks.check(permission, on),
    explain(permission) {
      const { status } = auth.session;
      const known = status === "signedIn" || status === "stepUp";
      const unknown = status === "signedOut" ? "signed_out" : "not_known_yet";
      const explained = known && loader.client?.explain(permission);
      return { permission, ...(explained || { allowed: false, reason: unknown }) };
    },
    async fetch(input, init) {
      const request = new Request(input, init);
      const outcome = await ask((client) => client.fetch(request));
      if (outcome.ok) return outcome.value;
      request.signal.throwIfAborted();
      throw new TypeError(outcome.message, { cause: outcome });
    },
    signOut: ({ everywhere = false } = {}) => ask((client) => client.signOut(everywhere)),
    cancelStepUp: () => loader.client?.cancelStepUp(),
  };
  return auth;
}

const whom = ({ email, name }: NewAccount): Body => ({ email, name });

const below = (path: string, id: string) => `${path}/${encodeURIComponent(id)}`;

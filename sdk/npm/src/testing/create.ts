import type { Auth, NewAccount } from "../auth.js";
import type { Outcome } from "../outcome.js";
import type { Passkey, SessionSummary, SignedInSession, User } from "../session.js";
import type { TestAuth, TestControls } from "./controls.js";
import type { TestAccount, TestAuthOptions } from "./options.js";
import { because, Script } from "./script.js";
import { signedIn, World } from "./world.js";

const DONE = { ok: true } as const;
/** What an account may do that a test signs up, as on a server with `--demo`. */
const NEWCOMER = { roles: ["user"], permissions: ["notes:write"] };

/**
 * Makes a client for tests.
 *
 * ```ts
 * const auth = createTestAuth({ permissions: ["notes:write"] });
 * auth.can("notes:write"); // true
 * auth.test.setRoles({ permissions: [] });
 * ```
 */
export function createTestAuth(options: TestAuthOptions = {}): TestAuth {
  const { user, roles, permissions, accounts: given = [] } = options;
  const someone = user || roles || permissions;
  const world = new World(
    options.session ??
      (someone
        ? signedIn({ user, roles, permissions })
        : { status: "signedOut", reason: "anonymous" }),
  );
  const script = new Script();
  const accounts = [...given];
  let passkeys: Passkey[] = [...(options.passkeys ?? [])];
  let others: SessionSummary[] = [...(options.otherSessions ?? [])];

  /** A user has signed in, or has confirmed it is them. */
  const enter = (account: TestAccount, amr: string[]): Outcome => {
    const { session } = world;
    if (session.status === "stepUp") {
      world.show({ ...session, status: "signedIn", stale: false, authTime: Date.now(), amr });
      return DONE;
    }
    const { email, password } = account;
    const name = email.replace(/@.*/, "");
    const about = { email, name, hasPassword: password !== undefined, ...account.user };
    world.show({ ...signedIn({ ...account, user: about }), amr });
    return DONE;
  };

  const signUp = (account: NewAccount & { password?: string }, amr: string[]): Outcome => {
    const { email, name, password } = account;
    if (accounts.some((other) => other.email === email)) return because("registration_refused");
    const user: Partial<User> = name === undefined ? {} : { name };
    const added = { ...NEWCOMER, email, password, passkey: password === undefined, user };
    accounts.push(added);
    return enter(added, amr);
  };

  /** For what only somebody can do who is signed in. */
  const inside = <T extends object>(act: (session: SignedInSession) => Outcome<T>): Outcome<T> => {
    const { session } = world;
    if (session.status === "stepUp") return because("step_up_required");
    return session.status === "signedIn" ? act(session) : because("not_authenticated");
  };

  const addPasskey = ({ name = "This device" }: { name?: string | undefined }) =>
    inside<{ passkey: Passkey }>(() => {
      const id = `passkey-${passkeys.length + 1}`;
      const times = { createdAt: Date.now(), lastUsedAt: null };
      const passkey = { id, credentialId: id, name, synced: true, ...times };
      passkeys = [...passkeys, passkey];
      return { ok: true, passkey };
    });

  const auth: Auth = {
    get ready() {
      return world.ready;
    },
    get session() {
      return world.session;
    },
    initial: world.session,
    subscribe(listener) {
      let heard = world.session;
      listener(heard);
      return world.listen(() => {
        if (world.session !== heard) listener((heard = world.session));
      });
    },
    onChange: (listener) => world.listen(listener),
    can: (permission) => !!world.can(permission),
    canAny: (permissions) => permissions.some((permission) => world.can(permission)),
    canAll: (permissions) =>
      permissions.length > 0 && permissions.every((permission) => world.can(permission)),
    decide: (question) => world.decide(question),
    explain: (permission) => world.explain(permission),
    check: (permission, on) =>
      script.run("check", [permission, on], () => {
        const allowed = world.can(permission, on);
        return allowed === undefined ? because("network") : { ok: true, allowed };
      }),
    register: (account) => script.run("register", [account], () => signUp(account, ["pwd"])),
    signInWithRedirect: (to) => script.run("signInWithRedirect", [to], () => DONE),
    signInWithPopup: (to) => script.run("signInWithPopup", [to], () => DONE),
    retry: () => Promise.resolve(world.session),
    handleRedirect: () => script.run("handleRedirect", [], () => DONE),
    async fetch(input, init) {
      const request = new Request(input, init);
      const outcome = await script.run("fetch", [request], () =>
        options.fetch ? DONE : because("network"),
      );
      request.signal.throwIfAborted();
      if (outcome.ok && options.fetch) return options.fetch(request);
      throw new TypeError("The test does not answer this.", { cause: outcome });
    },
    signOut: (how) =>
      script.run("signOut", [how], () => {
        world.show({ status: "signedOut", reason: "signedOut" });
        return DONE;
      }),
    trace: (tracer) => world.trace(tracer),
    cancelStepUp() {
      const { session } = world;
      if (session.status === "stepUp") world.show({ ...session, status: "signedIn", stale: false });
    },
    password: {
      signIn: (credentials) =>
        script.run("password.signIn", [credentials], () => {
          const { email, password } = credentials;
          const account = accounts.find((one) => one.email === email && one.password === password);
          return account ? enter(account, ["pwd"]) : because("invalid_credentials");
        }),
      set: (change) =>
        script.run("password.set", [change], () =>
          inside(({ user }) => {
            world.change({ user: { ...user, hasPassword: true } });
            return DONE;
          }),
        ),
    },
    passkey: {
      supported: true,
      autofillSupported: () => Promise.resolve(true),
      capabilities: () =>
        Promise.resolve({
          passkeys: true,
          autofill: true,
          upgrade: true,
          immediate: true,
          device: true,
          phone: true,
          signals: true,
        }),
      signIn: (how) =>
        script.run("passkey.signIn", [how], () => {
          const account = accounts.find(({ passkey }) => passkey);
          return account ? enter(account, ["hwk", "user"]) : because("cancelled");
        }),
      signUp: (account) =>
        script.run("passkey.signUp", [account], () => signUp(account, ["hwk", "user"])),
      register: (how = {}) => script.run("passkey.register", [how], () => addPasskey(how)),
      upgrade: (how = {}) => script.run("passkey.upgrade", [how], () => addPasskey(how)),
      list: () => script.run("passkey.list", [], () => inside(() => ({ ok: true, passkeys }))),
      rename: (id, name) =>
        script.run("passkey.rename", [id, name], () =>
          inside(() => {
            if (!passkeys.some((one) => one.id === id)) return because("not_found");
            passkeys = passkeys.map((one) => (one.id === id ? { ...one, name } : one));
            return DONE;
          }),
        ),
      delete: (id) =>
        script.run("passkey.delete", [id], () =>
          inside(() => {
            if (!passkeys.some((one) => one.id === id)) return because("not_found");
            passkeys = passkeys.filter((one) => one.id !== id);
            return DONE;
          }),
        ),
      abort: () => {},
    },
    sessions: {
      list: () =>
        script.run("sessions.list", [], () =>
          inside(({ id, amr, authTime }) => {
            const times = { createdAt: authTime, lastSeenAt: authTime };
            const place = { device: "A test", ip: "127.0.0.1" };
            const current: SessionSummary = { id, current: true, ...place, amr, ...times };
            return { ok: true, sessions: [current, ...others] };
          }),
        ),
      end: (id) =>
        script.run("sessions.end", [id], () =>
          inside((session) => {
            if (session.id === id) world.show({ status: "signedOut", reason: "signedOut" });
            else if (!others.some((one) => one.id === id)) return because("not_found");
            others = others.filter((one) => one.id !== id);
            return DONE;
          }),
        ),
      endOthers: () =>
        script.run("sessions.endOthers", [], () =>
          inside(() => {
            const ended = others.length;
            others = [];
            return { ok: true, ended };
          }),
        ),
    },
  };

  const test: TestControls = {
    signIn: (user = {}) => world.show(signedIn(user)),
    signOut: (reason = "ended") => world.show({ status: "signedOut", reason }),
    setRoles({ roles, permissions }) {
      const { session } = world;
      if (!("user" in session)) return;
      world.change({
        version: session.version + 1,
        ...(roles && { roles: [...roles].sort() }),
        ...(permissions && { permissions: [...permissions].sort() }),
      });
    },
    requireStepUp() {
      const { session } = world;
      if (session.status !== "signedIn") return;
      const { stale: _, ...details } = session;
      world.show({ ...details, status: "stepUp" });
    },
    setOffline(offline) {
      script.reachable = !offline;
      if (world.session.status === "signedIn") world.change({ stale: offline });
    },
    setSession: (session) => world.show(session),
    setResource: (permission, on, allowed) => world.setResource(permission, on, allowed),
    next: (call, answer) => script.next(call, answer),
    calls: script.calls,
  };
  // Accessors would be called by copying.
  return Object.defineProperties({ test } as TestAuth, Object.getOwnPropertyDescriptors(auth));
}

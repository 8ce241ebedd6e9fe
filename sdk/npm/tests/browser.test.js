/** The API as a page uses it, in Chromium against the real server. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { authenticator, newEmail, PASSWORD, Visitor } from "./lib/browser.js";
import { Server } from "./lib/server.js";
import { signUp, suite } from "./lib/suite.js";

const { world, visit } = suite();

visit("a session has all that its type promises, and stays the same object", async (_, page) => {
  const { email } = await signUp(page);
  const [session, same] = await page.evaluate(() => [auth.session, auth.session === auth.session]);
  assert.ok(typeof session === "object" && session.status === "signedIn");
  assert.ok(same);
  const now = Date.now();
  assert.match(session.id, /^[0-9a-f-]{36}$/);
  assert.match(session.user.id, /^[0-9a-f-]{36}$/);
  assert.ok(Math.abs(session.authTime - now) < 60_000);
  assert.ok(session.idleExpiresAt > now && session.expiresAt >= session.idleExpiresAt);
  const { id, user, authTime, idleExpiresAt, expiresAt, version, ...rest } = session;
  assert.equal(typeof version, "number");
  assert.equal(typeof user.createdAt, "number");
  assert.deepEqual(
    { ...user, id: "", createdAt: 0 },
    { id: "", email, name: "Ada", hasPassword: true, createdAt: 0 },
  );
  assert.deepEqual(rest, {
    status: "signedIn",
    stale: false,
    roles: ["user"],
    permissions: ["notes:write"],
    amr: ["pwd"],
  });
});

visit("listeners hear the session at once and after each change", async (visitor, page) => {
  await page.evaluate(async () => {
    window.heard = [];
    auth.subscribe(() => {
      throw new Error("a careless listener");
    });
    const stop = auth.subscribe((session) => window.heard.push(session));
    await auth.ready;
    stop();
    stop();
    auth.subscribe((session) => window.heard.push(session));
  });
  await signUp(page);
  await page.evaluate(() => auth.signOut());
  const heard = await page.evaluate(() => window.heard.map((session) => session.status));
  // The end of a session may be heard twice: from the server's stream, and then as asked for.
  if (heard.length === 6) assert.equal(heard.pop(), "signedOut");
  assert.deepEqual(heard, ["loading", "signedOut", "signedOut", "signedIn", "signedOut"]);
  const problems = visitor.excuse();
  assert.ok(problems.length > 0);
  assert.ok(problems.every((problem) => problem.includes("a careless listener")), problems.join());
});

visit("a wrong password, a bad address and a weak password each say so", async (visitor, page) => {
  const { email } = await signUp(page);
  const said = await page.evaluate(
    async ({ email, password }) => {
      await auth.signOut();
      return [
        await auth.password.signIn({ email, password: "wrong horse battery staple" }),
        await auth.register({ email: "nobody", password }),
        await auth.register({ email: "bob@example.com", password: "aaaaaaaaaaaaaaaa" }),
        await auth.password.signIn({ email, password, remember: true }),
      ];
    },
    { email, password: PASSWORD },
  );
  const reasons = said.map((outcome) => (outcome.ok ? "ok" : [outcome.reason, outcome.field]));
  assert.deepEqual(reasons, [
    ["invalid_credentials", undefined],
    ["email_invalid", "email"],
    ["password_too_weak", "password"],
    "ok",
  ]);
  assert.ok(said.every((outcome) => outcome.ok || /^[A-Z].+\.$/.test(outcome.message)));
  // Chromium reports each answer of 4xx.
  assert.equal(visitor.excuse().length, 3);
});

visit("answers of newer servers and of proxies are told apart", async (visitor, page) => {
  await page.evaluate(() => auth.ready);
  const answers = [
    { status: 422, body: '{"code":"horoscope_adverse","detail":"Not today."}' },
    { status: 429, body: '{"code":"rate_limited","detail":"Wait.","retry_after":7}' },
    { status: 429, body: "<h1>Slow down</h1>" },
    { status: 502, body: "<h1>Bad gateway</h1>" },
    { status: 500, body: "null" },
    { status: 200, body: '{"session":null}' },
    { status: 200, body: "<h1>Welcome to the wifi of this hotel</h1>" },
  ];
  const said = [];
  for (const answer of answers) {
    const path = "**/api/auth/password/sign-in";
    await page.route(path, (route) => route.fulfill(answer), { times: 1 });
    said.push(
      await page.evaluate(async () => {
        const outcome = await auth.password.signIn({ email: "ada@example.com", password: "x" });
        return outcome.ok || [outcome.reason, outcome.retryAfter];
      }),
    );
  }
  assert.deepEqual(said, [
    ["unknown", undefined],
    ["rate_limited", 7],
    ["rate_limited", undefined],
    ["network", undefined],
    ["unexpected_answer", undefined],
    ["unexpected_answer", undefined],
    ["unexpected_answer", undefined],
  ]);
  assert.equal(await page.evaluate(() => auth.session.status), "signedOut");
  assert.equal(visitor.excuse().length, 5);
});

visit("permissions: one, any, all, and none for what is none", async (_, page) => {
  const answers = () =>
    page.evaluate(() => [
      auth.can("notes:write"),
      auth.can("notes:delete"),
      auth.can("notes"),
      auth.can(""),
      auth.canAny(["notes:delete", "notes:write"]),
      auth.canAny([]),
      auth.canAll(["notes:write"]),
      auth.canAll(["notes:delete", "notes:write"]),
      auth.canAll([]),
    ]);
  assert.ok((await answers()).every((answer) => !answer));
  await signUp(page);
  assert.deepEqual(await answers(), [true, false, false, false, true, false, true, false, false]);
});

visit("passkeys: add, list, rename, sign in, delete", async (visitor, page) => {
  await authenticator(page);
  await signUp(page);
  const said = await page.evaluate(async () => {
    const added = await auth.passkey.register({ name: "Laptop" });
    const again = await auth.passkey.register();
    const id = added.ok ? added.passkey.id : "";
    const renamed = await auth.passkey.rename(id, "Work laptop");
    const listed = await auth.passkey.list();
    await auth.signOut();
    const signedIn = await auth.passkey.signIn();
    const amr = auth.session.status === "signedIn" ? auth.session.amr : [];
    const deleted = await auth.passkey.delete(id);
    const gone = await auth.passkey.delete(id);
    const left = await auth.passkey.list();
    const { supported } = auth.passkey;
    return { supported, added, again, renamed, listed, signedIn, amr, deleted, gone, left };
  });
  assert.ok(said.supported);
  assert.ok(said.added.ok && said.listed.ok);
  const { id, credentialId, createdAt, ...passkey } = said.added.passkey;
  assert.match(credentialId, /^[\w-]{20,}$/);
  assert.equal(typeof createdAt, "number");
  assert.deepEqual(passkey, { name: "Laptop", synced: false, lastUsedAt: null });
  assert.equal(!said.again.ok && said.again.reason, "already_registered");
  assert.deepEqual(said.renamed, { ok: true });
  assert.deepEqual(said.listed.passkeys, [{ ...said.added.passkey, name: "Work laptop" }]);
  assert.deepEqual(said.signedIn, { ok: true });
  assert.ok(said.amr.includes("hwk") || said.amr.includes("swk"), said.amr.join());
  assert.deepEqual(said.deleted, { ok: true });
  assert.equal(!said.gone.ok && said.gone.reason, "not_found");
  assert.deepEqual(said.left.ok && said.left.passkeys, []);
  assert.equal(visitor.excuse().length, 1);
});

visit("an account with a passkey alone, and signing in by autofill", async (visitor, page) => {
  await authenticator(page);
  const email = newEmail();
  const said = await page.evaluate(async (email) => {
    const made = await auth.passkey.signUp({ email, name: "Ada" });
    const listed = await auth.passkey.list();
    const last = listed.ok ? await auth.passkey.delete(listed.passkeys[0]?.id ?? "") : listed;
    const hasPassword = auth.session.status === "signedIn" && auth.session.user.hasPassword;
    await auth.signOut();
    const offered = await auth.passkey.autofillSupported();
    const autofill = await auth.passkey.signIn({ autofill: true });
    return { made, last, hasPassword, offered, autofill };
  }, email);
  assert.deepEqual(said.made, { ok: true });
  assert.equal(said.hasPassword, false);
  assert.equal(!said.last.ok && said.last.reason, "last_credential");
  assert.equal(said.offered, true);
  assert.deepEqual(said.autofill, { ok: true });
  assert.equal(await page.evaluate(() => auth.session.status), "signedIn");
  assert.equal(visitor.excuse().length, 1);
});

visit("an autofill that waits is ended by the program, whenever that is", async (_, page) => {
  const reasons = await page.evaluate(async () => {
    const reasons = [];
    for (const wait of [0, 0, 500]) {
      const waiting = auth.passkey.signIn({ autofill: true });
      if (wait) await new Promise((resolve) => setTimeout(resolve, wait));
      auth.passkey.abort();
      const outcome = await waiting;
      reasons.push(outcome.ok || outcome.reason);
    }
    return reasons;
  });
  assert.deepEqual(reasons, ["aborted", "aborted", "aborted"]);
});

visit("sessions: list, end one, end the others, end one's own", async (_, page) => {
  const account = await signUp(page);
  const others = [];
  for (let index = 0; index < 3; index += 1) {
    const other = await Visitor.arrive(world.browser);
    const tab = await other.open(world.server.url);
    await tab.evaluate((account) => auth.password.signIn(account), account);
    others.push({ other, tab });
  }
  const said = await page.evaluate(async () => {
    const listed = await auth.sessions.list();
    const second = listed.ok ? listed.sessions[1] : undefined;
    const ended = await auth.sessions.end(second?.id ?? "");
    const rest = await auth.sessions.endOthers();
    const left = await auth.sessions.list();
    const own = await auth.sessions.end(auth.session.status === "signedIn" ? auth.session.id : "");
    return { listed, ended, rest, left, own, status: auth.session.status };
  });
  assert.ok(said.listed.ok && said.left.ok);
  assert.deepEqual(
    said.listed.sessions.map(({ current }) => current),
    [true, false, false, false],
  );
  const { id, createdAt, lastSeenAt, device, ...session } = said.listed.sessions[0] ?? {};
  assert.match(String(device), /Chrom.* on /);
  assert.deepEqual(session, { current: true, ip: "127.0.0.1", amr: ["pwd"] });
  assert.deepEqual(said.ended, { ok: true });
  assert.deepEqual(said.rest, { ok: true, ended: 2 });
  assert.equal(said.left.sessions.length, 1);
  assert.deepEqual(said.own, { ok: true });
  assert.equal(said.status, "signedOut");
  for (const { other, tab } of others) {
    await tab.waitForFunction(() => auth.session.status === "signedOut");
    const reason = await tab.evaluate(() => "reason" in auth.session && auth.session.reason);
    assert.equal(reason, "ended");
    await other.leave();
  }
});

visit("a new password takes the place of the old one", async (visitor, page) => {
  const { email } = await signUp(page);
  const said = await page.evaluate(
    async ({ email, old }) => {
      const next = "nine ochre walruses knit mittens";
      const wrong = await auth.password.set({ current: "no such password at all", new: next });
      const set = await auth.password.set({ current: old, new: next, endOtherSessions: true });
      await auth.signOut();
      return [wrong, set, await auth.password.signIn({ email, password: next })];
    },
    { email, old: PASSWORD },
  );
  assert.deepEqual(
    said.map((outcome) => outcome.ok || outcome.reason),
    ["invalid_credentials", true, true],
  );
  assert.equal(visitor.excuse().length, 1);
});

visit("signing out is heard in every tab", async (visitor, page) => {
  await signUp(page);
  const tab = await visitor.open(world.server.url);
  assert.equal(await tab.evaluate(async () => (await auth.ready).status), "signedIn");
  assert.deepEqual(await page.evaluate(() => auth.signOut({ everywhere: true })), { ok: true });
  await tab.waitForFunction(() => auth.session.status === "signedOut");
});

test("a sensitive act long after signing in asks to confirm it is them", async () => {
  const config = "[session]\nsensitive_seconds = 1\n";
  const impatient = await Server.start({ ui: world.ui.path, config });
  const visitor = await Visitor.arrive(world.browser);
  const page = await visitor.open(impatient.url);
  await authenticator(page);
  const account = await signUp(page);
  const said = await page.evaluate(async (account) => {
    const statuses = [];
    const act = async () => {
      const outcome = await auth.passkey.register();
      statuses.push(outcome.ok || outcome.reason, auth.session.status);
    };
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await act();
    auth.cancelStepUp();
    statuses.push(auth.session.status);
    await act();
    await auth.password.signIn(account);
    statuses.push(auth.session.status);
    await act();
    return statuses;
  }, account);
  assert.deepEqual(said, [
    ...["step_up_required", "stepUp", "signedIn"],
    ...["step_up_required", "stepUp", "signedIn"],
    ...[true, "signedIn"],
  ]);
  await visitor.leave();
  await impatient.stop();
});

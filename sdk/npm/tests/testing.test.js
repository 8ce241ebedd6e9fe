/** The client for unit tests: behaves as the real one does, and as the test says. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { docs, source } from "./lib/package.js";

/** @type {typeof import("../src/testing/index.ts")} */
const { createTestAuth } = await source("src/testing/index.ts");
/** @type {typeof import("../src/index.ts")} */
const real = await source("src/index.ts");

const EMAIL = "grace@example.com";
const PASSWORD = "seven mauve herons";

/** @param {import("../src/outcome.ts").Reason} reason */
const failed = (reason) => ({
  ok: /** @type {const} */ (false),
  reason,
  message: `The test says: ${reason}.`,
  docs: docs(reason),
});

test("it has every member of the real client, and no other but `test`", () => {
  /** @param {object} object @returns {string[]} */
  const members = (object) =>
    Object.entries(Object.getOwnPropertyDescriptors(object))
      .flatMap(([name, { value }]) =>
        value && typeof value === "object" && ["passkey", "password", "sessions"].includes(name)
          ? Object.keys(Object.getOwnPropertyDescriptors(value)).map((part) => `${name}.${part}`)
          : [name],
      )
      .sort();
  const { test: _, ...descriptors } = Object.getOwnPropertyDescriptors(createTestAuth());
  const fake = Object.defineProperties({}, descriptors);
  assert.deepEqual(members(fake), members(real.createAuth()));
});

test("nobody is signed in unless the test says so, and then with what it says", async () => {
  const nobody = createTestAuth();
  assert.deepEqual(await nobody.ready, { status: "signedOut", reason: "anonymous" });
  assert.equal(nobody.session, nobody.session);

  const auth = createTestAuth({ user: { name: "Grace" }, permissions: ["notes:*", "a:b"] });
  const { session } = auth;
  assert.ok(session.status === "signedIn");
  assert.equal(session.user.name, "Grace");
  assert.deepEqual(session.permissions, ["a:b", "notes:*"]);
  assert.ok(session.expiresAt > Date.now());

  const loading = createTestAuth({ session: { status: "loading" } });
  let known = false;
  void loading.ready.then(() => (known = true));
  await Promise.resolve();
  assert.equal(known, false);
  loading.test.signIn({ permissions: ["a:b"] });
  assert.equal((await loading.ready).status, "signedIn");
  assert.equal(loading.initial.status, "loading");
});

test("permissions, gates and explanations are those of the real one", () => {
  const auth = createTestAuth({ permissions: ["notes:*"] });
  assert.ok(auth.can("notes:delete") && !auth.can("notes") && !auth.can(""));
  assert.ok(auth.canAny(["a:b", "notes:x"]) && !auth.canAny([]));
  assert.ok(auth.canAll(["notes:y", "notes:x"]) && !auth.canAll([]) && !auth.canAll(["a:b"]));
  assert.equal(auth.decide({ require: "notes:x", not: "a:b" }), "allowed");
  assert.deepEqual(auth.explain("notes:x"), {
    permission: "notes:x",
    allowed: true,
    reason: "granted",
    by: "notes:*",
  });
  assert.equal(auth.explain("a:b").reason, "not_granted");
  assert.equal(auth.explain("nothing").reason, "not_a_permission");
  auth.test.signOut();
  assert.equal(auth.explain("a:b").reason, "signed_out");
  assert.equal(auth.decide({ require: "notes:x" }), "signedOut");
  auth.test.setSession({ status: "unreachable" });
  assert.equal(auth.explain("a:b").reason, "not_known_yet");
  assert.equal(auth.decide({ require: "notes:x" }), "offline");
});

test("listeners hear of what changes, and of nothing else", () => {
  const auth = createTestAuth({ permissions: [] });
  /** @type {string[]} */
  const heard = [];
  let changes = 0;
  const stop = auth.subscribe((session) => heard.push(session.status));
  const end = auth.onChange(() => (changes += 1));
  assert.equal(changes, 0);
  auth.test.setRoles({ roles: ["admin"], permissions: ["*"] });
  auth.test.setResource("notes:delete", "note:1", true);
  auth.test.requireStepUp();
  auth.cancelStepUp();
  auth.test.signOut();
  // There is nobody whose roles they would be.
  auth.test.setRoles({ permissions: ["*"] });
  auth.test.requireStepUp();
  assert.deepEqual(heard, ["signedIn", "signedIn", "stepUp", "signedIn", "signedOut"]);
  assert.equal(changes, 5);
  stop();
  end();
  auth.test.signIn();
  assert.equal(heard.length + changes, 10);
});

test("accounts sign up, in, and out", async () => {
  const auth = createTestAuth({ accounts: [{ email: EMAIL, password: PASSWORD, roles: ["x"] }] });
  const wrong = await auth.password.signIn({ email: EMAIL, password: "else" });
  assert.deepEqual(wrong, failed("invalid_credentials"));
  assert.deepEqual(await auth.password.signIn({ email: EMAIL, password: PASSWORD }), { ok: true });
  assert.ok(auth.session.status === "signedIn");
  assert.equal(auth.session.user.name, "grace");
  assert.deepEqual(auth.session.roles, ["x"]);
  assert.deepEqual(await auth.signOut(), { ok: true });
  assert.deepEqual(auth.session, { status: "signedOut", reason: "signedOut" });
  assert.deepEqual(
    await auth.register({ email: EMAIL, password: PASSWORD }),
    failed("registration_refused"),
  );
  assert.deepEqual(
    await auth.register({ email: "b@example.com", password: PASSWORD, name: "Bo" }),
    { ok: true },
  );
  assert.ok(auth.can("notes:write"));
  const [, , , last] = auth.test.calls;
  assert.equal(last?.call, "register");
});

test("passkeys and sessions are kept, for those who are signed in", async () => {
  const auth = createTestAuth({
    otherSessions: [
      { id: "s", current: false, device: "", ip: "", amr: [], createdAt: 0, lastSeenAt: 0 },
    ],
  });
  assert.deepEqual(await auth.passkey.list(), failed("not_authenticated"));
  assert.deepEqual(await auth.passkey.signIn(), failed("cancelled"));
  assert.deepEqual(await auth.passkey.signUp({ email: EMAIL, name: "Grace" }), { ok: true });
  assert.ok("user" in auth.session && !auth.session.user.hasPassword);
  const added = await auth.passkey.register({ name: "Laptop" });
  assert.ok(added.ok);
  const { id } = added.passkey;
  assert.deepEqual(await auth.passkey.rename(id, "Work"), { ok: true });
  const list = await auth.passkey.list();
  assert.deepEqual(list.ok && list.passkeys.map(({ name }) => name), ["Work"]);
  assert.deepEqual(await auth.passkey.delete(id), { ok: true });
  assert.deepEqual(await auth.passkey.delete(id), failed("not_found"));

  const sessions = await auth.sessions.list();
  assert.deepEqual(sessions.ok && sessions.sessions.map(({ current }) => current), [true, false]);
  assert.deepEqual(await auth.sessions.end("nobody's"), failed("not_found"));
  assert.deepEqual(await auth.sessions.endOthers(), { ok: true, ended: 1 });
  await auth.signOut();
  assert.deepEqual(await auth.passkey.signIn(), { ok: true });
});

test("calls come to what the test says, once each", async () => {
  const auth = createTestAuth({ permissions: ["a:b"] });
  auth.test.next("passkey.register", "already_registered");
  auth.test.next("passkey.register", { ...failed("rate_limited"), retryAfter: 7 });
  const [first, second, third] = [
    await auth.passkey.register(),
    await auth.passkey.register(),
    await auth.passkey.register(),
  ];
  assert.deepEqual(first, failed("already_registered"));
  assert.ok(!second.ok && second.retryAfter === 7);
  assert.ok(third.ok);

  /** @type {() => void} */
  let answer = () => {};
  auth.test.next("signOut", new Promise((resolve) => (answer = () => resolve(undefined))));
  const leaving = auth.signOut();
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(auth.session.status, "signedIn");
  answer();
  assert.deepEqual(await leaving, { ok: true });
  assert.equal(auth.session.status, "signedOut");
});

test("the network goes and comes back", async () => {
  const auth = createTestAuth({ permissions: ["a:b"], fetch: () => Response.json(["a note"]) });
  auth.test.setOffline(true);
  assert.deepEqual(await auth.passkey.list(), failed("network"));
  await assert.rejects(auth.fetch("https://app.example/api"), (error) => {
    assert.ok(error instanceof TypeError);
    assert.deepEqual(error.cause, failed("network"));
    return true;
  });
  assert.ok(auth.session.status === "signedIn" && auth.session.stale && auth.can("a:b"));
  auth.test.setOffline(false);
  assert.ok(auth.session.status === "signedIn" && !auth.session.stale);
  assert.deepEqual(await (await auth.fetch("https://app.example/api")).json(), ["a note"]);
});

test("what nobody has thought of is not answered", async () => {
  const auth = createTestAuth({ permissions: ["a:b"] });
  await assert.rejects(auth.fetch("https://app.example/api"), TypeError);
  const aborted = AbortSignal.abort(new Error("gone"));
  await assert.rejects(auth.fetch("https://app.example/api", { signal: aborted }), /gone/);
});

test("resources: the permissions decide, unless the server says something else", async () => {
  const auth = createTestAuth({ permissions: ["notes:delete"] });
  const question = { require: "notes:delete", on: "note:1" };
  assert.equal(auth.decide(question), "allowed");
  auth.test.setResource("notes:delete", "note:1", undefined);
  assert.equal(auth.decide(question), "loading");
  auth.test.setResource("notes:delete", "note:1", false);
  assert.equal(auth.decide(question), "denied");
  assert.deepEqual(await auth.check("notes:delete", "note:1"), { ok: true, allowed: false });
  assert.deepEqual(await auth.check("notes:delete", "note:2"), { ok: true, allowed: true });
});

test("whoever has to confirm it is them does so by signing in", async () => {
  const auth = createTestAuth({
    accounts: [{ email: EMAIL, passkey: true, permissions: ["a:b"] }],
  });
  await auth.passkey.signIn();
  auth.test.requireStepUp();
  assert.equal(auth.decide({ require: "a:b" }), "stepUp");
  assert.deepEqual(await auth.passkey.register(), failed("step_up_required"));
  auth.test.next("passkey.signIn", "cancelled");
  await auth.passkey.signIn();
  assert.equal(auth.decide({ require: "a:b" }), "stepUp");
  await auth.passkey.signIn();
  assert.ok(auth.session.status === "signedIn" && auth.can("a:b"));
});

/** Whoever has signed out stays so, whatever was under way: no request has a token after that. */

import assert from "node:assert/strict";

import { NOTES, REFRESH, REVOKE } from "./lib/network.js";
import { comeBack, APART, notes, ready, refreshBy, scenarios, SHARED, status, UNBOUND, until } from "./lib/world.js";

/** @typedef {import("playwright-core").Page} Page */

const { scenario } = scenarios();
const places = /** @type {const} */ ([
  ["on the page", { ...SHARED, ...UNBOUND }],
  ["in a worker", { ...APART, ...UNBOUND }],
]);

/** @param {Page} tab */
const signOut = async (tab) =>
  assert.deepEqual(await tab.evaluate(() => auth.signOut()), { ok: true });

for (const [where, wishes] of places) {
  for (const [when, acted] of /** @type {const} */ ([
    ["before the server has heard of it", false],
    ["with its answer on the way", true],
  ])) {
    scenario(`with tokens ${where}, a sign-out during a refresh, ${when}, does not come undone`, wishes, async (person, world) => {
      const { network } = world;
      const tab = await person.signIn();
      const before = network.granted;
      network.refuse(before.access_token);
      const { held, release } = network.hold({ ...REFRESH, acted });
      const asked = notes(tab);
      await held;
      await signOut(tab);
      const from = network.passed.length;
      assert.deepEqual(await asked, [401]);
      await network.until(REVOKE);
      release();
      await network.quiet();
      assert.deepEqual(await notes(tab), [401]);
      assert.equal(await status(tab), "signedOut");
      assert.equal(network.proving(from).length, 0);
      // Nor at the server: whatever was given out by then is worth nothing.
      const given = network.all(REFRESH).filter(({ answer }) => answer?.status === 200);
      for (const token of [before, ...given.map(({ tokens }) => tokens)]) {
        assert.equal(await refreshBy(world, token.refresh_token), "refused");
      }
    });
  }
}

scenario("a sign-out in one tab while another one refreshes signs both out for good", SHARED, async (person, { network }) => {
  const [first, second] = await person.tabs(2);
  assert.ok(first && second);
  network.refuse(network.granted.access_token);
  const { held, release } = network.hold({ ...REFRESH, acted: true });
  const asked = notes(second);
  await held;
  await signOut(first);
  await until(second, "signedOut");
  const from = network.passed.length;
  await network.until(REVOKE);
  release();
  await network.quiet();
  assert.deepEqual(await asked, [401]);
  assert.deepEqual([await notes(first), await notes(second)], [[401], [401]]);
  assert.deepEqual([await status(first), await status(second)], ["signedOut", "signedOut"]);
  assert.equal(network.proving(from).length, 0);
  // Nor does a tab that comes later find anybody.
  assert.equal(await ready(await person.tab()), "signedOut");
});

scenario("five tabs make requests while one of them signs out: none has a token after that", SHARED, async (person, { network }) => {
  const tabs = await person.tabs(5);
  const [first] = tabs;
  assert.ok(first);
  await Promise.all(
    tabs.map((tab) =>
      tab.evaluate(() => {
        window.turns = 0;
        const ask = () => {
          window.turns += 1;
          void auth.fetch(`${server}/api/notes`).then(ask, ask);
        };
        ask();
      }),
    ),
  );
  await signOut(first);
  for (const tab of tabs) {
    await until(tab, "signedOut");
    // What was under way then has been answered, and the next one has begun.
    const turns = await tab.evaluate(() => window.turns);
    await tab.waitForFunction((turns) => window.turns > turns, turns);
  }
  const from = network.passed.length;
  await network.until(NOTES, 50, from);
  assert.equal(network.proving(from).length, 0);
});

scenario("each tab keeps a sign-in of its own in a worker, and one sign-out ends them all", { ...APART, ...UNBOUND }, async (person, world) => {
  const { network } = world;
  const first = await person.signIn();
  const one = network.granted;
  const second = await person.signIn();
  const two = network.granted;
  await signOut(first);
  await until(second, "signedOut");
  await network.until(REVOKE, 2);
  for (const { refresh_token } of [one, two]) {
    assert.equal(await refreshBy(world, refresh_token), "refused");
  }
});

for (const [where, wishes] of places) {
  scenario(`with tokens ${where}, a sign-out without network is told to the server when it is back`, wishes, async (person, world) => {
    const { network } = world;
    const tab = await person.signIn();
    const { refresh_token } = network.granted;
    await person.context.setOffline(true);
    await signOut(tab);
    assert.equal(await status(tab), "signedOut");
    assert.equal(network.all(REVOKE).length, 0);
    await person.context.setOffline(false);
    const [revoked] = await network.until(REVOKE);
    assert.equal(revoked?.form.get("token"), refresh_token);
    assert.equal(await refreshBy(world, refresh_token), "refused");
  });
}

scenario("somebody signs in again right after signing out, and the old refresh does not end the new session", SHARED, async (person, { network }) => {
  const [first, second] = await person.tabs(2);
  assert.ok(first && second);
  network.refuse(network.granted.access_token);
  const { held, release } = network.hold({ ...REFRESH, acted: true });
  void notes(second);
  await held;
  await signOut(first);
  await comeBack(first);
  assert.equal(await ready(first), "signedIn");
  release();
  await network.quiet();
  await until(second, "signedIn");
  assert.deepEqual([await notes(first), await notes(second)], [[200], [200]]);
});

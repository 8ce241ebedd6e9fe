/** Browsers that lack something: channels between tabs, locks, or storage. */

import assert from "node:assert/strict";

import { REDEEM, REFRESH } from "./lib/network.js";
import { APART, comeBack, notes, ready, scenarios, SHARED, status } from "./lib/world.js";

const { scenario } = scenarios();

/** @param {("BroadcastChannel" | "locks")[]} without */
const lacking = (without) => ({ ...SHARED, odd: { without } });

scenario("without locks five tabs refresh at once, and nobody is signed out", lacking(["locks"]), async (person, { network }) => {
  const tabs = await person.tabs(5);
  for (let round = 1; round <= 2; round += 1) {
    const before = network.granted;
    network.refuse(before.access_token);
    const from = network.passed.length;
    const statuses = await Promise.all(tabs.map((tab) => notes(tab)));
    assert.deepEqual(statuses.flat(), Array(5).fill(200), `round ${round}`);
    await network.quiet();
    // Several may have asked; what they were given is the same.
    const refreshes = network.all(REFRESH, from);
    const successors = new Set(refreshes.map(({ tokens }) => tokens.refresh_token));
    assert.deepEqual(new Set(refreshes.map(({ presented }) => presented)), new Set([before.refresh_token]));
    assert.equal(successors.size, 1);
  }
  assert.deepEqual(await Promise.all(tabs.map(status)), Array(5).fill("signedIn"));
});

for (const [what, without] of /** @type {const} */ ([
  ["a channel", ["BroadcastChannel"]],
  ["a channel and locks", ["BroadcastChannel", "locks"]],
])) {
  scenario(`without ${what} each tab signs in for itself, and they refresh at once`, lacking([...without]), async (person, { network }) => {
    const first = await person.signIn();
    const second = await person.tab();
    assert.equal(await ready(second), "signedOut");
    await comeBack(second);
    assert.equal(await ready(second), "signedIn");
    network.refuse(...network.all(REDEEM).map(({ tokens }) => tokens.access_token));
    assert.deepEqual(await Promise.all([notes(first, 5), notes(second, 5)]), [
      Array(5).fill(200),
      Array(5).fill(200),
    ]);
    assert.equal(network.all(REFRESH).length, 2);
  });
}

scenario("without a channel and locks, a worker keeps and refreshes its tokens all the same", { ...APART, odd: { without: ["BroadcastChannel", "locks"] } }, async (person, { network }) => {
  const tab = await person.signIn();
  network.refuse(network.granted.access_token);
  assert.deepEqual(await notes(tab, 5), Array(5).fill(200));
  assert.equal(network.all(REFRESH).length, 1);
});

scenario("the tab's storage throws: signing in by redirect says that it cannot, and nothing is thrown", { ...APART, odd: { without: ["sessionStorage"] } }, async (person, { network }) => {
  const tab = await person.tab();
  assert.equal(await ready(tab), "signedOut");
  const outcome = await tab.evaluate(() => auth.signInWithRedirect());
  assert.equal(!outcome.ok && outcome.reason, "not_supported");
  assert.equal(new URL(tab.url()).pathname, "/");
  // An answer that comes all the same is nobody's.
  const answered = await person.tab(`/callback?code=1&state=2&iss=${network.url}`);
  const said = await answered.evaluate(() => auth.handleRedirect());
  assert.equal(!said.ok && said.reason, "redirect_invalid");
  assert.equal(network.all(REDEEM).length, 0);
});

scenario("the tab's storage is full: signing in by redirect says so, and works once there is room", APART, async (person) => {
  const tab = await person.tab();
  const outcome = await tab.evaluate(() => {
    for (let size = 2 ** 22; size >= 1; size /= 2) {
      try {
        for (let at = 0; ; at += 1) sessionStorage.setItem(`${size} ${at}`, "x".repeat(size));
      } catch {
        // No more of this size.
      }
    }
    return auth.signInWithRedirect();
  });
  assert.equal(!outcome.ok && outcome.reason, "not_supported");
  assert.equal(new URL(tab.url()).pathname, "/");
  await tab.evaluate(() => sessionStorage.clear());
  await comeBack(tab);
  assert.equal(await ready(tab), "signedIn");
});

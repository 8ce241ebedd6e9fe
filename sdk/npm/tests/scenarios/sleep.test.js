/** Devices that sleep, tabs that stand still, and clocks that somebody sets. */

import assert from "node:assert/strict";

import { NOTES, REFRESH } from "./lib/network.js";
import { everywhere, hang } from "./lib/tabs.js";
import { APART, notes, scenarios, SHARED, status, until } from "./lib/world.js";

const { scenario } = scenarios();

const page = { ...SHARED, odd: {} };
const worker = { ...APART, odd: {} };

for (const [where, wishes] of /** @type {const} */ ([
  ["on the page", page],
  ["in a worker", worker],
])) {
  for (const [kind, sleep] of /** @type {const} */ ([
    ["and the monotonic clock stood still", () => clock.sleep(3_600_000)],
    ["and the monotonic clock went on", () => clock.sleep(3_600_000, { counted: true })],
  ])) {
    scenario(`with tokens ${where}, the device slept past expiry ${kind}: the first call brings a fresh token`, wishes, async (person, { network }) => {
      const tab = await person.signIn();
      const before = network.granted;
      await everywhere([tab], sleep);
      assert.deepEqual(await notes(tab, 3), [200, 200, 200]);
      assert.equal(network.all(REFRESH).length, 1);
      const bearers = new Set(network.all(NOTES).map(({ bearer }) => bearer));
      assert.deepEqual([...bearers], [network.granted.access_token]);
      assert.ok(!bearers.has(before.access_token));
      assert.equal(await status(tab), "signedIn");
    });
  }
}

scenario("five tabs wake up past expiry, and one refreshes for all", page, async (person, { network }) => {
  const tabs = await person.tabs(5);
  await everywhere(tabs, () => clock.sleep(3_600_000));
  const statuses = await Promise.all(tabs.map((tab) => notes(tab)));
  assert.deepEqual(statuses.flat(), Array(5).fill(200));
  assert.equal(network.all(REFRESH).length, 1);
});

for (const [where, wishes] of /** @type {const} */ ([
  ["on the page", page],
  ["in a worker", worker],
])) {
  scenario(`with tokens ${where}, somebody sets the clock by two hours, back and forth`, wishes, async (person, { network }) => {
    const tab = await person.signIn();
    await everywhere([tab], () => clock.set(-7_200_000));
    assert.deepEqual(await notes(tab), [200]);
    assert.equal(network.all(REFRESH).length, 0);
    // Forward it may as well have slept, and a fresh token does no harm.
    await everywhere([tab], () => clock.set(9_000_000));
    assert.deepEqual(await notes(tab), [200]);
    await everywhere([tab], () => clock.set(-1_800_000));
    assert.deepEqual(await notes(tab), [200]);
    assert.equal(network.all(REFRESH).length, 1);
    assert.equal(await status(tab), "signedIn");
  });
}

scenario("a tab stands still through two refreshes, and goes on with the newest token", SHARED, async (person, { network }) => {
  const [first, second] = await person.tabs(2);
  assert.ok(first && second);
  const wake = await hang(first, network);
  for (const round of [1, 2]) {
    network.refuse(network.granted.access_token);
    assert.deepEqual(await notes(second), [200], `round ${round}`);
  }
  await wake();
  const from = network.passed.length;
  assert.deepEqual(await notes(first), [200]);
  assert.equal(network.all(REFRESH).length, 2);
  assert.ok(network.all(NOTES, from).some(({ bearer }) => bearer === network.granted.access_token));
});

scenario("a tab stands still through a sign-out, and then shows it", SHARED, async (person, { network }) => {
  const [first, second] = await person.tabs(2);
  assert.ok(first && second);
  const wake = await hang(first, network);
  assert.deepEqual(await second.evaluate(() => auth.signOut()), { ok: true });
  await wake();
  await until(first, "signedOut");
  const from = network.passed.length;
  assert.deepEqual(await notes(first), [401]);
  assert.equal(network.proving(from).length, 0);
});

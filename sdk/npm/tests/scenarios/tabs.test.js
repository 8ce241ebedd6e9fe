/** Many tabs that share their tokens and refresh them at the same time, and tabs that die of it. */

import assert from "node:assert/strict";

import { lost, NOTES, REFRESH, REVOKE } from "./lib/network.js";
import { crash, hang } from "./lib/tabs.js";
import { APART, comeBack, notes, ready, scenarios, SHARED, status } from "./lib/world.js";

const { scenario } = scenarios();

for (const [where, wishes] of /** @type {const} */ ([
  ["on the page", SHARED],
  ["in a worker", APART],
])) {
  scenario(`fifty callers with tokens ${where} make one refresh`, wishes, async (person, { network }) => {
    const tab = await person.signIn();
    network.refuse(network.granted.access_token);
    assert.deepEqual(await notes(tab, 50), Array(50).fill(200));
    assert.equal(network.all(REFRESH).length, 1);
    assert.equal(network.all(NOTES).length, 100);
  });
}

scenario("five tabs refresh at once, and one does it for all", SHARED, async (person, { network }) => {
  const tabs = await person.tabs(5);
  network.refuse(network.granted.access_token);
  const statuses = await Promise.all(tabs.map((tab) => notes(tab)));
  assert.deepEqual(statuses.flat(), Array(5).fill(200));
  assert.equal(network.all(REFRESH).length, 1);
});

scenario("five tabs refresh at once, and the first two answers are lost", SHARED, async (person, { network }) => {
  const tabs = await person.tabs(5);
  const before = network.granted;
  network.refuse(before.access_token);
  network.disturb({ ...REFRESH, acted: true, times: 2 }, lost);
  await Promise.all(tabs.map((tab) => notes(tab)));
  const refreshes = await network.until(REFRESH, 3);
  const statuses = await Promise.all(tabs.map((tab) => notes(tab)));
  assert.deepEqual(statuses.flat(), Array(5).fill(200));
  // The same token, the same successor, and no more of it than was needed.
  assert.deepEqual(refreshes.map(({ presented }) => presented), Array(3).fill(before.refresh_token));
  assert.equal(new Set(refreshes.map(({ tokens }) => tokens.refresh_token)).size, 1);
  assert.equal(network.all(REFRESH).length, 3);
});

scenario("a tab is killed while it holds the lock and its request is on its way", SHARED, async (person, { network }) => {
  const [first, ...others] = await person.tabs(3);
  assert.ok(first);
  network.refuse(network.granted.access_token);
  const { held } = network.hold(REFRESH);
  void notes(first);
  await held;
  const asked = others.map((tab) => notes(tab));
  await crash(first);
  assert.deepEqual((await Promise.all(asked)).flat(), [200, 200]);
  // One of those that are left has taken its place.
  assert.equal(network.all(REFRESH).length, 2);
});

scenario("a tab is closed with its answer on the way, and another one gets the same successor", SHARED, async (person, { network }) => {
  const [first, ...others] = await person.tabs(3);
  assert.ok(first);
  network.refuse(network.granted.access_token);
  const { held, release } = network.hold({ ...REFRESH, acted: true });
  void notes(first);
  const { tokens } = await held;
  await first.close();
  release();
  assert.deepEqual((await Promise.all(others.map((tab) => notes(tab)))).flat(), [200, 200]);
  assert.equal(network.all(REFRESH).length, 2);
  assert.equal(network.granted.refresh_token, tokens.refresh_token);
});

scenario("a tab hangs with the lock past the deadline, and the others go on without it", SHARED, async (person, { network }) => {
  const [first, ...others] = await person.tabs(3);
  assert.ok(first);
  network.refuse(network.granted.access_token);
  const { held, release } = network.hold(REFRESH);
  const asked = notes(first);
  await held;
  const wake = await hang(first, network);
  assert.deepEqual((await Promise.all(others.map((tab) => notes(tab)))).flat(), [200, 200]);
  // Both may lose patience in the same moment.
  assert.ok(network.all(REFRESH).length <= 3);
  // It comes to itself, with an answer that the others have had.
  release();
  await wake();
  assert.deepEqual(await asked, [200]);
  await network.quiet();
  assert.equal(new Set(network.all(REFRESH).map(({ tokens }) => tokens.refresh_token)).size, 1);
});

scenario("a tab that is opened during a refresh is signed in by what comes of it", SHARED, async (person, { network }) => {
  const first = await person.signIn();
  network.refuse(network.granted.access_token);
  const { held, release } = network.hold(REFRESH);
  const asked = notes(first);
  await held;
  const second = await person.tab();
  const known = ready(second);
  release();
  assert.equal(await known, "signedIn");
  assert.deepEqual([await asked, await notes(second)], [[200], [200]]);
  assert.equal(network.all(REFRESH).length, 1);
});

scenario("somebody signs in again in another tab, and one sign-in is left for both", SHARED, async (person, { network }) => {
  const [first, second] = await person.tabs(2);
  assert.ok(first && second);
  const before = network.granted;
  await comeBack(second);
  assert.equal(await ready(second), "signedIn");
  const after = network.granted;
  const [revoked] = await network.until(REVOKE);
  assert.equal(revoked?.form.get("token"), before.refresh_token);
  const from = network.passed.length;
  assert.deepEqual([await notes(first), await notes(second)], [[200], [200]]);
  // A tab that has not heard of it yet is refused once, and then asks the others. Besides the notes, a
  // tab may ask for its session or listen to events anew meanwhile: all of it with the one sign-in.
  const taken = network.proving(from).filter(({ answer }) => answer?.status === 200);
  assert.ok(taken.length >= 2);
  assert.deepEqual([...new Set(taken.map(({ bearer }) => bearer))], [after.access_token]);
  assert.equal(await status(first), "signedIn");
});

/** A server without retry window: a refresh token counts once, and whoever presents it twice is out. */

import assert from "node:assert/strict";

import { REFRESH } from "./lib/network.js";
import { everywhere } from "./lib/tabs.js";
import { notes, scenarios, SHARED, status } from "./lib/world.js";

const { scenario } = scenarios({ config: "[oauth]\nrefresh_retry_seconds = 0" });

/** Each was presented once, and was the last that the server gave out. @param {import("./lib/exchange.js").Exchange[]} refreshes @param {string} first */
function areOneChain(refreshes, first) {
  const presented = refreshes.map((refresh) => refresh.presented);
  const given = refreshes.map(({ tokens }) => tokens.refresh_token);
  assert.deepEqual(presented, [first, ...given.slice(0, -1)]);
}

scenario("five tabs refresh at once, three times, with a retry window of zero", SHARED, async (person, { network }) => {
  const tabs = await person.tabs(5);
  const first = network.granted;
  for (let round = 1; round <= 3; round += 1) {
    network.refuse(network.granted.access_token);
    const statuses = await Promise.all(tabs.map((tab) => notes(tab)));
    assert.deepEqual(statuses.flat(), Array(5).fill(200), `round ${round}`);
  }
  const refreshes = network.all(REFRESH);
  assert.equal(refreshes.length, 3);
  areOneChain(refreshes, first.refresh_token);
});

scenario("five tabs wake up at once with a retry window of zero", { ...SHARED, odd: {} }, async (person, { network }) => {
  const tabs = await person.tabs(5);
  const first = network.granted;
  await everywhere(tabs, () => clock.sleep(3_600_000));
  const statuses = await Promise.all(tabs.map((tab) => notes(tab)));
  assert.deepEqual(statuses.flat(), Array(5).fill(200));
  areOneChain(network.all(REFRESH), first.refresh_token);
  assert.deepEqual(await Promise.all(tabs.map(status)), Array(5).fill("signedIn"));
});

scenario("the tab that refreshes for all is closed right after, with a retry window of zero", SHARED, async (person, { network }) => {
  const [first, ...others] = await person.tabs(3);
  assert.ok(first);
  const before = network.granted;
  network.refuse(before.access_token);
  assert.deepEqual(await notes(first), [200]);
  await first.close();
  network.refuse(network.granted.access_token);
  assert.deepEqual((await Promise.all(others.map((tab) => notes(tab)))).flat(), [200, 200]);
  areOneChain(network.all(REFRESH), before.refresh_token);
});

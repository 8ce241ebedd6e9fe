/** The same by cookie: tabs follow the server within a second, and outlive its absence. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Admin } from "../lib/admin.js";
import { newEmail, PASSWORD, Visitor } from "../lib/browser.js";
import { Server } from "../lib/server.js";
import { gateway, SESSION } from "./lib/network.js";
import { makeOdd } from "./lib/odd.js";
import { crash } from "./lib/tabs.js";
import { notes, ready, scenarios, status, until } from "./lib/world.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./lib/world.js").Person} Person */

const { scenario, world } = scenarios();
const STREAM = { path: "/api/auth/events" };
const SOON = 1_000;
const HOURS = 3_600_000;

/** @type {Promise<Admin> | undefined} */
let admin;
/** An admin of the server. */
const theAdmin = () => (admin ??= Admin.of(world.server));

/** So many tabs on the server's own pages. @param {Person} person @param {number} count */
async function tabs(person, count) {
  const tabs = [];
  while (tabs.length < count) {
    const tab = await person.open(world.network.url);
    assert.equal(await ready(tab), "signedIn");
    tabs.push(tab);
  }
  return tabs;
}

/**
 * How long it takes from now on until each tab answers so about a permission.
 * @param {Page[]} tabs
 * @param {boolean} allowed
 * @param {() => Promise<unknown>} act what is done to make them
 */
async function timeToChange(tabs, allowed, act) {
  const heard = tabs.map((tab) =>
    tab.evaluate(
      (allowed) =>
        new Promise((resolve) => {
          const stop = auth.onChange(() => {
            if (auth.can("notes:delete") !== allowed) return;
            stop();
            resolve(Date.now());
          });
        }),
      allowed,
    ),
  );
  // Each listens by now, as what is said to a tab is done in order.
  await Promise.all(tabs.map(status));
  await act();
  const done = Date.now();
  return (await Promise.all(heard)).map((at) => Number(at) - done);
}

scenario("a role is given and taken away: gates follow in all tabs within a second, on one stream", {}, async (person, { network }) => {
  const all = await tabs(person, 3);
  await network.until(STREAM);
  const admin = await theAdmin();
  const given = await timeToChange(all, true, () => admin.give(person.id, "moderator"));
  const taken = await timeToChange(all, false, () => admin.take(person.id, "moderator"));
  assert.ok(Math.max(...given, ...taken) < SOON, `${given} and ${taken} ms`);
  assert.equal(network.all(STREAM).length, 1);
});

scenario("the tab that listens for all is killed: another one does, and gates go on to follow within a second", {}, async (person, { network }) => {
  const [first, ...others] = await tabs(person, 3);
  assert.ok(first);
  await network.until(STREAM);
  await crash(first);
  await network.until(STREAM, 2);
  const admin = await theAdmin();
  const given = await timeToChange(others, true, () => admin.give(person.id, "moderator"));
  assert.ok(Math.max(...given) < SOON, `${given} ms`);
  assert.equal(network.all(STREAM).length, 2);
});

scenario("without a channel and locks, tabs hear of a sign-out from the server, each for itself", { odd: { without: ["BroadcastChannel", "locks"] } }, async (person, { network }) => {
  const [first, second] = await tabs(person, 2);
  assert.ok(first && second);
  await network.until(STREAM, 2);
  assert.deepEqual(await first.evaluate(() => auth.signOut()), { ok: true });
  await until(second, "signedOut");
  assert.deepEqual(await notes(second), [401]);
});

scenario("the page is opened while the server is away: it says so, and comes back by itself", {}, async (person, { network }) => {
  const end = network.disturb(SESSION, gateway(502));
  const tab = await person.open(network.url);
  assert.equal(await ready(tab), "unreachable");
  const tries = await network.until(SESSION, 3);
  // Half a second, then twice as long.
  const pauses = tries.slice(1).map(({ at }, index) => at - (tries[index]?.at ?? 0));
  assert.ok((pauses[0] ?? 0) > 400 && (pauses[1] ?? 0) > 900, `${pauses} ms`);
  end();
  await until(tab, "signedIn");
});

scenario("the server crashes: the session is kept as the last that was heard, and goes on after that", {}, async (person, { network, server }) => {
  const [first, second] = await tabs(person, 2);
  assert.ok(first && second);
  await network.until(STREAM);
  await server.crash();
  for (const tab of [first, second]) {
    assert.deepEqual(await notes(tab), ["network"]);
    assert.equal(await status(tab), "signedIn");
  }
  const outcome = await first.evaluate(() => auth.signOut());
  assert.equal(!outcome.ok && outcome.reason, "network");
  assert.equal(await status(first), "signedIn", "they still are");
  await server.begin();
  for (const tab of [first, second]) {
    await tab.waitForFunction(() => auth.session.status === "signedIn" && !auth.session.stale);
    assert.deepEqual(await notes(tab), [200]);
  }
  assert.deepEqual(await first.evaluate(() => auth.signOut()), { ok: true });
  await until(second, "signedOut");
});

for (const [clock, ahead] of /** @type {const} */ ([
  ["2 hours ahead", 2 * HOURS],
  ["2 hours behind", -2 * HOURS],
])) {
  test(`by cookie, the clock is ${clock}: the session ends when it does at the server, not before and not long after`, async () => {
    const config = "[session]\nidle_seconds = 3\n";
    const server = await Server.start({ ui: world.ui.path, config });
    const visitor = await Visitor.arrive(world.browser);
    await visitor.context.addInitScript(makeOdd, { ahead });
    const tab = await visitor.open(server.url);
    const account = { email: newEmail(), password: PASSWORD };
    const begun = performance.now();
    assert.deepEqual(await tab.evaluate((account) => auth.register(account), account), { ok: true });
    assert.equal(await status(tab), "signedIn");
    await until(tab, "signedOut");
    const lasted = performance.now() - begun;
    assert.ok(lasted > 3_000, `signed out after ${lasted} ms`);
    assert.equal(await tab.evaluate(() => "reason" in auth.session && auth.session.reason), "ended");
    await visitor.leave();
    await server.stop();
  });
}

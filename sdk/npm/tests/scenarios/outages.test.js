/** A network or server that is away or half there: the session is kept, and comes back by itself. */

import assert from "node:assert/strict";

import { gateway, lost, NOTES, REFRESH, TOKEN } from "./lib/network.js";
import { everywhere } from "./lib/tabs.js";
import { APART, notes, scenarios, SHARED, until } from "./lib/world.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./lib/exchange.js").Exchange} Exchange */

const { scenario } = scenarios();
const places = /** @type {const} */ ([
  ["on the page", { ...SHARED, odd: {} }],
  ["in a worker", { ...APART, odd: {} }],
]);

/** The access token runs out. @param {Page} tab */
const expire = (tab) => everywhere([tab], () => clock.sleep(3_600_000));

/** Notes all that the tab says of its session from now on. @param {Page} tab */
const listen = (tab) =>
  tab.evaluate(() => {
    window.heard = [];
    auth.subscribe((session) => window.heard.push(session));
  });

/** What was heard since, each once. @param {Page} tab */
const heard = async (tab) => [
  ...new Set(
    await tab.evaluate(() =>
      window.heard.map((session) =>
        session.status === "signedIn" && session.stale ? "stale" : session.status,
      ),
    ),
  ),
];

/** Waits until what is shown is what the server says. @param {Page} tab */
const isFresh = async (tab) =>
  void (await tab.waitForFunction(
    () => auth.session.status === "signedIn" && !auth.session.stale,
  ));

/** Each pause between them is at least so long. @param {Exchange[]} tries @param {number[]} pauses */
function areApart(tries, pauses) {
  const real = tries.slice(1).map(({ at }, index) => at - (tries[index]?.at ?? 0));
  for (const [index, pause] of pauses.entries()) {
    // A little may pass between a browser's clock and ours.
    assert.ok((real[index] ?? 0) > pause - 100, `${real} ms and not ${pauses} ms`);
  }
}

for (const [where, wishes] of places) {
  scenario(`with tokens ${where}, an answer is lost after the server has rotated, and the retry gets the same successor`, wishes, async (person, { network }) => {
    const tab = await person.signIn();
    const before = network.granted;
    network.disturb({ ...REFRESH, acted: true, times: 1 }, lost);
    await listen(tab);
    await expire(tab);
    assert.deepEqual(await notes(tab), ["network"]);
    // By itself, since the retry window is running.
    const [first, second] = await network.until(REFRESH, 2);
    assert.equal(first?.presented, before.refresh_token);
    assert.equal(second?.presented, before.refresh_token);
    assert.equal(second.tokens.refresh_token, first.tokens.refresh_token);
    await isFresh(tab);
    assert.deepEqual(await notes(tab), [200]);
    assert.equal(network.all(REFRESH).length, 2);
    assert.ok(!(await heard(tab)).includes("signedOut"));
  });

  scenario(`with tokens ${where}, the server crashes and is started anew: the session is kept, tries cool down, and it goes on`, wishes, async (person, { network, server }) => {
    const tab = await person.signIn();
    await listen(tab);
    await server.crash();
    await expire(tab);
    const from = network.passed.length;
    assert.deepEqual(await notes(tab), ["network"]);
    const tries = await network.until({ ...TOKEN, preflights: true }, 3, from);
    areApart(tries, [500, 1_000]);
    assert.ok((await heard(tab)).includes("stale"));
    await server.begin();
    await isFresh(tab);
    assert.deepEqual(await notes(tab), [200]);
    assert.ok(!(await heard(tab)).includes("signedOut"));
  });

  scenario(`with tokens ${where}, the browser is offline past expiry, and refreshes at once when it is back`, wishes, async (person, { network }) => {
    const tab = await person.signIn();
    await listen(tab);
    await person.context.setOffline(true);
    await expire(tab);
    assert.deepEqual(await notes(tab), ["network"]);
    assert.equal(network.all(REFRESH).length, 0);
    await person.context.setOffline(false);
    await isFresh(tab);
    assert.deepEqual(await notes(tab), [200]);
    assert.equal(network.all(REFRESH).length, 1);
    assert.ok(!(await heard(tab)).includes("signedOut"));
  });
}

scenario("a gateway answers 503 with Retry-After, and is left alone for so long", places[0][1], async (person, { network }) => {
  const tab = await person.signIn();
  await listen(tab);
  network.disturb({ ...REFRESH, times: 1 }, gateway(503, { "retry-after": "2" }));
  await expire(tab);
  assert.deepEqual(await notes(tab), ["network"]);
  const tries = await network.until(REFRESH, 2);
  areApart(tries, [2_000]);
  await isFresh(tab);
  assert.deepEqual(await notes(tab), [200]);
  assert.ok(!(await heard(tab)).includes("signedOut"));
});

scenario("a refresh ahead of need fails while the access token is good, and nobody notices", places[0][1], async (person, { network }) => {
  const tab = await person.signIn();
  const before = network.granted;
  const end = network.disturb(REFRESH, gateway(503));
  await listen(tab);
  // A hundred seconds are left: time to refresh, and to go on as before meanwhile.
  await tab.evaluate(() => clock.sleep(500_000, { counted: true }));
  await network.until(REFRESH, 3);
  assert.deepEqual(await notes(tab, 5), Array(5).fill(200));
  assert.ok(network.all(NOTES).every(({ bearer }) => bearer === before.access_token));
  assert.deepEqual(await heard(tab), ["signedIn"]);
  end();
  const tries = network.all(REFRESH).length;
  await network.until(REFRESH, tries + 1);
  assert.deepEqual(await heard(tab), ["signedIn"]);
});

const json = { "content-type": "application/json" };
for (const [what, status, body] of /** @type {const} */ ([
  ["a client that the server no longer knows", 401, '{"error":"invalid_client"}'],
  ["a mistake of set-up", 400, '{"error":"invalid_request"}'],
  ["the sign-in page of a hotel's network", 200, "<h1>Welcome</h1>"],
  ["too many requests", 429, ""],
])) {
  scenario(`a refresh is answered with ${what}, which signs nobody out`, places[0][1], async (person, { network }) => {
    const tab = await person.signIn();
    await listen(tab);
    network.disturb({ ...REFRESH, times: 1 }, (exchange) =>
      exchange.reply({ status, headers: json, body }),
    );
    await expire(tab);
    assert.deepEqual(await notes(tab), ["network"]);
    await network.until(REFRESH, 2);
    await isFresh(tab);
    assert.deepEqual(await notes(tab), [200]);
    assert.ok(!(await heard(tab)).includes("signedOut"));
  });
}

for (const [where, wishes] of places) {
  scenario(`with tokens ${where}, an answer of 401 leads to one refresh and one retry, and then is handed over`, wishes, async (person, { network }) => {
    const tab = await person.signIn();
    const before = network.granted;
    network.disturb(NOTES, gateway(401));
    assert.deepEqual(await notes(tab), [401]);
    const asked = network.all(NOTES).map(({ bearer }) => bearer);
    assert.equal(network.all(REFRESH).length, 1);
    assert.deepEqual(asked, [before.access_token, network.granted.access_token]);
    await until(tab, "signedIn");
  });
}

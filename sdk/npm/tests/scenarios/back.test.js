/** Pages that come back from the browser's back/forward cache, as they were when they were left. */

import assert from "node:assert/strict";

import { REFRESH } from "./lib/network.js";
import { APART, notes, ready, scenarios, SHARED, UNBOUND, until } from "./lib/world.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./lib/world.js").Person} Person */

const { scenario } = scenarios({ browser: { without: ["--disable-back-forward-cache"] } });

/** Notes whether the page was kept. */
const watch = () =>
  addEventListener("pageshow", ({ persisted }) => Object.assign(window, { persisted }));

/** Goes to another page of the origin, on which there is no client, and back. @param {Page} tab @param {() => Promise<unknown>} meanwhile */
async function leave(tab, meanwhile) {
  await tab.goto(new URL("/sdk/index.js", tab.url()).href);
  await meanwhile();
  await tab.goBack({ waitUntil: "commit" });
}

/** Signs out of the session with the server, past any browser. @param {Person} person @param {string} url */
async function endSession(person, url) {
  const cookies = await person.context.cookies(url.replace("http:", "https:"));
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const response = await fetch(`${url}/api/auth/sign-out`, {
    method: "POST",
    headers: { "x-portcullis": "1", "content-type": "application/json", cookie },
    body: "{}",
  });
  assert.ok(response.ok, await response.text());
}

scenario("by cookie: the session has ended at the server meanwhile, and the page that comes back says so", {}, async (person, { network }) => {
  await person.context.addInitScript(watch);
  const tab = await person.open(network.url);
  assert.equal(await ready(tab), "signedIn");
  await leave(tab, () => endSession(person, network.url));
  assert.equal(await tab.evaluate(() => Reflect.get(window, "persisted")), true);
  await until(tab, "signedOut");
  assert.deepEqual(await notes(tab), [401]);
});

scenario("by cookie: the user has signed out in another tab meanwhile, and the page that comes back says so", {}, async (person, { network }) => {
  const tab = await person.open(network.url);
  const other = await person.open(network.url);
  assert.equal(await ready(tab), "signedIn");
  await leave(tab, async () => {
    assert.deepEqual(await other.evaluate(() => auth.signOut()), { ok: true });
  });
  await until(tab, "signedOut");
  assert.deepEqual(await notes(tab), [401]);
});

for (const [where, wishes] of /** @type {const} */ ([
  ["on the page", { ...SHARED, ...UNBOUND }],
  ["in a worker", { ...APART, ...UNBOUND }],
])) {
  scenario(`with tokens ${where}: they were revoked meanwhile, and the page that comes back says so`, wishes, async (person, { network, server }) => {
    await person.context.addInitScript(watch);
    const tab = await person.signIn();
    const { refresh_token } = network.granted;
    await leave(tab, async () => {
      const body = new URLSearchParams({ client_id: "notes", token: refresh_token });
      await fetch(`${server.address}/oauth/revoke`, { method: "POST", body });
    });
    assert.equal(await tab.evaluate(() => Reflect.get(window, "persisted")), true);
    await until(tab, "signedOut");
    assert.deepEqual(await notes(tab), [401]);
    assert.ok(network.all(REFRESH).length <= 1);
  });

  scenario(`with tokens ${where}: the user has signed out in another tab meanwhile, and the page that comes back says so`, wishes, async (person, { network }) => {
    const tab = await person.signIn();
    const other = wishes.isolate ? await person.signIn() : await person.tab();
    assert.equal(await ready(other), "signedIn");
    await leave(tab, async () => {
      assert.deepEqual(await other.evaluate(() => auth.signOut()), { ok: true });
    });
    await tab.waitForFunction(() => "auth" in window);
    await until(tab, "signedOut");
    const from = network.passed.length;
    assert.deepEqual(await notes(tab), [401]);
    assert.equal(network.proving(from).length, 0);
  });
}

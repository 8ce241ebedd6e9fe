/** Several clients on one origin, of one server or of two: what is of one is nothing to the other. */

import assert from "node:assert/strict";

import { Server } from "../lib/server.js";
import { Network, REDEEM, REFRESH, REVOKE } from "./lib/network.js";
import { APART, comeBack, notes, ready, scenarios, SHARED, status, until } from "./lib/world.js";

/** @typedef {import("playwright-core").Page} Page */

const { scenario } = scenarios();

/** Which session the tab is in. @param {Page} tab */
const session = (tab) => tab.evaluate(() => "id" in auth.session && auth.session.id);

for (const [where, wishes] of /** @type {const} */ ([
  ["on the page", SHARED],
  ["in a worker", APART],
])) {
  scenario(`with tokens ${where}, two clients of one server have nothing to do with each other`, wishes, async (person, { network }) => {
    const first = await person.signIn();
    const orders = { ...wishes, clientId: "orders", redirectUri: "/orders" };
    const second = await person.tab("/", orders);
    assert.equal(await ready(second), "signedOut");
    await comeBack(second);
    assert.equal(await ready(second), "signedIn");
    assert.equal(network.all(REVOKE).length, 0);
    assert.notEqual(await session(first), await session(second));
    network.refuse(...network.all(REDEEM).map(({ tokens }) => tokens.access_token));
    assert.deepEqual(await Promise.all([notes(first), notes(second)]), [[200], [200]]);
    const refreshes = network.all(REFRESH);
    assert.deepEqual(refreshes.map(({ form }) => form.get("client_id")).sort(), ["notes", "orders"]);
    await first.evaluate(() => auth.signOut());
    await until(first, "signedOut");
    await network.until(REVOKE);
    assert.deepEqual(await notes(second), [200]);
    assert.equal(await status(second), "signedIn");
  });
}

scenario("clients of two servers have nothing to do with each other", SHARED, async (person, world) => {
  const network = await Network.start();
  const config = `[[clients]]
id = "notes"
name = "Notes"
redirect_uris = ["${world.site.url}/callback"]
`;
  const server = await Server.start({ ui: world.ui.path, config, publicUrl: network.url });
  network.lead(server.address);
  const first = await person.signIn();
  await person.registerAt(network);
  const second = await person.tab("/", { ...SHARED, server: network.url });
  assert.equal(await ready(second), "signedOut");
  await comeBack(second);
  assert.equal(await ready(second), "signedIn");
  assert.notEqual(await session(first), await session(second));
  world.network.refuse(world.network.granted.access_token);
  network.refuse(network.granted.access_token);
  assert.deepEqual(await Promise.all([notes(first), notes(second)]), [[200], [200]]);
  assert.deepEqual([world.network.all(REFRESH).length, network.all(REFRESH).length], [1, 1]);
  await second.evaluate(() => auth.signOut());
  await network.until(REVOKE);
  assert.deepEqual(await notes(first), [200]);
  assert.equal(await status(first), "signedIn");
  await server.stop();
  await network.stop();
});

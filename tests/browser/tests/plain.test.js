/** `portcullis serve` by itself: the pages in the program, without the demo. */

import assert from "node:assert/strict";

import { suite } from "../lib/suite.js";
import { PASSWORD } from "../lib/words.js";

const it = suite(() => ({ plain: true, unattended: true }));

it("has all that an admin and a user need", async (world) => {
  const first = await world.visitor();
  const { page } = first;
  await page.goto(world.server.setupLink);
  await page.getByLabel("Email").fill("first@example.com");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create admin account" }).click();
  await page.waitForURL("**/admin");
  await world.inspect(page, "plain-people");

  const second = await world.visitor();
  await second.page.goto("/");
  await second.page.waitForURL("**/sign-in?return_to=/");
  await world.inspect(second.page, "plain-sign-in");
  await second.page.getByRole("link", { name: "Create an account" }).click();
  await second.page.getByLabel("Email").fill("second@example.com");
  await second.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await second.page.getByRole("button", { name: "Create account", exact: true }).click();
  await second.page.getByRole("heading", { name: "Account", exact: true }).waitFor();
  await world.inspect(second.page, "plain-account");

  // Of the demo there is nothing: neither its pages nor its words.
  const said = await second.page.locator("body").innerText();
  assert.doesNotMatch(said, /notes|demo/i);
  assert.match(await second.page.title(), /Portcullis/);
  await second.page.goto("/notes");
  await second.page.getByRole("heading", { name: "There is no such page" }).waitFor();
});

it("sends its pages small, and asks for them again only when they have changed", async (world) => {
  /** @param {string} path @param {Record<string, string>} [headers] */
  const get = (path, headers = {}) =>
    fetch(world.server.url + path, { headers: { "accept-encoding": "br", ...headers } });
  for (const [path, type] of [
    ["/", /^text\/html/],
    ["/account", /^text\/html/],
    ["/app.js", /^text\/javascript/],
    ["/app.css", /^text\/css/],
    ["/app_bg.wasm", /^application\/wasm$/],
    ["/logo.svg", /^image\/svg/],
  ]) {
    const answer = await get(/** @type {string} */ (path));
    const { headers } = answer;
    assert.equal(answer.status, 200, String(path));
    assert.match(headers.get("content-type") ?? "", /** @type {RegExp} */ (type));
    assert.equal(headers.get("content-encoding"), "br");
    assert.equal(headers.get("cache-control"), "no-cache");
    const body = await answer.arrayBuffer();
    const plain = await get(/** @type {string} */ (path), { "accept-encoding": "identity" });
    assert.equal(plain.headers.get("content-encoding"), null);
    assert.deepEqual(await plain.arrayBuffer(), body);
    const again = await get(/** @type {string} */ (path), { "if-none-match": headers.get("etag") ?? "" });
    assert.equal(again.status, 304);
    assert.equal((await again.arrayBuffer()).byteLength, 0);
  }
  assert.equal((await get("/app.js", { "if-none-match": '"something else"' })).status, 200);
  for (const path of ["/absent.js", "/app.js.br", "/..%2f..%2fCargo.toml", "/%2e%2e/Cargo.toml", "/api/absent"]) {
    assert.equal((await get(path)).status, 404, path);
  }
});

/** Requests of the application's own, and pages on which the module does not load. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Visitor } from "./lib/browser.js";
import { docs } from "./lib/package.js";
import { Site } from "./lib/site.js";
import { signUp, suite } from "./lib/suite.js";

const { world, visit } = suite();

visit("fetch proves to the server who is signed in", async (visitor, page) => {
  await signUp(page);
  const said = await page.evaluate(async () => {
    const written = await auth.fetch("/api/notes", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ text: "Buy milk" }),
    });
    const list = await auth.fetch(new URL("/api/notes", location.href));
    const missing = await auth.fetch(new Request("/api/no-such-thing"));
    return [written.status, (await written.json()).text, list.status, missing.status];
  });
  assert.deepEqual(said, [201, "Buy milk", 200, 404]);
  assert.equal(visitor.excuse().length, 1);
});

visit("fetch fails as fetch does, and says why", async (visitor, page) => {
  const said = await page.evaluate(async () => {
    await auth.ready;
    const controller = new AbortController();
    controller.abort(new Error("changed my mind"));
    return [
      // The page's policy stops this one.
      await auth.fetch("http://localhost:1/").catch((error) => [error.name, error.cause.reason]),
      await auth.fetch("/", { signal: controller.signal }).catch((error) => error.message),
      await auth.fetch("http://").catch((error) => error.name),
    ];
  });
  assert.deepEqual(said, [["TypeError", "network"], "changed my mind", "TypeError"]);
  assert.ok(visitor.excuse().every((problem) => /Content Security Policy|Fetch API/.test(problem)));
});

test("fetch proves nothing to anybody else", async () => {
  const elsewhere = await Site.start(world.ui.path, {
    "access-control-allow-origin": "*",
    "access-control-allow-headers": "*",
  });
  const context = await world.browser.newContext({ bypassCSP: true });
  const page = await new Visitor(context).open(world.server.url);
  await signUp(page);
  const asked = page.waitForRequest((request) => request.url().startsWith(elsewhere.url));
  const status = await page.evaluate(
    async (url) => (await auth.fetch(url)).status,
    `${elsewhere.url}/main.js`,
  );
  assert.equal(status, 200);
  const headers = await (await asked).allHeaders();
  assert.equal(headers["x-portcullis"], undefined);
  assert.equal(headers.cookie, undefined);
  await context.close();
  await elsewhere.stop();
});

test("a page that does not allow WebAssembly is told so, without anything thrown", async () => {
  const policy = { "content-security-policy": "script-src 'self'" };
  const strict = await Site.start(world.ui.path, policy);
  const visitor = await Visitor.arrive(world.browser);
  const page = await visitor.open(strict.url);
  const said = await page.evaluate(async () => {
    window.heard = [];
    auth.subscribe((session) => window.heard.push(session));
    const ready = await auth.ready;
    const heard = window.heard.map(({ status }) => status);
    return { ready, heard, can: auth.can("a:b"), call: await auth.passkey.list() };
  });
  const error = {
    reason: "wasm_blocked",
    message: "This browser or page does not allow WebAssembly.",
    docs: docs("wasm_blocked"),
  };
  assert.deepEqual(said, {
    ready: { status: "error", ...error },
    heard: ["loading", "error"],
    can: false,
    call: { ok: false, ...error },
  });
  assert.ok(visitor.excuse().every((problem) => /WebAssembly/.test(problem)));
  await visitor.leave();
  await strict.stop();
});

for (const part of ["client.js", "portcullis_sdk_bg.wasm"]) {
  test(`without ${part} the session says so, and the next call tries again`, async () => {
    const visitor = await Visitor.arrive(world.browser);
    await visitor.context.route(`**/${part}`, (route) => route.abort());
    const page = await visitor.open(world.server.url);
    const failed = await page.evaluate(async () => ({
      ready: await auth.ready,
      call: await auth.password.signIn({ email: "ada@example.com", password: "x" }),
    }));
    const error = {
      reason: "load_failed",
      message: "Sign-in could not be loaded. Check the connection and try again.",
      docs: docs("load_failed"),
    };
    assert.deepEqual(failed, {
      ready: { status: "error", ...error },
      call: { ok: false, ...error },
    });
    visitor.excuse();

    await visitor.context.unroute(`**/${part}`);
    await signUp(page);
    assert.equal(await page.evaluate(() => auth.session.status), "signedIn");
    assert.deepEqual(visitor.problems, []);
    await visitor.leave();
  });
}


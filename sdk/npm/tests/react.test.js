/** The door for React, with the React of today and with the oldest that it is for, in Chromium. */

import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { build } from "esbuild";

import { launch, newEmail, PASSWORD, Visitor } from "./lib/browser.js";
import { Folder, ROOT } from "./lib/package.js";
import { ADA, development, VERSIONS } from "./lib/react.js";
import { Server } from "./lib/server.js";

/** @type {Folder} */
let ui;
/** @type {Server} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;
/** What a server does, by the version of React. */
const renderers =
  /** @type {Map<string, (session?: import("../src/session.ts").SignedInSession) => string>} */ (
    new Map()
  );
before(async () => {
  ui = await Folder.make();
  await ui.write({ "index.html": "<!doctype html><title>App</title>" });
  server = await Server.start({ ui: ui.path });
  browser = await launch();
  for (const [version, alias] of Object.entries(VERSIONS)) await prepare(version, alias);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await ui?.remove();
});

/**
 * Makes the page and the server side of it, with one React.
 * @param {string} folder @param {Record<string, string>} alias
 */
async function prepare(folder, alias) {
  const options = development(alias);
  const main = { main: "tests/react/client.tsx" };
  await build({ ...options, entryPoints: main, splitting: true, outdir: ui.at(folder) });
  await cp(join(ROOT, "dist/portcullis_sdk_bg.wasm"), ui.at(`${folder}/portcullis_sdk_bg.wasm`));
  const require = `import { createRequire } from "node:module"; const require = createRequire("/");`;
  await build({
    ...options,
    entryPoints: ["tests/react/server.tsx"],
    outfile: ui.at(`${folder}/server.mjs`),
    platform: "node",
    banner: { js: require },
  });
  const { render } = await import(ui.at(`${folder}/server.mjs`));
  renderers.set(folder, render);
}

for (const version of Object.keys(VERSIONS)) {
  /**
   * A test on a page with what a server has rendered into it.
   * @param {string} name
   * @param {[session?: import("../src/session.ts").SignedInSession] | undefined} rendered
   * @param {(page: import("playwright-core").Page, visitor: Visitor) => Promise<void>} run
   */
  const visit = (name, rendered, run) =>
    test(`${version}: ${name}`, async () => {
      const html = rendered && renderers.get(version)?.(...rendered);
      const page = `${version}-${(count += 1)}.html`;
      await ui.write({
        [page]: `<!doctype html><html lang="en"><meta charset="utf-8"><title>App</title>
<link rel="icon" href="data:,"><script type="module" src="${version}/main.js"></script>
<div id="root">${html ?? ""}</div></html>\n`,
      });
      const visitor = await Visitor.arrive(browser);
      const decisions = JSON.stringify({ decisions: [{ allowed: true }] });
      await visitor.context.route("**/api/authz/check", (route) => route.fulfill({ body: decisions }));
      try {
        const tab = await visitor.context.newPage();
        await tab.goto(`${server.url}/${page}`);
        await tab.waitForFunction(() => "begin" in window);
        await run(tab, visitor);
        assert.deepEqual(visitor.problems, []);
      } finally {
        await visitor.leave();
      }
    });
  let count = 0;

  visit("gates follow the real session, in strict mode too", undefined, async (page, visitor) => {
    await page.evaluate(() => window.begin("options"));
    const gate = page.locator("#gate");
    await gate.getByText("fallback").waitFor();
    assert.equal(await page.locator("#out").count(), 1);
    assert.equal(await page.locator("#in").count(), 0);
    // What strict mode does twice is nothing that the server or the network would notice.
    assert.equal(visitor.modules, 1);
    const asked = () => visitor.requested.filter((path) => path === "/api/auth/session").length;
    assert.equal(asked(), 1);

    const account = { email: newEmail(), password: PASSWORD, name: "Grace" };
    await page.evaluate(
      async (account) => {
        const headers = { "x-portcullis": "1", "content-type": "application/json" };
        const body = JSON.stringify(account);
        await fetch("/api/auth/register", { method: "POST", headers, body });
      },
      account,
    );
    await page.reload();
    await page.waitForFunction(() => "begin" in window);
    await page.evaluate(() => window.begin("options"));
    await gate.getByText("children").waitFor();
    assert.equal(await page.locator("#name").textContent(), "Grace");
    assert.equal(await page.locator("#some").textContent(), "true,true,false,allowed");
    assert.equal(await page.locator("#in").count(), 1);
    assert.deepEqual(await page.evaluate(() => window.shown), [null, "loading", "children"]);

    // From elsewhere.
    await page.evaluate(async () => {
      const headers = { "x-portcullis": "1", "content-type": "application/json" };
      await fetch("/api/auth/sign-out", { method: "POST", headers, body: "{}" });
    });
    await gate.getByText("fallback").waitFor();
    visitor.excuse();
  });

  visit("providers share a client where their options are the same", undefined, async (page, visitor) => {
    const [shared, asked] = await page.evaluate(async (version) => {
      const address = `/${version}/portcullis_sdk_bg.wasm`;
      /** @type {string[]} */
      const asked = [];
      // As text they cannot be told apart.
      /** @param {string} name */
      const from = (name) => () => (asked.push(name), address);
      const [one, other] = [from("one"), from("other")];
      const bytes = () => fetch(address).then((response) => response.arrayBuffer());
      const [some, same] = [await bytes(), await bytes()];
      const modules = [await WebAssembly.compile(some), await WebAssembly.compile(some)];
      const [first, second] = modules;
      const shared = await window.clients([
        { wasm: one },
        { wasm: other },
        { wasm: one },
        { wasm: one, retryWithin: 5 },
        { wasm: address },
        { wasm: new URL(address, location.href) },
        { wasm: new URL(address, location.href) },
        { wasm: some },
        { wasm: same },
        { wasm: some },
        ...(first && second ? [{ wasm: first }, { wasm: second }, { wasm: second }] : []),
        {},
        {},
        { wasm: undefined },
        { stepUp: "resume" },
      ]);
      return [shared, asked.sort()];
    }, version);
    assert.deepEqual(shared, [0, 1, 0, 3, 4, 5, 5, 7, 8, 7, 10, 11, 11, 13, 13, 13, 16]);
    assert.deepEqual(asked, ["one", "one", "other"], "each client's own function, once");
    const sessions = visitor.requested.filter((path) => path === "/api/auth/session");
    assert.equal(sessions.length, new Set(shared).size, "one client each, in strict mode too");
  });

  visit("each verdict has its slot", undefined, async (page) => {
    await page.evaluate((session) => window.begin("fake", session), ADA);
    await page.locator("#in").waitFor();
    const shown = await page.evaluate(async () => {
      const { test } = window.fake;
      /** @type {(string | null | undefined)[]} */
      const shown = [];
      const look = async () => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        const texts = ["gate", "in", "user", "out"]
          .map((id) => document.getElementById(id)?.textContent)
          .filter((text) => text !== undefined);
        shown.push(texts.join(", "));
      };
      await look();
      test.requireStepUp();
      await look();
      test.setRoles({ permissions: [] });
      await look();
      test.signOut();
      await look();
      test.setSession({ status: "unreachable" });
      await look();
      test.setSession({ status: "loading" });
      await look();
      test.setSession({ status: "error", reason: "load_failed", message: "", docs: "" });
      await look();
      return shown;
    });
    assert.deepEqual(shown, [
      "children, in, Ada signedIn",
      "stepUp, in, Ada stepUp",
      "denied, in, Ada stepUp",
      "fallback, out",
      "offline",
      "loading",
      "fallback",
    ]);
  });

  visit("a component renders anew only when its own answer changes", undefined, async (page) => {
    await page.evaluate((session) => window.begin("fake", session), ADA);
    await page.locator("#in").waitFor();
    const rendered = await page.evaluate(async () => {
      const settled = () => new Promise((resolve) => setTimeout(resolve, 50));
      const before = { ...window.renders };
      /** @param {(test: import("../src/testing/index.ts").TestControls) => void} change */
      const after = async (change) => {
        await settled();
        for (const name of Object.keys(window.renders)) window.renders[name] = 0;
        change(window.fake.test);
        await settled();
        return Object.keys(window.renders).filter((name) => window.renders[name]);
      };
      return [
        Object.keys(before).length,
        await after((test) => test.setRoles({ roles: ["user", "reader"] })),
        await after((test) => test.setResource("notes:write", "note:1", false)),
        await after((test) => test.setResource("notes:write", "note:2", false)),
        await after((test) => test.setRoles({ permissions: ["notes:write", "notes:purge"] })),
        await after((test) => test.setRoles({ permissions: ["notes:*"] })),
        await after((test) => test.setRoles({ permissions: [] })),
        await after((test) => test.signOut()),
      ];
    });
    assert.deepEqual(rendered, [
      7,
      ["session", "status"],
      ["one"],
      [],
      ["session", "status", "purge", "some"],
      ["session", "status"],
      ["session", "status", "write", "purge", "some"],
      ["session", "status", "one", "some"],
    ]);
  });

  visit("what a click asks is answered as things are then", undefined, async (page) => {
    await page.evaluate((session) => window.begin("fake", session), ADA);
    await page.locator("#in").waitFor();
    await page.locator("#ask").click();
    assert.equal(await page.locator("#clicked").textContent(), "false");
    await page.evaluate(() => window.fake.test.setRoles({ permissions: ["notes:*"] }));
    await page.locator("#ask").click();
    await page.locator("#clicked").getByText("true").waitFor();
  });

  visit(
    "what the server has rendered is taken over as it is",
    [ADA],
    async (page, visitor) => {
      assert.equal(await page.locator("#gate").textContent(), "children");
      assert.equal(await page.locator("#some").textContent(), "true,true,false,allowed");
      assert.equal(await page.locator("#one").textContent(), "loading");
      // The truth, that nobody is signed in, is found out while React takes over.
      await page.evaluate((session) => window.begin("options", session), ADA);
      await page.locator("#gate").getByText("fallback").waitFor();
      const [mended, shown] = await page.evaluate(() => [window.mended, window.shown]);
      assert.deepEqual(mended, []);
      assert.deepEqual(shown, ["children", "fallback"]);
      assert.equal(visitor.modules, 1);
    },
  );

  visit(
    "a page rendered for nobody in particular waits",
    [],
    async (page) => {
      assert.equal(await page.locator("#gate").textContent(), "loading");
      await page.evaluate(() => window.begin("options"));
      await page.locator("#gate").getByText("fallback").waitFor();
      const [mended, shown] = await page.evaluate(() => [window.mended, window.shown]);
      assert.deepEqual(mended, []);
      assert.deepEqual(shown, ["loading", "fallback"]);
    },
  );

  visit(
    "a session that has changed before React takes over does not spoil it",
    [ADA],
    async (page) => {
      await page.evaluate((session) => {
        window.begin("fake", session);
        // React begins in a task of its own; until then the user's rights go.
        window.fake.test.setRoles({ permissions: [] });
      }, ADA);
      await page.locator("#gate").getByText("denied").waitFor();
      const [mended, shown] = await page.evaluate(() => [window.mended, window.shown]);
      assert.deepEqual(mended, []);
      assert.deepEqual(shown, ["children", "denied"]);
      assert.equal(await page.locator("#some").textContent(), "false,false,false,allowed");
    },
  );
}

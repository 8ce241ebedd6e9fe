/**
 * What every framework's door has to do, asked of an application of the same parts in each: rendered
 * on a server, taken over by the browser, and followed there.
 */

import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { after, before, test } from "node:test";

import * as esbuild from "esbuild";

import { authenticator, launch, newEmail, PASSWORD, Visitor } from "./browser.js";
import { Folder, project } from "./package.js";
import { Server } from "./server.js";

/** @typedef {import("playwright-core").Page} Page */

/**
 * @typedef {object} Door
 * @property {string[]} packages what has to be installed for it
 * @property {Record<string, string>} files of the application
 * @property {string} server a module with `renders`: how to render each application, given a client
 * @property {string} browser a module with `mount(root, auth, rendered)`, and with the application's
 *   `asked` and `renders`
 * @property {(where: "server" | "browser") => esbuild.BuildOptions} build
 * @property {string[]} touched the parts that are rendered anew when somebody who may write has to
 *   confirm it is them
 * @property {RegExp} forgotten what is said where no client was given
 */

const MAIN = `
import { createAuth } from "@portcullis/sdk";
import { asked, mount, renders } from "./browser.js";

const handed = document.getElementById("session");
const auth = createAuth(handed ? { session: JSON.parse(handed.textContent) } : {});
const root = document.getElementById("app");
window.served = new Map([...root.querySelectorAll("[id]")].map((node) => [node.id, node]));
Object.assign(window, { auth, asked, renders });
mount(root, auth, !!handed);
`;

/** @param {string} [rendered] @param {object} [session] */
const html = (rendered = "", session) => `<!doctype html><html lang="en"><meta charset="utf-8">
<title>App</title><link rel="icon" href="data:,"><div id="app">${rendered}</div>${
  session ? `<script type="application/json" id="session">${JSON.stringify(session)}</script>` : ""
}<script type="module" src="/main.js"></script></html>\n`;

/** @typedef {import("../../src/session.ts").SignedInSession} SignedIn */

/** @type {SignedIn} */
const SESSION = {
  status: "signedIn",
  stale: false,
  id: "0192f0c1-2345-7890-8abc-def012345678",
  user: {
    id: "0192f0c1-2345-7890-8abc-def012345679",
    email: "ada@example.com",
    name: "Ada",
    hasPassword: true,
    createdAt: 0,
  },
  roles: ["user"],
  permissions: ["notes:write"],
  version: 1,
  amr: ["pwd"],
  authTime: 0,
  idleExpiresAt: 1e15,
  expiresAt: 1e15,
};

/** The text of each part, without what Vue leaves behind for itself. @param {string} html */
const texts = (html) =>
  Object.fromEntries(
    [...html.matchAll(/<p id="([\w-]+)">(.*?)<\/p>/g)].map(([, id = "", inner = ""]) => [
      id,
      inner.replace(/<!--.*?-->|<\/?span>/g, ""),
    ]),
  );

const CHECK = "**/api/authz/check";
const GATES = "write delete either every nothing resource plain asked".split(" ");

/** Every gate's text, in their order. @param {Record<string, string>} shown */
const gates = (shown) => GATES.map((id) => shown[id]).join(" ");

/** @param {import("playwright-core").Page} page */
const shown = async (page) => texts(await page.locator("#app").innerHTML());

/** Waits until a part shows a text. @param {import("playwright-core").Page} page */
const until = (page, /** @type {string} */ id, /** @type {string} */ text) =>
  page.locator(`#${id}`).getByText(text, { exact: true }).waitFor({ timeout: 30_000 });

/** What was rendered since this was asked last. @param {import("playwright-core").Page} page */
const rendered = (page) =>
  page.evaluate(() => {
    const { renders } = window;
    return Object.keys(renders)
      .filter((id) => renders[id])
      .map((id) => ((renders[id] = 0), id))
      .sort();
  });

/** @param {import("playwright-core").Page} page */
async function signUp(page) {
  const account = { email: newEmail(), password: PASSWORD, name: "Ada" };
  assert.deepEqual(await page.evaluate((account) => auth.register(account), account), { ok: true });
  await until(page, "status", "signedIn");
}

/** Makes the tests of a door. @param {Door} door */
export function door({ packages, files, server: serving, browser: browsing, build, ...door }) {
  /** @type {Folder} */
  let app;
  /** @type {Folder} */
  let ui;
  /** @type {Server} */
  let server;
  /** @type {import("playwright-core").Browser} */
  let browser;

  before(async () => {
    app = await project();
    await app.link(...packages);
    await app.write({ ...files, "server.js": serving, "browser.js": browsing, "main.js": MAIN });
    ui = await Folder.make();
    await ui.write({ "index.html": html() });
    const shared = { absWorkingDir: app.path, bundle: true, format: /** @type {const} */ ("esm") };
    await esbuild.build({
      ...shared,
      entryPoints: ["server.js"],
      outfile: app.at("rendering.js"),
      platform: "node",
      ...build("server"),
    });
    await esbuild.build({
      ...shared,
      entryPoints: ["main.js"],
      splitting: true,
      outdir: ui.path,
      ...build("browser"),
    });
    const wasm = "portcullis_sdk_bg.wasm";
    await cp(app.at(`node_modules/@portcullis/sdk/dist/${wasm}`), ui.at(wasm));
    server = await Server.start({ ui: ui.path });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    await Promise.all([app?.remove(), ui?.remove()]);
  });

  /**
   * Renders an application as a server does, for many visitors at the same time.
   * @param {object[]} options of their clients
   * @param {string} [what] is rendered
   * @returns {Promise<string[]>}
   */
  async function render(options, what = "application") {
    const { createAuth } = await import(app.at("node_modules/@portcullis/sdk/dist/index.js"));
    const { renders } = await import(app.at("rendering.js"));
    return Promise.all(options.map(async (one) => renders[what](createAuth(one))));
  }

  /**
   * A test with a visitor whose pages must not have complained at its end. They come from a server
   * of their own, not from Portcullis: its policy for the pages it serves is not theirs.
   * @param {string} name
   * @param {(visitor: Visitor, page: Page) => Promise<void>} run
   */
  const visit = (name, run) =>
    test(name, async () => {
      const visitor = await Visitor.arrive(browser);
      visitor.context.on("console", (message) => {
        if (message.type() === "warning") visitor.problems.push(message.text());
      });
      const page = await visitor.context.newPage();
      await serve(page, "/", html());
      try {
        await run(visitor, page);
        assert.deepEqual(visitor.problems, []);
      } finally {
        await visitor.leave();
      }
    });

  /** @param {Page} page @param {string} path @param {string} body */
  const serve = (page, path, body) =>
    page.route(`${server.url}${path}`, (route) => route.fulfill({ contentType: "text/html", body }));

  /** Opens the page, where nobody is signed in. @param {Page} page */
  async function open(page) {
    await page.goto(server.url);
    await until(page, "status", "signedOut");
  }

  test("a server renders for who is signed in, and for many at once", async () => {
    const [ada, bob, nobody, unknown] = (
      await render([
        { session: SESSION },
        { session: { ...SESSION, user: { ...SESSION.user, name: "Bob" }, permissions: ["*"] } },
        { session: { status: "signedOut", reason: "anonymous" } },
        {},
      ])
    ).map(texts);
    assert.ok(ada && bob && nobody && unknown);
    assert.equal(
      gates(ada),
      "default denied default denied denied loading default default",
    );
    assert.equal(
      gates(bob),
      "default default denied default denied loading default default",
    );
    assert.equal(gates(nobody), `${"fallback ".repeat(6)} fallback`);
    assert.equal(gates(unknown), `${"loading ".repeat(6)} loading`);

    const { status, verdict, authorization, no, name, in: inside, out } = ada;
    assert.deepEqual([status, verdict, no, name, inside], ["signedIn", "denied", "false", "Ada", "in"]);
    assert.deepEqual([ada["can-write"], ada["can-asked"], out], ["true", "true", undefined]);
    assert.equal(authorization, "true true false loading");
    assert.equal(bob["name"], "Bob");
    assert.deepEqual([nobody["out"], nobody["in"], unknown["out"]], ["anonymous", undefined, undefined]);
  });

  test("a part of a page can have a client by itself; without one it says how to get it", async () => {
    const [island = ""] = await render([{ session: SESSION }], "island");
    assert.equal(texts(island)["write"], "default");
    await assert.rejects(render([{}], "forgetful"), door.forgotten);
  });

  visit("gates open and close with the session", async (_, page) => {
    await open(page);
    assert.equal(gates(await shown(page)), `${"fallback ".repeat(6)} fallback`);
    await signUp(page);
    await until(page, "resource", "denied");
    const { name, out, ...rest } = await shown(page);
    assert.equal(gates(rest), "default denied default denied denied denied default default");
    assert.deepEqual([name, out, rest["can-write"]], ["Ada", undefined, "true"]);
    await page.evaluate(() => auth.signOut());
    await until(page, "write", "fallback");
    assert.equal((await shown(page))["out"], "signedOut");
  });

  visit("only what is answered in another way is rendered anew", async (visitor, page) => {
    await open(page);
    await signUp(page);
    await until(page, "resource", "denied");
    await page.route("**/api/auth/passkeys", (route) =>
      route.fulfill({
        status: 403,
        contentType: "application/problem+json",
        body: '{"code":"step_up_required","detail":"Confirm it is you."}',
      }),
    );
    await authenticator(page);
    await rendered(page);
    await page.evaluate(() => auth.passkey.list());
    await until(page, "status", "stepUp");
    // What guards nothing more than before is not touched, and neither is what only those see.
    // What is not asked of this page alone is asked again.
    const elsewhere = ["authorization", "resource"];
    assert.deepEqual(
      (await rendered(page)).filter((id) => !elsewhere.includes(id)),
      door.touched,
    );
    const { write, plain, name } = await shown(page);
    assert.deepEqual([write, plain, name], ["stepUp", "default", "Ada"]);
    await page.evaluate(() => auth.cancelStepUp());
    await until(page, "status", "signedIn");
    assert.equal((await shown(page))["write"], "default");
    assert.equal(visitor.excuse().length, 1);
  });

  visit("a question that changes is answered anew", async (_, page) => {
    await open(page);
    await signUp(page);
    await until(page, "asked", "default");
    // Else the server's answer about it comes in between.
    await until(page, "resource", "denied");
    await rendered(page);
    await page.evaluate(() => (window.asked.question = { require: "notes:delete" }));
    await until(page, "asked", "denied");
    assert.deepEqual(await rendered(page), ["asked", "can-asked"]);
    assert.equal((await shown(page))["can-asked"], "false");
  });

  visit("what is asked about a resource waits for the server's word", async (_, page) => {
    await open(page);
    await signUp(page);
    await until(page, "resource", "denied");
    /** @type {(() => Promise<void>)[]} */
    const waiting = [];
    await page.route(CHECK, (route) => void waiting.push(() => route.continue()));
    const asked = page.waitForRequest(CHECK);
    await rendered(page);
    await page.evaluate(async () => {
      const headers = { "content-type": "application/json" };
      const body = JSON.stringify({ text: "Mine" });
      const response = await auth.fetch("/api/notes", { method: "POST", headers, body });
      window.asked.resource = `note:${(await response.json()).id}`;
    });
    await asked;
    await until(page, "resource", "loading");
    assert.equal((await shown(page))["authorization"], "true true false loading");
    for (const answer of waiting.splice(0)) await answer();
    await until(page, "resource", "default");
    assert.equal((await shown(page))["authorization"], "true true false allowed");
    assert.deepEqual(await rendered(page), ["authorization", "resource"]);
    assert.equal(waiting.length, 0, "one request for all who ask the same");
  });

  visit("a server that cannot be reached, and a module that cannot be loaded", async (visitor, page) => {
    await page.route("**/api/auth/session", (route) => route.abort());
    await page.goto(server.url);
    await until(page, "write", "offline");
    await page.unroute("**/api/auth/session");
    await page.route("**/*.wasm", (route) => route.abort());
    await page.reload();
    await until(page, "write", "fallback");
    assert.equal(await page.evaluate(() => auth.session.status), "error");
    assert.ok(visitor.excuse().length >= 2);
  });

  visit("a page of a server is taken over as it is, and follows from then on", async (_, page) => {
    await open(page);
    await signUp(page);
    const session = await page.evaluate(() => auth.session);
    const [first = ""] = await render([{ session }]);
    await serve(page, "/rendered", html(first, session));
    /** @type {() => void} */
    let go = () => {};
    const held = new Promise((resolve) => (go = () => resolve(undefined)));
    for (const path of ["**/api/auth/session", CHECK]) {
      await page.route(path, async (route) => {
        await held;
        await route.continue();
      });
    }
    await page.goto(`${server.url}/rendered`);
    await page.waitForFunction(() => "auth" in window);
    assert.deepEqual(texts(await page.locator("#app").innerHTML()), texts(first));
    /** Which parts are not the server's any more. */
    const lost = () =>
      page.evaluate(() =>
        [...window.served].filter(([id, node]) => document.getElementById(id) !== node),
      );
    assert.deepEqual(await lost(), []);
    await rendered(page);
    go();
    await page.evaluate(() => auth.ready);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    assert.deepEqual(await lost(), []);
    assert.ok(!(await rendered(page)).includes("write"), "the gate was right from the beginning");
    await page.evaluate(() => auth.signOut());
    await until(page, "write", "fallback");
  });
}

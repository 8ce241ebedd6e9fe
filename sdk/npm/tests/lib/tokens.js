/** What the files of tests share whose application is on another origin and signs in by redirect. */

import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { after, before, test } from "node:test";

import { launch, newEmail, PASSWORD, Visitor } from "./browser.js";
import { Folder, ROOT } from "./package.js";
import { Server } from "./server.js";
import { Site } from "./site.js";

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>App</title>
<link rel="icon" href="data:,"><script type="module" src="/main.js"></script></html>\n`;

/** @param {object} options */
const app = (options) => ({
  "index.html": PAGE,
  "main.js": `import { createAuth } from "/sdk/index.js";
window.auth = createAuth({ ...${JSON.stringify(options)}, ...window.wishes });
`,
});

/** What is there while the tests of a file run. */
class World {
  /** Where the application is. @type {Site} */
  site = /** @type {never} */ (undefined);
  /** @type {Server} */
  server = /** @type {never} */ (undefined);
  /** @type {import("playwright-core").Browser} */
  browser = /** @type {never} */ (undefined);
  /** @type {Folder[]} */
  folders = [];
}

/** A policy that allows an application what it needs, and nothing else. @param {string} server */
export const policy = (server) =>
  `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; ` +
  `connect-src 'self' ${server}; img-src data:; base-uri 'none'; frame-ancestors 'none'`;

/**
 * Sets up for the tests of a file.
 * @param {{ config?: string }} [options] further settings of the server
 */
export function tokens({ config = "" } = {}) {
  const world = new World();
  before(async () => {
    const folders = (world.folders = [await Folder.make(), await Folder.make()]);
    const [theirs, ours] = /** @type {[Folder, Folder]} */ (folders);
    for (const folder of folders) await cp(`${ROOT}dist`, folder.at("sdk"), { recursive: true });
    /** @type {Record<string, string>} */
    const headers = {};
    world.site = await Site.start(theirs.path, headers);
    await ours.write({ "index.html": PAGE, "main.js": app({})["main.js"] });
    const client = `[[clients]]
id = "notes"
name = "Notes"
redirect_uris = ["${world.site.url}/callback"]
`;
    world.server = await Server.start({ ui: ours.path, config: `${config}\n${client}` });
    headers["content-security-policy"] = policy(world.server.url);
    const { url: server } = world.server;
    await theirs.write(app({ server, mode: "token", clientId: "notes", redirectUri: "/callback" }));
    world.browser = await launch();
  });
  after(async () => {
    await world.browser?.close();
    await world.server?.stop();
    await world.site?.stop();
    await Promise.all(world.folders.map((folder) => folder.remove()));
  });

  /**
   * A visitor who is signed in at the server, though not in the application.
   * @param {import("../../src/options.ts").AuthOptions | object} [wishes] the application's options
   */
  const known = async (wishes = {}) => {
    const visitor = await Visitor.arrive(world.browser);
    const page = await visitor.open(world.server.url);
    const account = { email: newEmail(), password: PASSWORD, name: "Ada" };
    const made = await page.evaluate((account) => auth.register(account), account);
    assert.deepEqual(made, { ok: true });
    await page.close();
    await visitor.context.addInitScript((wishes) => Object.assign(window, { wishes }), wishes);
    return visitor;
  };

  /**
   * Signs in by redirect, on a page of the application.
   * @param {Visitor} visitor
   */
  const signedIn = async (visitor) => {
    const page = await visitor.open(world.site.url);
    await page.evaluate(() => void auth.signInWithRedirect({ returnTo: "/" }));
    await page.waitForURL((url) => url.pathname === "/callback");
    await page.waitForFunction(() => "auth" in window);
    assert.equal(await page.evaluate(async () => (await auth.ready).status), "signedIn");
    return page;
  };

  /**
   * A test with a visitor who is known to the server.
   * @param {string} name
   * @param {object} wishes the application's options
   * @param {(visitor: Visitor) => Promise<void>} run
   */
  const visit = (name, wishes, run) =>
    test(name, async () => {
      const visitor = await known(wishes);
      try {
        await run(visitor);
      } finally {
        await visitor.leave();
      }
    });

  return { world, known, signedIn, visit };
}

/** Asks for the notes, and says the status. @param {import("playwright-core").Page} page @param {string} server */
export const notes = (page, server) =>
  page.evaluate(async (server) => (await auth.fetch(`${server}/api/notes`)).status, server);

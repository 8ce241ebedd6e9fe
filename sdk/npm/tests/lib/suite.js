/** What the files of tests that drive a plain page share: one server, one Chromium, one page. */

import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { after, before, test } from "node:test";

import { launch, newEmail, PASSWORD, Visitor } from "./browser.js";
import { Folder, ROOT } from "./package.js";
import { Server } from "./server.js";

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>App</title>
<link rel="icon" href="data:,"><script type="module" src="main.js"></script>
<input autocomplete="username webauthn" aria-label="Email"></html>\n`;
const MAIN = `import { createAuth } from "./sdk/index.js";
window.auth = createAuth();
`;

/** What is there while the tests of a file run. */
class World {
  /** The page's folder. @type {Folder} */
  ui = /** @type {never} */ (undefined);
  /** @type {Server} */
  server = /** @type {never} */ (undefined);
  /** @type {import("playwright-core").Browser} */
  browser = /** @type {never} */ (undefined);
}

/** Sets up for the tests of a file. */
export function suite() {
  const world = new World();
  before(async () => {
    world.ui = await Folder.make();
    await world.ui.write({ "index.html": PAGE, "main.js": MAIN });
    await cp(`${ROOT}dist`, world.ui.at("sdk"), { recursive: true });
    world.server = await Server.start({ ui: world.ui.path });
    world.browser = await launch();
  });
  after(async () => {
    await world.browser?.close();
    await world.server?.stop();
    await world.ui?.remove();
  });

  /**
   * A test with a visitor whose pages must not have complained at its end.
   * @param {string} name
   * @param {(visitor: Visitor, page: import("playwright-core").Page) => Promise<void>} run
   */
  const visit = (name, run) =>
    test(name, async () => {
      const visitor = await Visitor.arrive(world.browser);
      try {
        await run(visitor, await visitor.open(world.server.url));
        assert.deepEqual(visitor.problems, []);
      } finally {
        await visitor.leave();
      }
    });
  return { world, visit };
}

/** Makes an account with a password, and signs in. @param {import("playwright-core").Page} page */
export async function signUp(page) {
  const account = { email: newEmail(), password: PASSWORD, name: "Ada" };
  assert.deepEqual(await page.evaluate((account) => auth.register(account), account), { ok: true });
  return account;
}

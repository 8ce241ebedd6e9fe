/** Plain pages with the elements on them, and looking at these as different people do. */

import assert from "node:assert/strict";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import axe from "axe-core";

import { launch, Visitor } from "./browser.js";
import { Folder, REPOSITORY, ROOT } from "./package.js";
import { Server } from "./server.js";

/** @typedef {import("playwright-core").Page} Page */

/** Where pictures go. */
const SCREENSHOTS = process.env.PORTCULLIS_SCREENSHOTS ?? join(REPOSITORY, "target/screenshots");

/**
 * A page with these elements, in plain HTML and under the strict policy of the server.
 * @param {string} body
 * @param {{ setup?: string, lang?: string }} [options]
 */
const html = (body, { setup = "auto.js", lang = "en" } = {}) => `<!doctype html>
<html lang="${lang}"><head><meta charset="utf-8"><title>Orders</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><link rel="stylesheet" href="/sdk/elements/elements.css">
<link rel="stylesheet" href="/page.css"><script type="module" src="/${setup}"></script></head>
<body><pc-auth app="Orders"></pc-auth>${body}</body></html>\n`;

/** What the pages have in common. */
const FILES = {
  "page.css": `:root { color-scheme: light dark; font-family: serif; }
body { margin: 0; padding: 1rem; background: light-dark(#fafaf9, #0e1012); color: light-dark(#111, #eee); }
main { display: grid; justify-items: center; }
header { display: flex; justify-content: end; }\n`,
  "auto.js": `import { auth } from "/sdk/elements/auto/index.js";\nwindow.auth = auth;\n`,
  "devtools.js": `import { createAuth } from "/sdk/index.js";
import { defineDevtools } from "/sdk/devtools/index.js";
import { defineElements } from "/sdk/elements/index.js";
window.auth = createAuth();
defineDevtools({ auth });
defineElements({ auth, app: "Orders" });\n`,
  "index.html": html("<main><h1>Orders</h1></main>"),
};

const LOOKS = /** @type {{ width: number, scheme: "light" | "dark" }[]} */ ([
  { width: 1280, scheme: "light" },
  { width: 1280, scheme: "dark" },
  { width: 390, scheme: "dark" },
  { width: 320, scheme: "light" },
]);

/**
 * Checks the page as it stands in each look, and keeps a picture of it: that axe finds nothing to
 * say, that it fits its width, and that what can be pressed is large enough for fingers.
 * @param {Page} page
 * @param {string} name
 * @returns {Promise<string[]>} what is wrong
 */
export async function inspect(page, name) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Runtime.evaluate", { expression: axe.source });
  await mkdir(SCREENSHOTS, { recursive: true });
  /** @type {string[]} */
  const faults = [];
  for (const { width, scheme } of LOOKS) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    const { result } = await devtools.send("Runtime.evaluate", {
      expression: `(${complaints})()`,
      awaitPromise: true,
      returnByValue: true,
    });
    const found = /** @type {string[]} */ (result.value ?? [result.description]);
    faults.push(...found.map((text) => `${name}, ${width} ${scheme}: ${text}`));
    await page.screenshot({ path: join(SCREENSHOTS, `elements-${name}-${width}-${scheme}.png`) });
  }
  await devtools.detach();
  return faults;
}

/** Runs in the page; what there is to complain about. */
async function complaints() {
  /** @type {string[]} */
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) {
    found.push(`wider than its window by ${root.scrollWidth - root.clientWidth} px`);
  }
  const results = await /** @type {any} */ (globalThis).axe.run(document, {
    resultTypes: ["violations"],
  });
  for (const { id, nodes } of results.violations) {
    for (const { target, failureSummary } of nodes) {
      found.push(`${id}: ${target}: ${failureSummary.replace(/\s+/g, " ")}`);
    }
  }
  /** @type {Element[]} */
  const all = [];
  /** @param {Document | ShadowRoot | Element} tree */
  const collect = (tree) => {
    for (const element of tree.querySelectorAll("*")) {
      if (element.matches("button, input, select, a[href]")) all.push(element);
      if (element.shadowRoot) collect(element.shadowRoot);
    }
  };
  collect(document);
  for (const control of all) {
    if (!control.checkVisibility({ visibilityProperty: true })) continue;
    if (control.matches(".pc-user")) continue;
    const { width, height } = (control.closest("label") ?? control).getBoundingClientRect();
    if (height < 44 || width < 44) {
      found.push(`too small for a finger: ${control.outerHTML.slice(0, 80)} ${width} × ${height}`);
    }
  }
  return found;
}

const GATES = `<main><h1>Gates</h1>
<pc-permission-gate id="write" require="notes:write"><p>may write</p>
  <p slot="fallback">sign in first</p><p slot="loading">one moment</p>
  <p slot="offline">no connection</p></pc-permission-gate>
<pc-permission-gate id="read" require="notes:read"><p>may read all</p>
  <p slot="denied">may not read all</p></pc-permission-gate>
<pc-permission-gate id="any" any="notes:read notes:write"><p>any</p></pc-permission-gate>
<pc-permission-gate id="all" all="notes:read notes:write"><p>all</p></pc-permission-gate>
<pc-permission-gate id="not" not="notes:read"><p>not</p></pc-permission-gate>
<pc-permission-gate id="nothing"><p>nothing asked</p></pc-permission-gate>
<pc-permission-gate id="template" require="notes:write"><template><b>made</b> late</template>
  <template slot="fallback">kept <i>out</i></template></pc-permission-gate>
<pc-signed-in><p>inside</p></pc-signed-in><pc-signed-out><p>outside</p></pc-signed-out></main>`;
const TOOLS = `${GATES}<pc-devtools></pc-devtools>`;
const CARD = `<main><h1>Orders</h1><pc-sign-in></pc-sign-in></main>`;
const MENU = `<header><pc-user-menu account-href="/account"><a slot="items" href="/help">Help</a>
</pc-user-menu></header><main><h1>Orders</h1></main>`;
const FRENCH = `<main><h1>Orders</h1><div lang="fr-CA"><pc-sign-in></pc-sign-in></div></main>`;

/** What is there while the tests of a file run. */
class World {
  /** The pages' folder. @type {Folder} */
  ui = /** @type {never} */ (undefined);
  /** @type {Server} */
  server = /** @type {never} */ (undefined);
  /** @type {import("playwright-core").Browser} */
  browser = /** @type {never} */ (undefined);
}

/** Sets up for the tests of a file: a server that serves the pages, and Chromium. */
export function suite() {
  const world = new World();
  before(async () => {
    world.ui = await Folder.make();
    await world.ui.write({
      ...FILES,
      "gates.html": html(GATES),
      "card.html": html(CARD),
      "menu.html": html(MENU),
      "devtools.html": html(TOOLS, { setup: "devtools.js" }),
      "french.html": html(FRENCH),
      "german.html": html(CARD, { lang: "de" }),
      "japanese.html": html(CARD, { lang: "ja" }),
      "spanish.html": html(CARD, { lang: "es" }),
      "redirect.html": html(`<main><h1>Orders</h1><pc-sign-in redirect></pc-sign-in></main>`),
    });
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
   * @param {string} path
   * @param {(visitor: Visitor, page: Page) => Promise<void>} run
   */
  const visit = (name, path, run) =>
    test(name, async () => {
      const visitor = await Visitor.arrive(world.browser);
      try {
        await run(visitor, await visitor.open(world.server.url + path));
        assert.deepEqual(visitor.problems, []);
      } finally {
        await visitor.leave();
      }
    });
  return { world, visit };
}

/** @param {Page} page @param {string} status */
export const until = (page, status) =>
  page.waitForFunction((status) => auth.session.status === status, status);

/** The element that has the focus, through all shadows: its tag and name. @param {Page} page */
export const focused = (page) =>
  page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    const { name } = /** @type {HTMLInputElement} */ (element);
    const words = element?.getAttribute("aria-label") ?? element?.textContent;
    return `${element?.localName} ${name || words}`;
  });

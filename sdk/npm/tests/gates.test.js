/**
 * Ten thousand gates on a page: how fast they follow a change of permissions, and that none is
 * forgotten, none follows twice, and no frame shows half of them.
 */

import assert from "node:assert/strict";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { build } from "esbuild";

import { Admin } from "./lib/admin.js";
import { launch, Visitor } from "./lib/browser.js";
import { Folder, published, REPOSITORY, ROOT } from "./lib/package.js";
import { Server } from "./lib/server.js";
import { signUp } from "./lib/suite.js";

/** @typedef {import("./gates/watch.ts").Followed} Followed */

const GATES = 10_000;
/** Milliseconds in a frame at 60 Hz: what the figures are held beside. They decide no test. */
const FRAME = 1000 / 60;
/** Where the figures go, beside the pictures. */
const FIGURES = process.env.PORTCULLIS_SCREENSHOTS ?? join(REPOSITORY, "target/screenshots");
const CONFIG = `
[[roles]]
name = "user"
description = "Everybody."
permissions = []

[[roles]]
name = "editor"
description = "May edit every document."
permissions = ["docs:*", "covers:edit"]

[[roles]]
name = "painter"
description = "May do what no gate asks about."
permissions = ["walls:paint"]
`;

const PAGES = { elements: "<pc-permission-gate>", react: "<PermissionGate> of React" };

/** @param {string} script */
const html = (script) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Gates</title>
<link rel="icon" href="data:,"><body data-count="${GATES}">
<script type="module" src="${script}.js"></script></body></html>\n`;

/** @type {Folder} */
let ui;
/** @type {Server} */
let server;
/** @type {Admin} */
let admin;
/** @type {import("playwright-core").Browser} */
let browser;
/** By the page's name. @type {Record<string, object>} */
const figures = {};
before(async () => {
  ui = await Folder.make();
  await ui.write({
    "index.html": "<!doctype html><title>Gates</title>",
    "elements.html": html("elements"),
    "react.html": html("react"),
  });
  await build({
    absWorkingDir: ROOT,
    entryPoints: ["tests/gates/elements.ts", "tests/gates/react.tsx"],
    outdir: ui.path,
    bundle: true,
    splitting: true,
    format: "esm",
    jsx: "automatic",
    minify: true,
    // As people are served it.
    define: { "process.env.NODE_ENV": '"production"' },
    plugins: [published],
    logLevel: "error",
  });
  await cp(`${ROOT}dist/portcullis_sdk_bg.wasm`, ui.at("portcullis_sdk_bg.wasm"));
  server = await Server.start({ ui: ui.path, config: CONFIG });
  admin = await Admin.of(server);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await ui?.remove();
  await mkdir(FIGURES, { recursive: true });
  const text = JSON.stringify({ gates: GATES, frame: FRAME, ...figures }, undefined, 2);
  await writeFile(join(FIGURES, "gates.json"), `${text}\n`);
});

/**
 * Opens a page of gates, signs up there, and hands over what gives the user a role or takes it away
 * and says what came of it.
 * @param {string} path
 * @param {(change: (how: "give" | "take", role: string) => Promise<Followed>) => Promise<void>} run
 */
async function visit(path, run) {
  const visitor = await Visitor.arrive(browser);
  try {
    const page = await visitor.open(server.url + path);
    await signUp(page);
    const user = await page.evaluate(() => ("user" in auth.session ? auth.session.user.id : ""));
    await run(async (how, role) => {
      const moves = role === "editor";
      const change = await page.evaluateHandle((moves) => ({ over: window.change(moves) }), moves);
      await admin[how](user, role);
      return change.evaluate(({ over }) => over);
    });
    assert.deepEqual(visitor.problems, []);
  } finally {
    await visitor.leave();
  }
}

/** @param {number[]} values */
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1] ?? NaN;

for (const [name, gate] of Object.entries(PAGES)) {
  test(`${GATES} ${gate}: each follows once, and the next frame shows all of them`, async (t) => {
    /** @type {Followed[]} */
    const moved = [];
    /** @type {Followed[]} */
    const unmoved = [];
    await visit(`/${name}.html`, async (change) => {
      for (let round = 0; round < 3; round += 1) {
        for (const how of /** @type {const} */ (["give", "take"])) {
          const followed = await change(how, "editor");
          const { frames, frame, least, most } = followed;
          assert.deepEqual(frames, how === "give" ? [0, GATES] : [GATES, 0], "no frame shows some");
          assert.deepEqual({ least, most }, { least: 1, most: 1 }, "each gate follows once");
          assert.equal(frame, 1, "it is the next frame that shows it");
          moved.push(followed);

          const other = await change(how, "painter");
          assert.equal(other.most, 0, "no gate moves for what it does not ask about");
          unmoved.push(other);
        }
      }
    });
    const found = {
      decided: median(unmoved.map(({ told }) => told)),
      followed: median(moved.map(({ script }) => script)),
      drawn: median(moved.map(({ drawn }) => drawn)),
    };
    figures[name] = found;
    const [decided, followed, drawn] = Object.values(found).map((time) => `${time.toFixed(1)} ms`);
    t.diagnostic(
      `${GATES} ${gate} decide anew in ${decided}; where all of them change, that takes ${followed}, ` +
        `and ${drawn} until they are drawn (medians of ${moved.length}); ` +
        `a frame at 60 Hz is ${FRAME.toFixed(1)} ms`,
    );
  });

  test(`${gate}: a frame with half of the gates would be noticed, and a gate that is forgotten`, async () => {
    await visit(`/${name}.html?half`, async (change) => {
      const { frames, least, most } = await change("give", "editor");
      assert.deepEqual(frames, [0, GATES / 2, GATES]);
      assert.deepEqual({ least, most }, { least: 1, most: 1 });
    });
    await visit(`/${name}.html?deaf`, async (change) => {
      const { frames, least, most } = await change("give", "editor");
      assert.deepEqual(frames, [0, GATES - 1]);
      assert.deepEqual({ least, most }, { least: 0, most: 1 });
    });
  });
}

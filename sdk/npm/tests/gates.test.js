/** Gates on a page: how many, how fast, and that none is forgotten when permissions change. */

import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { after, before, test } from "node:test";

import { Admin } from "./lib/admin.js";
import { launch, Visitor } from "./lib/browser.js";
import { Folder, ROOT } from "./lib/package.js";
import { Server } from "./lib/server.js";
import { signUp } from "./lib/suite.js";

const GATES = 10_000;
/** Milliseconds in a frame at 60 Hz: what the figure is held beside. */
const FRAME = 1000 / 60;
const CONFIG = `
[[roles]]
name = "user"
description = "Everybody."
permissions = []

[[roles]]
name = "editor"
description = "May edit every document."
permissions = ["docs:*", "covers:edit"]
`;

/** @type {Folder} */
let ui;
/** @type {Server} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
  ui = await Folder.make();
  await ui.write({
    "index.html": `<!doctype html><html lang="en"><meta charset="utf-8"><title>Gates</title>
<link rel="icon" href="data:,"><script type="module" src="main.js"></script></html>\n`,
    "main.js": `import { createAuth } from "./sdk/index.js";\nwindow.auth = createAuth();\n`,
  });
  await cp(`${ROOT}dist`, ui.at("sdk"), { recursive: true });
  server = await Server.start({ ui: ui.path, config: CONFIG });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await ui?.remove();
});

test("10,000 gates follow a change of permissions before the next frame", async (t) => {
  const admin = await Admin.of(server);
  const visitor = await Visitor.arrive(browser);
  const page = await visitor.open(server.url);
  await signUp(page);
  const user = await page.evaluate(() => ("user" in auth.session ? auth.session.user.id : ""));

  // A thousand different permissions, some known by a wildcard alone, some exactly, some negated.
  await page.evaluate((count) => {
    /** @type {Element[]} */
    const gates = [];
    let begun = 0;
    const record = { frames: 0, changed: 0, took: 0, rounds: 0 };
    auth.subscribe(() => (begun = performance.now()));
    for (let index = 0; index < count; index += 1) {
      const gate = document.createElement("i");
      const number = index % 1000;
      const question =
        index % 10 === 0
          ? { not: `docs:edit:${number}` }
          : index % 10 === 1
            ? { any: ["covers:edit", `docs:read:${number}`] }
            : { require: `docs:edit:${number}` };
      const show = () => {
        const open = auth.decide(question) === "allowed";
        if (gate.hidden === open) {
          gate.hidden = !open;
          record.changed += 1;
        }
      };
      show();
      auth.onChange(show);
      gates.push(gate);
    }
    document.body.append(...gates);
    record.changed = 0;
    auth.onChange(() => {
      record.took = performance.now() - begun;
      record.rounds += 1;
    });
    const frame = () => {
      // A frame in which some gates have followed and others have not.
      if (record.changed % count) record.frames += 1;
      requestAnimationFrame(frame);
    };
    frame();
    Object.assign(window, { gates, record });
  }, GATES);

  /** @param {boolean} open */
  const all = async (open) => {
    await page.waitForFunction(
      ({ open, count }) => {
        const gates = /** @type {HTMLElement[]} */ (Reflect.get(window, "gates"));
        return gates.filter((gate, index) => gate.hidden === (index % 10 === 0) === open).length === count;
      },
      { open, count: GATES },
    );
    return page.evaluate(() => ({ .../** @type {any} */ (Reflect.get(window, "record")) }));
  };
  const figures = [];
  for (let round = 0; round < 3; round += 1) {
    await admin.give(user, "editor");
    const given = await all(true);
    await admin.take(user, "editor");
    const taken = await all(false);
    figures.push(given.took, taken.took);
    assert.equal(taken.changed, 2 * GATES * (round + 1), "each gate changes once each time");
    assert.equal(taken.frames, 0, "no frame shows half of the gates");
  }
  const sorted = figures.sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? NaN;
  t.diagnostic(
    `${GATES} gates re-evaluated in ${median.toFixed(1)} ms (median of ${figures.length}); ` +
      `a frame at 60 Hz is ${FRAME.toFixed(1)} ms`,
  );
  assert.deepEqual(visitor.problems, []);
  await visitor.leave();
});

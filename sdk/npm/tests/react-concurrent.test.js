/**
 * React that renders concurrently: whatever it interrupts, throws away, puts off or keeps waiting,
 * no two gates with the same question disagree in anything that it commits.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { build } from "esbuild";

import { launch, Visitor } from "./lib/browser.js";
import { Folder } from "./lib/package.js";
import { ADA, development, VERSIONS } from "./lib/react.js";
import { Site } from "./lib/site.js";

/** @typedef {import("playwright-core").Page} Page */

const ROWS = 40;

/** @type {Folder} */
let ui;
/** @type {Site} */
let site;
/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
  ui = await Folder.make();
  for (const [version, alias] of Object.entries(VERSIONS)) {
    const entryPoints = { [version]: "tests/react/concurrent.tsx" };
    await build({ ...development(alias), entryPoints, splitting: true, outdir: ui.path });
    await ui.write({
      [`${version}.html`]: `<!doctype html><html lang="en"><meta charset="utf-8"><title>App</title>
<link rel="icon" href="data:,"><div id="root"></div><script type="module" src="${version}.js"></script>
</html>\n`,
    });
  }
  site = await Site.start(ui.path);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await site?.stop();
  await ui?.remove();
});

/**
 * What each commit since this was asked last showed: for each question what all who ask it said,
 * and whatever else could be seen. Without repetitions.
 * @param {Page} page
 */
const commits = (page) =>
  page.evaluate(() => {
    const texts = window.stage.commits.splice(0).map(({ answers, others }) => {
      const said = Object.entries(answers).map(([asked, all]) => `${asked} ${all.join("/")}`);
      return [...said.sort(), ...others].join(", ");
    });
    return texts.filter((text, index) => text !== texts[index - 1]);
  });

/** Waits until something can be read in the document. @param {Page} page @param {string} selector */
const until = (page, selector) => page.waitForSelector(selector, { state: "attached" });

const LAST = `#list p:nth-of-type(${ROWS})`;

for (const version of Object.keys(VERSIONS)) {
  /**
   * @param {string} name
   * @param {(page: Page) => Promise<void>} run
   * @param {"naive"[]} [ways] how rows ask; left out: in each of the package's ways
   */
  const visit = (name, run, ways) =>
    test(`${version}: ${name}`, async () => {
      const visitor = await Visitor.arrive(browser);
      try {
        const page = await visitor.context.newPage();
        await page.goto(`${site.url}/${version}.html`);
        await page.waitForFunction(() => "start" in window);
        await page.evaluate(({ session, ways }) => window.start(session, ways), { session: ADA, ways });
        await until(page, "#list");
        // Until effects have run, too.
        await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)));
        assert.deepEqual(await commits(page), ["notes:purge false, notes:read false, notes:write true"]);
        await run(page);
        assert.deepEqual(visitor.problems, []);
      } finally {
        await visitor.leave();
      }
    });

  /** Has the rows rendered in a transition, and rights taken in the middle of it. @param {Page} page */
  const mount = async (page) => {
    await page.evaluate((rows) => {
      const { stage } = window;
      stage.midway = { row: 15, act: () => stage.auth.test.setRoles({ permissions: [] }) };
      stage.later({ rows, text: "new" });
    }, ROWS);
    await until(page, LAST);
    assert.equal(await page.evaluate(() => "text" in window.stage && !window.stage.text), true);
    return commits(page);
  };

  visit("rows that are mounted in a transition agree, though rights go meanwhile", async (page) => {
    assert.deepEqual(await mount(page), [
      "notes:purge false, notes:read false, notes:write true, pending",
      "notes:purge false, notes:read false, notes:write false, pending",
      "notes:purge false, notes:read false, notes:write false",
    ]);
  });

  visit(
    "a store that is not made for that tears there, and would be noticed",
    async (page) => {
      const torn = (await mount(page)).filter((text) => text.includes("/"));
      assert.notDeepEqual(torn, []);
    },
    ["naive"],
  );

  visit("a component follows, though its child hears first and asks by its functions", async (page) => {
    for (const permissions of [[], ["notes:write"]]) {
      await page.evaluate((permissions) => window.stage.auth.test.setRoles({ permissions }), permissions);
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)));
    }
    assert.deepEqual(await commits(page), [
      "notes:purge false, notes:read false, notes:write false",
      "notes:purge false, notes:read false, notes:write true",
    ]);
  });

  visit("rows that change in a transition agree, though rights go and come back", async (page) => {
    await page.evaluate((rows) => window.stage.now({ rows }), ROWS);
    await until(page, LAST);
    await commits(page);
    for (const [text, permissions] of /** @type {const} */ ([
      ["new", []],
      ["newer", ["notes:*"]],
    ])) {
      const before = await page.locator(LAST).getAttribute("data-text");
      await page.evaluate(
        ([text, permissions]) => {
          const { stage } = window;
          const act = () => stage.auth.test.setRoles({ permissions: [...permissions] });
          stage.midway = { row: 15, act };
          stage.later({ text });
        },
        /** @type {const} */ ([text, permissions]),
      );
      await until(page, `${LAST}[data-text=${text}]`);
      // It happened while the rows of before were still to be seen.
      assert.equal(await page.evaluate(() => window.stage.text), before);
    }
    assert.deepEqual(await commits(page), [
      "notes:purge false, notes:read false, notes:write true, pending",
      "notes:purge false, notes:read false, notes:write false, pending",
      "notes:purge false, notes:read false, notes:write false",
      "notes:purge false, notes:read false, notes:write false, pending",
      "notes:purge true, notes:read true, notes:write true, pending",
      "notes:purge true, notes:read true, notes:write true",
    ]);
  });

  visit("in a transition, too, only those render whose own answer changes", async (page) => {
    await page.evaluate((rows) => window.stage.now({ rows }), ROWS);
    await until(page, LAST);
    const rendered = await page.evaluate(
      async () => {
        const { stage } = window;
        const clear = () => {
          for (const name of Object.keys(window.renders)) window.renders[name] = 0;
        };
        const names = () => Object.keys(window.renders).filter((name) => window.renders[name]);
        const settled = () => new Promise((resolve) => setTimeout(resolve, 50));
        /** @type {string[][]} */
        const rendered = [];
        // The transition itself renders none of them; and then rights change in the middle of one.
        for (const permissions of [
          ["notes:write"],
          ["notes:write", "notes:purge"],
          ["notes:write", "notes:purge", "notes:read"],
          ["notes:*"],
          ["notes:read"],
        ]) {
          clear();
          await new Promise((resolve) => {
            const act = () => {
              stage.auth.test.setRoles({ permissions });
              resolve(undefined);
            };
            stage.midway = { row: 15, act };
            stage.later({ text: permissions.join() });
          });
          while (document.querySelector(".other")) await settled();
          rendered.push(names());
        }
        // Said within a transition, a change of the session is not put off.
        clear();
        stage.startTransition(() => stage.auth.test.setRoles({ permissions: ["notes:write"] }));
        await Promise.resolve();
        rendered.push(names());
        return rendered;
      },
    );
    assert.deepEqual(rendered, [
      [],
      ["purge"],
      ["other"],
      [],
      ["write", "purge", "some"],
      ["write", "some", "other"],
    ]);
    for (const text of await commits(page)) assert.doesNotMatch(text, /\//);
  });

  visit("a deferred question and its answer are of the same moment", async (page) => {
    await page.evaluate((rows) => window.stage.now({ rows }), ROWS);
    await until(page, LAST);
    await commits(page);
    await page.evaluate(() => {
      const { stage } = window;
      stage.midway = {
        row: 15,
        act: () => stage.auth.test.setRoles({ permissions: ["notes:purge"] }),
      };
      stage.now({ asked: "notes:purge" });
    });
    await until(page, `${LAST}[data-asked="notes:purge"]`);
    assert.equal(await page.evaluate(() => window.stage.text), "old");
    assert.deepEqual(await commits(page), [
      // The rows still ask the question of before.
      "notes:purge false, notes:read false, notes:write true",
      "notes:purge true, notes:read false, notes:write false",
    ]);
  });

  visit("what waits behind a gate is given up when the gate shuts", async (page) => {
    await page.evaluate(() => window.stage.now({ gated: "secret" }));
    await page.getByText("waiting").waitFor();
    await page.evaluate(() => window.stage.auth.test.setRoles({ permissions: [] }));
    await page.getByText("waiting").waitFor({ state: "detached" });
    await page.evaluate(() => window.stage.loaded("secret"));
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)));
    await page.evaluate(() => window.stage.auth.test.setRoles({ permissions: ["notes:write"] }));
    await page.getByText("secret").waitFor();
    assert.deepEqual(await commits(page), [
      "notes:purge false, notes:read false, notes:write true, waiting",
      "notes:purge false, notes:read false, notes:write false",
      "notes:purge false, notes:read false, notes:write true, secret",
    ]);
  });

  visit("gates that are hidden while something waits are right when they come back", async (page) => {
    await page.evaluate(() => window.stage.now({ beside: "picture" }));
    await page.getByText("waiting").waitFor();
    await page.evaluate(() => window.stage.auth.test.setRoles({ permissions: [] }));
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)));
    await page.evaluate(() => window.stage.loaded("picture"));
    await page.getByText("picture").waitFor();
    assert.deepEqual(await commits(page), [
      "notes:purge false, notes:read false, notes:write true, waiting",
      "notes:purge false, notes:read false, notes:write false, waiting",
      "notes:purge false, notes:read false, notes:write false, picture",
    ]);
  });

  visit("a transition that waits leaves gates that follow", async (page) => {
    await page.evaluate(() => window.stage.later({ gated: "secret", beside: "picture" }));
    await page.getByText("pending").waitFor();
    for (const permissions of [[], ["notes:write"], []]) {
      await page.evaluate((permissions) => window.stage.auth.test.setRoles({ permissions }), permissions);
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)));
    }
    await page.evaluate(() => window.stage.loaded("picture"));
    await page.getByText("picture").waitFor();
    await page.evaluate(() => window.stage.auth.test.setRoles({ permissions: ["notes:write"] }));
    await page.evaluate(() => window.stage.loaded("secret"));
    await page.getByText("secret").waitFor();
    const seen = await commits(page);
    assert.deepEqual(seen.slice(0, 5), [
      "notes:purge false, notes:read false, notes:write true, pending",
      "notes:purge false, notes:read false, notes:write false, pending",
      "notes:purge false, notes:read false, notes:write true, pending",
      "notes:purge false, notes:read false, notes:write false, pending",
      "notes:purge false, notes:read false, notes:write false, picture",
    ]);
    for (const text of seen) assert.doesNotMatch(text, /\//);
  });
}

/**
 * For examples whose server renders pages: what it sends is right for whoever asks, and from then on
 * nothing wrong is shown, not for a moment.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Visitor } from "./visitor.js";

const SIGN_IN = "Create account";
const OWN = "You see your own notes.";
const ALL = "You are a moderator";
const WRITE = "New note";

/** Who comes, what they see, and what they must never see. */
const PEOPLE = [
  { who: "nobody", roles: undefined, right: [SIGN_IN], wrong: ["Hello", OWN, ALL, WRITE] },
  { who: "a user", roles: [], right: ["Hello, Ada", OWN, WRITE], wrong: [SIGN_IN, ALL] },
  { who: "a moderator", roles: ["moderator"], right: ["Hello, Ada", ALL, WRITE], wrong: [SIGN_IN, OWN] },
];

/**
 * Declares the tests.
 * @param {import("./suite.js").World} world
 * @param {string} name of the example
 */
export function firstPaint(world, name) {
  for (const { who, roles, right, wrong } of PEOPLE) {
    test(`${name}: the first paint is right for ${who}, and stays`, async () => {
      const account = roles && (await world.server.account({ name: "Ada", roles }));
      await account?.api.ask("POST", "/api/notes", { text: "Water the ferns" });
      const token = account?.api.token;

      const plain = await arrive(world, token, false);
      const sent = await plain.page.innerText("main");
      assert.deepEqual(right.filter((words) => !sent.includes(words)), [], sent);
      assert.deepEqual(wrong.filter((words) => sent.includes(words)), [], sent);
      await plain.visitor.leave();

      const { visitor, page } = await arrive(world, token, true);
      // Only the browser's half does what comes now: so it has taken over.
      if (account) await page.getByRole("button", { name: "Delete" }).first().waitFor();
      else await signInWrongly(page);
      const shown = await page.evaluate(() => /** @type {string[]} */ (globalThis.shown));
      assert.ok(shown.length > 0);
      for (const words of wrong) {
        assert.deepEqual(shown.filter((text) => text.includes(words)), [], words);
      }
      for (const words of right) {
        const first = shown.findIndex((text) => text.includes(words));
        assert.ok(first >= 0, words);
        assert.deepEqual(shown.slice(first).filter((text) => !text.includes(words)), [], words);
      }
      if (!account) visitor.excuse();
      assert.deepEqual(visitor.problems, []);
      await visitor.leave();
    });
  }
}

/** @param {import("playwright-core").Page} page */
async function signInWrongly(page) {
  await page.getByLabel("Email").fill("nobody@example.com");
  await page.getByLabel("Password").fill("not the right one");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("alert").getByText(/\w/).waitFor();
}

/**
 * Opens the example as somebody, in a browser that keeps each text that its main part has shown.
 * @param {import("./suite.js").World} world
 * @param {string | undefined} token of their session
 * @param {boolean} javaScriptEnabled
 */
async function arrive(world, token, javaScriptEnabled) {
  const context = await world.browser.newContext({ javaScriptEnabled });
  if (token) {
    const cookie = { name: "__Host-portcullis", value: token, secure: true, httpOnly: true };
    // Cookies know no ports, and Playwright takes secure ones for https alone.
    await context.addCookies([{ ...cookie, url: "https://localhost" }]);
  }
  await context.addInitScript(() => {
    const shown = /** @type {string[]} */ ((globalThis.shown = []));
    const look = () => {
      const text = document.querySelector("main")?.innerText ?? "";
      if (text !== shown.at(-1)) shown.push(text);
    };
    const all = { subtree: true, childList: true, characterData: true, attributes: true };
    new MutationObserver(look).observe(document, all);
  });
  const visitor = new Visitor(context);
  return { visitor, page: await visitor.open(world.url) };
}

/** Gates and menu as custom elements on plain pages, against the real server and its strict policy. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Admin } from "./lib/admin.js";
import { Visitor } from "./lib/browser.js";
import { focused, inspect, suite, until } from "./lib/elements.js";
import { signUp } from "./lib/suite.js";

const { world, visit } = suite();

/** @typedef {import("playwright-core").Page} Page */

/** What can be seen of the page, line by line. @param {Page} page */
async function seen(page) {
  await page.waitForFunction(() => auth.session.status !== "loading");
  const lines = await page.evaluate(() => document.querySelector("main")?.innerText ?? "");
  return lines.split(/\s*\n\s*/).filter(Boolean);
}

/** @param {Page} page */
const userId = (page) => page.evaluate(() => ("user" in auth.session ? auth.session.user.id : ""));

visit("gates show the slot of their verdict, and follow each change", "/gates.html", async (_, page) => {
  assert.deepEqual(await seen(page), ["Gates", "sign in first", "kept out", "outside"]);
  await page.evaluate(() => {
    const verdicts = /** @type {string[]} */ ((globalThis.verdicts = []));
    addEventListener("pc-verdict", (event) => {
      const { target, detail } = /** @type {CustomEvent} */ (event);
      verdicts.push(`${/** @type {Element} */ (target).id} ${detail.verdict}`);
    });
  });
  await signUp(page);
  const own = ["Gates", "may write", "may not read all", "any", "not", "made late", "inside"];
  assert.deepEqual(await seen(page), own);
  assert.equal(await page.locator("#read").getAttribute("verdict"), "denied");
  const verdicts = await page.evaluate(() => /** @type {string[]} */ (globalThis.verdicts));
  assert.ok(verdicts.includes("write allowed") && verdicts.includes("nothing denied"));
  // What came of a template is gone with its slot.
  assert.equal(await page.locator("#template i").count(), 0);
  assert.equal(await page.locator("#template b").count(), 1);

  const admin = await Admin.of(world.server);
  await admin.give(await userId(page), "moderator");
  await page.getByText("may read all", { exact: true }).waitFor();
  const both = ["Gates", "may write", "may read all", "any", "all", "made late", "inside"];
  assert.deepEqual(await seen(page), both);
  await page.evaluate(() => auth.signOut());
  assert.deepEqual(await seen(page), ["Gates", "sign in first", "kept out", "outside"]);
  assert.equal(await page.locator("#template b").count(), 0);
});

visit("a gate asks anew when its attributes or its children change", "/gates.html", async (_, page) => {
  await signUp(page);
  const gate = page.locator("#read");
  await page.getByText("may not read all").waitFor();
  await gate.evaluate((gate) => gate.setAttribute("require", "notes:write"));
  await page.getByText("may read all", { exact: true }).waitFor();
  await gate.evaluate((gate) => gate.setAttribute("require", "notes"));
  await page.getByText("may not read all").waitFor();
  await gate.evaluate((gate) => gate.querySelector("[slot=denied]")?.remove());
  assert.equal(await gate.evaluate((gate) => /** @type {HTMLElement} */ (gate).innerText), "");
  await gate.evaluate((gate) => {
    const template = document.createElement("template");
    template.slot = "fallback";
    template.content.append("instead");
    gate.append(template);
  });
  await page.getByText("instead").waitFor();
  // Out of the page it asks nothing, and back in it asks again.
  await gate.evaluate((gate) => {
    const { parentNode } = gate;
    gate.remove();
    gate.setAttribute("require", "notes:write");
    parentNode?.append(gate);
  });
  await page.getByText("may read all", { exact: true }).waitFor();
  assert.equal(await page.getByText("instead").count(), 0);
});

test("a gate on one resource shows what the server says of it", async () => {
  const visitor = await Visitor.arrive(world.browser);
  const page = await visitor.open(`${world.server.url}/gates.html`);
  await signUp(page);
  await page.evaluate(() => {
    const gate = document.createElement("pc-permission-gate");
    gate.setAttribute("require", "notes:write");
    gate.setAttribute("on", "note:42");
    gate.append("on this one");
    document.querySelector("main")?.append(gate);
  });
  await page.waitForFunction(() => {
    const verdict = document.querySelector("[on]")?.getAttribute("verdict");
    return verdict === "allowed" || verdict === "denied";
  });
  await visitor.leave();
});

test("nothing that is guarded is seen before the elements are defined, nor if they never are", async () => {
  const visitor = await Visitor.arrive(world.browser);
  const page = await visitor.context.newPage();
  await page.route("**/sdk/elements/**/*.js", (route) => route.abort());
  await page.goto(`${world.server.url}/gates.html`);
  const lines = await page.evaluate(() => document.querySelector("main")?.innerText.trim());
  assert.equal(lines, "Gates");
  assert.equal(await page.locator("#template b").count(), 0);
  await visitor.leave();
});

visit("the menu shows who is signed in, by keyboard, and signs out", "/menu.html", async (_, page) => {
  assert.equal(await page.getByRole("button").count(), 0);
  await signUp(page);
  const opener = page.getByRole("button", { name: "Your account: Ada" });
  await opener.focus();
  await page.keyboard.press("ArrowDown");
  assert.equal(await focused(page), "a Account");
  assert.deepEqual(await inspect(page, "menu"), []);
  for (const item of ["a Help", "button Sign out", "button Sign out everywhere", "a Account"]) {
    await page.keyboard.press("ArrowDown");
    assert.equal(await focused(page), item);
  }
  await page.keyboard.press("ArrowUp");
  assert.equal(await focused(page), "button Sign out everywhere");
  await page.keyboard.press("Escape");
  assert.equal(await focused(page), "button Your account: Ada");
  assert.equal(await opener.getAttribute("aria-expanded"), "false");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Sign out everywhere" }).waitFor();
  await page.mouse.click(10, 400);
  assert.equal(await page.getByRole("button", { name: "Sign out everywhere" }).count(), 0);
  await opener.click();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await until(page, "signedOut");
  assert.equal(await page.getByRole("button").count(), 0);
});

visit("the menu opens to the side where there is room", "/menu.html", async (_, page) => {
  await signUp(page);
  await page.setViewportSize({ width: 320, height: 640 });
  const opener = page.getByRole("button", { name: "Your account: Ada" });
  for (const dir of ["ltr", "rtl"]) {
    for (const side of ["start", "center", "end"]) {
      await page.locator("header").evaluate(
        (header, { dir, side }) => {
          header.setAttribute("dir", dir);
          header.style.justifyContent = side;
        },
        { dir, side },
      );
      await opener.click();
      const sheet = await page.locator("pc-user-menu").evaluate((menu) => {
        const { left, right } =
          menu.shadowRoot?.querySelector(".sheet")?.getBoundingClientRect() ?? new DOMRect(-1);
        return { left, right };
      });
      assert.ok(sheet.left >= 0 && sheet.right <= 320, JSON.stringify({ dir, side, sheet }));
      await opener.click();
    }
  }
});

visit("the menu says when signing out did not work", "/menu.html", async (visitor, page) => {
  await signUp(page);
  await page.getByRole("button", { name: "Your account: Ada" }).click();
  await page.route("**/api/auth/sign-out", (route) => route.abort());
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.getByRole("alert").getByText("The server can’t be reached.").waitFor();
  assert.equal(visitor.excuse().length, 1);
});

test("speaks the language of the element, of the page, or of the browser", async () => {
  for (const [path, button] of [
    ["/french.html", "Se connecter"],
    ["/german.html", "Anmelden"],
    ["/spanish.html", "Iniciar sesión"],
    ["/japanese.html", "ログイン"],
  ]) {
    const visitor = await Visitor.arrive(world.browser);
    const page = await visitor.open(world.server.url + path);
    await page.getByRole("button", { name: button ?? "", exact: true }).waitFor();
    const loaded = visitor.requested.filter((path) => /\/text\/[a-z]{2}\.js$/.test(path));
    assert.equal(loaded.length, 1, loaded.join());
    assert.deepEqual(await inspect(page, path?.slice(1, -5) ?? ""), []);
    await page.locator("pc-sign-in").evaluate((card) => card.setAttribute("lang", "en"));
    await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
    await visitor.leave();
  }
});

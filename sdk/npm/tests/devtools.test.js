/** The panel for developers: what it tells, to whom, and that it can be read and handled by all. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Admin } from "./lib/admin.js";
import { focused, inspect, suite, until } from "./lib/elements.js";
import { source } from "./lib/package.js";
import { signUp } from "./lib/suite.js";

/** @typedef {import("playwright-core").Page} Page */

const { world, visit } = suite();

/** @type {Promise<Admin> | undefined} */
let admin;
/** An admin of the server. */
const theAdmin = () => (admin ??= Admin.of(world.server));

/** @param {Page} page @param {string} name */
const button = (page, name) => page.getByRole("button", { name, exact: true });

/** Opens the panel. @param {Page} page */
const open = (page) => button(page, "Portcullis devtools").click();

/** Waits for a line that says so. @param {Page} page @param {string | RegExp} text */
const line = (page, text) => page.locator("pc-devtools li").filter({ hasText: text }).first().waitFor();

/** The lines that are shown: kind and text of each. @param {Page} page */
const lines = (page) =>
  page.locator("pc-devtools").evaluate((panel) =>
    [...(panel.shadowRoot?.querySelectorAll("li:not([hidden])") ?? [])].map((item) =>
      [".kind", ".text"].map((part) => item.querySelector(part)?.textContent).join(" "),
    ),
  );

/** @param {Page} page */
const userId = (page) => page.evaluate(() => ("user" in auth.session ? auth.session.user.id : ""));

visit("the panel tells of the session, locks, tabs and gates as it happens", "/devtools.html", async (visitor, page) => {
  await until(page, "signedOut");
  await open(page);
  // From the beginning, though it was shut until now.
  await line(page, "The client of this tab starts");
  await line(page, "The server says that nobody is signed in");
  await line(page, "The session is signedOut now: anonymous");
  await signUp(page);
  await line(page, "A sign-in has succeeded");
  await line(page, "notes:read is denied, was signedOut");
  await line(page, "notes:write is allowed, was signedOut");
  await line(page, "Has the lock “leader”");
  await line(page, "The server’s stream of events is open");
  const admin = await theAdmin();
  await admin.give(await userId(page), "moderator");
  await line(page, "The server says that roles or permissions have changed");
  await line(page, "notes:read is allowed, was denied");
  const other = await visitor.open(`${world.server.url}/devtools.html`);
  await until(other, "signedIn");
  await line(page, "Another tab: what the server says about the session");
  await other.evaluate(() => auth.signOut());
  // Whoever is faster says so: the server's stream tells of the end before the other tab has its
  // answer, and then that tab has nothing to tell any more.
  await line(page, /Another tab: the user has signed out|The server says that the session is over/);
  await line(page, /The session is signedOut now: (signedOut|ended)/);
  await line(page, "Gives the lock “leader” back");
  const all = await lines(page);
  // What gates decide before the client is there comes first.
  const first = all.filter((text) => !text.startsWith("Gates"))[0];
  assert.equal(first, "Tabs The client of this tab starts");
  // A gate that is asked again and again, as by each that has the same question, is told of once.
  const told = all.filter((text) => text.startsWith("Gates notes:read is denied"));
  assert.deepEqual(told, ["Gates notes:read is denied, was signedOut"]);
});

visit("a line says more when it is opened, and why a gate is shut", "/devtools.html", async (_, page) => {
  await signUp(page);
  await open(page);
  const gate = page.locator("pc-devtools li").filter({ hasText: "notes:read is denied" });
  await gate.click();
  const more = JSON.parse(await gate.locator("pre").innerText());
  assert.deepEqual(more.question, { require: "notes:read" });
  assert.deepEqual(more.why, [{ permission: "notes:read", allowed: false, reason: "not_granted" }]);
});

visit("kinds can be left out, and what is copied is what is shown", "/devtools.html", async (visitor, page) => {
  await visitor.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await signUp(page);
  await open(page);
  await line(page, "The server’s stream of events is open");
  const kinds = new Set((await lines(page)).map((text) => text.split(" ")[0]));
  assert.deepEqual([...kinds].sort(), ["Gates", "Locks", "Session", "Tabs"]);
  for (const name of ["Session", "Tabs", "Gates"]) {
    await page.getByRole("checkbox", { name: new RegExp(`^${name}`) }).uncheck();
  }
  assert.deepEqual(await lines(page), [
    "Locks Asks for the lock “leader”",
    "Locks Has the lock “leader”",
  ]);
  await button(page, "Copy as JSON").click();
  await page.getByText("Copied 2 entries").waitFor();
  const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  assert.deepEqual(
    copied.map((/** @type {{ kind: string, text: string }} */ { kind, text }) => `${kind} ${text}`),
    ["lock Asks for the lock “leader”", "lock Has the lock “leader”"],
  );
  assert.ok(copied[1].took >= 0 && Date.parse(copied[1].at) > 0);
  await page.getByRole("checkbox", { name: /^Locks/ }).uncheck();
  await button(page, "Show all kinds").click();
  assert.equal(await page.getByRole("checkbox", { checked: true }).count(), 5);
  assert.ok((await lines(page)).length > 4);
});

visit("says so where the browser does not let it copy", "/devtools.html", async (_, page) => {
  await until(page, "signedOut");
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });
  await open(page);
  await button(page, "Copy as JSON").click();
  await page.getByText("The browser does not let this page copy.").waitFor();
});

visit("while it is paused nothing moves, and nothing is lost", "/devtools.html", async (_, page) => {
  await until(page, "signedOut");
  await open(page);
  await line(page, "The session is signedOut now");
  await button(page, "Pause").click();
  const before = await lines(page);
  await signUp(page);
  await page.getByText(/^Paused, \d+ newer$/).waitFor();
  assert.deepEqual(await lines(page), before);
  await button(page, "Resume").click();
  await line(page, "A sign-in has succeeded");
  await button(page, "Clear").click();
  assert.deepEqual(await lines(page), []);
  await page.getByText("Nothing to show yet").waitFor();
  await page.evaluate(() => auth.signOut());
  await line(page, "The user signs out");
});

visit("can be handled by keyboard alone", "/devtools.html", async (_, page) => {
  await signUp(page);
  await button(page, "Portcullis devtools").focus();
  await page.keyboard.press("Enter");
  assert.equal(await focused(page), "h2 Portcullis devtools");
  await line(page, "The server’s stream of events is open");
  /** The place in the list that has the focus. */
  const here = () =>
    page.locator("pc-devtools").evaluate((panel) => {
      const items = [...(panel.shadowRoot?.querySelectorAll("summary") ?? [])];
      return items.indexOf(/** @type {HTMLElement} */ (panel.shadowRoot?.activeElement));
    });
  for (const name of ["Pause", "Clear", "Copy as JSON", "Close"]) {
    await page.keyboard.press("Tab");
    assert.equal(await focused(page), `button ${name}`);
  }
  for (let count = 0; count < 5; count += 1) await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  const last = (await lines(page)).length - 1;
  assert.equal(await here(), last, "one of them, the last, is reached by Tab");
  await page.keyboard.press("ArrowUp");
  assert.equal(await here(), last - 1);
  await page.keyboard.press("Home");
  assert.equal(await here(), 0);
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("pc-devtools details[open]").count(), 1);
  await page.keyboard.press("Escape");
  assert.equal(await focused(page), "button Portcullis devtools");
  assert.equal(await page.locator("pc-devtools").getAttribute("open"), null);
});

visit("is fit to be seen in each of its states", "/devtools.html", async (_, page) => {
  await signUp(page);
  const admin = await theAdmin();
  await admin.give(await userId(page), "moderator");
  await page.getByText("may read all", { exact: true }).waitFor();
  const faults = await inspect(page, "devtools-shut");
  await open(page);
  await line(page, "notes:read is allowed, was denied");
  faults.push(...(await inspect(page, "devtools")));
  await page.locator("pc-devtools li").filter({ hasText: /(?<!not )notes:read is allowed/ }).click();
  faults.push(...(await inspect(page, "devtools-more")));
  for (const box of await page.getByRole("checkbox").all()) await box.uncheck();
  faults.push(...(await inspect(page, "devtools-none")));
  await button(page, "Show all kinds").click();
  await button(page, "Pause").click();
  await button(page, "Clear").click();
  faults.push(...(await inspect(page, "devtools-empty")));
  assert.deepEqual(faults, []);
});

visit("costs a page no more than it keeps, whatever happens", "/devtools.html", async (_, page) => {
  await until(page, "signedOut");
  await open(page);
  await page.evaluate(() => {
    for (let number = 0; number < 3_000; number += 1) auth.decide({ require: `notes:${number}` });
  });
  await line(page, "notes:2999 is signedOut");
  assert.ok((await lines(page)).length <= 1_000);
});

test("requests and locks are told of with how long they took", async () => {
  /** @type {typeof import("../src/devtools/reader.ts")} */
  const { Reader } = await source("src/devtools/reader.ts");
  const reader = new Reader();
  /** @param {number} now @param {"event" | "effect"} source @param {string} kind @param {unknown} [about] */
  const read = (now, source, kind, about) => {
    const { text, took, tone } = reader.read({ source, kind, about }, now) ?? {};
    return [text, took, tone];
  };
  assert.deepEqual(read(0, "effect", "request", { lock: "refresh" }), ["Asks for the lock “refresh”", undefined, undefined]);
  assert.deepEqual(read(30, "event", "refresh", true), ["Has the lock “refresh”", 30, "good"]);
  read(40, "effect", "send", { id: 1, what: "refresh" });
  assert.deepEqual(read(140, "event", "response", { id: 1, tokens: { expires_in: 600 } }), [
    "There are new tokens, good for 10 min",
    100,
    "good",
  ]);
  // It is over already: nothing is given up.
  assert.equal(reader.read({ source: "effect", kind: "abort", about: { id: 1 } }, 141), undefined);
  assert.deepEqual(read(150, "effect", "release", { lock: "refresh" }), ["Gives the lock “refresh” back", 120, undefined]);
  read(200, "effect", "send", { id: 2, what: "refresh" });
  assert.deepEqual(read(5_200, "event", "response", { id: 2, rejected: false, retryAfter: 2 }), [
    "The server was not reached, or had no answer, and wants to be left alone for 2 s",
    5_000,
    "bad",
  ]);
  read(6_000, "effect", "send", { id: 3, what: "refresh" });
  assert.deepEqual(read(6_100, "event", "response", { id: 3, rejected: true }).slice(0, 1), [
    "The server says that this sign-in is over",
  ]);
  // Whatever other scripts of the origin put on the channel.
  for (const about of [undefined, null, 7, "x", [], { kind: {} }, { kind: "constructor" }]) {
    const [text] = read(0, "event", "message", about);
    assert.equal(text, "Another tab: something that no client says");
  }
});

/** The demo's notes: who may see and delete what, and that no text is lost. */

import assert from "node:assert/strict";

import { suite } from "../lib/suite.js";
import { fillSignIn, menu } from "../lib/visitor.js";

const it = suite();

/** @typedef {import("playwright-core").Page} Page */

/** @param {Page} page @param {string} text */
const note = (page, text) =>
  page
    .getByRole("main")
    .getByRole("listitem")
    .filter({ has: page.getByRole("article") })
    .filter({ hasText: text });

/** @param {Page} page @param {string} text */
async function write(page, text) {
  await page.getByLabel("New note").fill(text);
  await page.getByRole("button", { name: "Save note" }).click();
  await page.getByText("Note saved.").first().waitFor();
  await note(page, text).waitFor();
}

/**
 * Lets the time pass in which a deletion can be taken back; only then the server hears of it.
 * @param {Page} page
 */
async function offerToUndoPasses(page) {
  const gone = page.waitForResponse((answer) => answer.request().method() === "DELETE");
  await page.clock.fastForward(60_000);
  await gone;
}

it("shows users their own notes only, and lets them change and delete those", async (world) => {
  const uma = await world.user({ name: "Uma Chowdhry" });
  const vera = await world.user({ name: "Vera Rubin" });
  await uma.page.clock.install();
  await uma.page.goto("/notes");
  await uma.page.getByText("No notes yet").waitFor();
  await write(uma.page, "A note of Uma’s");
  await vera.page.goto("/notes");
  await vera.page.getByText("No notes yet").waitFor();
  assert.equal(await note(vera.page, "Uma").count(), 0);

  await note(uma.page, "A note of Uma’s").getByRole("button", { name: "Edit note" }).click();
  await uma.page.getByLabel("Note", { exact: true }).fill("A better note of Uma’s");
  await uma.page.getByRole("button", { name: "Save", exact: true }).click();
  await uma.page.getByText("Note changed.").waitFor();
  await uma.page.reload();
  await note(uma.page, "A better note of Uma’s").waitFor();

  // Taken back, the note is still there; not taken back, it goes.
  const remove = () =>
    note(uma.page, "A better note").getByRole("button", { name: "Delete note" }).click();
  await remove();
  await uma.page.getByRole("button", { name: "Undo" }).click();
  await note(uma.page, "A better note").waitFor();
  await remove();
  await note(uma.page, "A better note").waitFor({ state: "detached" });
  await offerToUndoPasses(uma.page);
  assert.deepEqual((await uma.account.api.ask("GET", "/api/notes")).notes, []);
});

it("lets a moderator read and delete everybody’s notes, but not change them", async (world) => {
  const user = await world.user({ name: "Wanda Szmielew" });
  await user.account.api.ask("POST", "/api/notes", { text: "Rather rude" });
  const { page } = await world.user({ name: "Xia Peisu", roles: ["moderator"] });
  await page.clock.install();
  await page.goto("/notes");
  const rude = note(page, "Rather rude");
  await rude.getByText("Wanda Szmielew").waitFor();
  assert.equal(await rude.getByRole("button", { name: "Edit note" }).count(), 0);
  await page.getByRole("button", { name: "Yours" }).click();
  await rude.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Everybody’s" }).click();
  await rude.getByRole("button", { name: "Delete note" }).click();
  await rude.waitFor({ state: "detached" });
  await offerToUndoPasses(page);
  assert.deepEqual((await user.account.api.ask("GET", "/api/notes")).notes, []);
});

it("shows a note that was saved while an older list was on its way", async (world) => {
  const { page } = await world.user({ name: "Emmy Noether" });
  const held = new Promise((resolve) => {
    void page.route(
      "**/api/notes",
      async (route) => {
        const response = await route.fetch();
        await new Promise((release) => resolve(release));
        await route.fulfill({ response });
      },
      { times: 1 },
    );
  });
  await page.goto("/notes");
  const release = await held;
  await page.getByLabel("New note").fill("Written before the list was there");
  await page.getByRole("button", { name: "Save note" }).click();
  await page.getByText("Note saved.").first().waitFor();
  release();
  await note(page, "Written before the list was there").waitFor();
});

it("loses no text when the session has ended unnoticed, and saves it after signing in", async (world) => {
  const yael = (await world.user({ name: "Yael Dowker" })).expectRefusals(401);
  // The browser does not hear of it: it finds out when it saves.
  await yael.page.route("**/api/auth/events", (route) => route.abort());
  yael.tolerate(/api\/auth\/events/);
  await yael.page.goto("/notes");
  const field = yael.page.getByLabel("New note");
  await field.fill("Half a page that took me an hour");
  await yael.account.api.ask("POST", "/api/auth/sessions/end-others");
  await yael.page.getByRole("button", { name: "Save note" }).click();

  const dialog = yael.page.getByRole("dialog", { name: "Sign in to continue" });
  await dialog.getByText("Nothing you typed is lost.").waitFor();
  assert.equal(await field.inputValue(), "Half a page that took me an hour");
  assert.equal(await dialog.getByLabel("Email").inputValue(), yael.account.email);
  await dialog.getByLabel("Password", { exact: true }).fill(yael.account.password);
  await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
  await yael.page.getByText("Note saved.").first().waitFor();
  await note(yael.page, "Half a page that took me an hour").waitFor();
  await field.and(yael.page.locator(":placeholder-shown")).waitFor();
  const { notes } = await yael.account.api.ask("GET", "/api/notes");
  assert.deepEqual(
    notes.map((/** @type {any} */ it) => it.text),
    ["Half a page that took me an hour"],
  );
});

it("keeps the text when the session ends while typing, across a reload, and when the dialog is closed", async (world) => {
  const zoe = (await world.user({ name: "Zoe Emma" })).expectRefusals(401);
  await zoe.page.goto("/notes");
  const field = zoe.page.getByLabel("New note");
  await field.pressSequentially("Half a wo");
  await zoe.account.api.ask("POST", "/api/auth/sessions/end-others");
  await zoe.page.getByText(/your text is kept/i).waitFor();
  await field.pressSequentially("rd");
  assert.equal(await field.inputValue(), "Half a word");

  await zoe.page.getByRole("button", { name: "Save note" }).click();
  const dialog = zoe.page.getByRole("dialog", { name: "Sign in to continue" });
  await dialog.getByLabel("Email").waitFor();
  await zoe.page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert.equal(await field.inputValue(), "Half a word");

  await zoe.page.reload();
  await zoe.page.waitForURL("**/sign-in?return_to=**");
  await fillSignIn(zoe.page, zoe.account);
  await zoe.page.waitForURL("**/notes");
  await field.waitFor();
  assert.equal(await field.inputValue(), "Half a word");
  await zoe.page.getByRole("button", { name: "Save note" }).click();
  await note(zoe.page, "Half a word").waitFor();
});

it("keeps the text when somebody else signs in to the dialog, and saves nothing in their name", async (world) => {
  const abe = (await world.user({ name: "Abe Lincoln" })).expectRefusals(401);
  const other = await world.server.account({ name: "Bea Arthur" });
  await abe.page.goto("/notes");
  await abe.page.getByLabel("New note").fill("Meant for Abe’s notes");
  await abe.account.api.ask("POST", "/api/auth/sessions/end-others");
  await abe.page.getByText(/your text is kept/i).waitFor();
  await abe.page.getByRole("button", { name: "Save note" }).click();
  const dialog = abe.page.getByRole("dialog", { name: "Sign in to continue" });
  await dialog.getByLabel("Email").fill(other.email);
  await dialog.getByLabel("Password", { exact: true }).fill(other.password);
  await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
  await abe.page.getByText(`You are now signed in as ${other.email}.`).waitFor();
  assert.deepEqual((await other.api.ask("GET", "/api/notes")).notes, []);
});

it("keeps the text when the server cannot be reached, and saves it when it can", async (world) => {
  const cleo = (await world.user({ name: "Cleo Alexandria" })).tolerate(
    /ERR_INTERNET_DISCONNECTED/,
  );
  await cleo.page.goto("/notes");
  const field = cleo.page.getByLabel("New note");
  await field.fill("Written in a tunnel");
  await cleo.context.setOffline(true);
  await cleo.page.getByText("You’re offline. What you type is kept.").waitFor();
  await cleo.page.getByRole("button", { name: "Save note" }).click();
  await cleo.page.getByText("The server can’t be reached.").first().waitFor();
  assert.equal(await field.inputValue(), "Written in a tunnel");
  await cleo.context.setOffline(false);
  await cleo.page.getByRole("button", { name: "Save note" }).click();
  await note(cleo.page, "Written in a tunnel").waitFor();
  await menu(cleo.page).waitFor();
});

it("leaves nothing of what was typed to whoever signs in next", async (world) => {
  const dora = await world.user({ name: "Dora Puelma" });
  await dora.page.goto("/notes");
  await dora.page.getByLabel("New note").fill("A secret of Dora’s");
  await dora.signOut();
  const next = await world.server.account({ name: "Ella Nitzsche" });
  await dora.signIn(next);
  assert.equal(await dora.page.getByLabel("New note").inputValue(), "");
});

it("takes markup for text", async (world) => {
  const evil = await world.user({ name: "<img src=x onerror=alert(1)>" });
  await evil.page.goto("/notes");
  await write(evil.page, "<script>alert(1)</script><b>bold</b>");
  assert.equal(await evil.page.locator("main b, main img, main script").count(), 0);
});

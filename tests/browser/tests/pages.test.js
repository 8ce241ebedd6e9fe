/** Every page in its main states, looked at by axe and kept as pictures. */

import assert from "node:assert/strict";

import { photograph } from "../lib/inspect.js";
import { suite } from "../lib/suite.js";
import { fillSignIn, menu } from "../lib/visitor.js";
import { OTHER_PASSWORD, PASSWORD } from "../lib/words.js";

const it = suite();

/** @typedef {import("playwright-core").Page} Page */

/** Answers to `url` wait for ever. @param {Page} page @param {string} url */
const hold = (page, url) => page.route(url, () => undefined);

it("people", async (world) => {
  await world.server.account({
    name: "Ada King, Countess of Lovelace and Ockham",
    roles: ["moderator"],
  });
  const off = await world.server.account({ name: "Charles Babbage" });
  const admin = await world.admin();
  const { page } = admin;
  await page.goto("/admin");
  const row = page.getByRole("row").filter({ hasText: off.name });
  await row.waitFor();
  await world.inspect(page, "people");
  await row.getByRole("button", { name: "Disable Charles Babbage" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("is signed out everywhere at once").waitFor();
  await world.inspect(page, "people-disable");
  await dialog.getByRole("button", { name: "Disable" }).click();
  await row.getByText("Disabled", { exact: true }).waitFor();
  await world.inspect(page, "people-disabled");
  await page.getByRole("searchbox", { name: "Search by name or email" }).fill("nobody");
  await page.getByText("Nobody found").waitFor();
  await world.inspect(page, "people-nobody");
});

it("start page", async (world) => {
  const { page } = await world.visitor();
  await page.goto("/");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await world.inspect(page, "start");
});

it("start page of who is signed in, and the menu", async (world) => {
  const { page } = await world.user();
  await page.goto("/");
  await menu(page).waitFor();
  await world.inspect(page, "start-signed-in");
  await menu(page).click();
  await page.getByRole("button", { name: "Sign out", exact: true }).waitFor();
  await world.inspect(page, "menu");
});

it("the menu opens to the side where there is room", async (world) => {
  const { page } = await world.user({ width: 320 });
  await page.goto("/");
  for (const side of ["row", "row-reverse"]) {
    await page.locator(".app-header__inner").evaluate((header, side) => {
      /** @type {HTMLElement} */ (header).style.flexDirection = side;
    }, side);
    await menu(page).click();
    await page.getByRole("button", { name: "Sign out", exact: true }).waitFor();
    const box = await page.locator(".pc-menu__sheet").boundingBox();
    assert.ok(box && box.x >= 0 && box.x + box.width <= 320, `${side}: ${JSON.stringify(box)}`);
    await menu(page).click();
  }
});

it("sign-in", async (world) => {
  const visitor = (await world.visitor()).expectRefusals(401);
  const { page } = visitor;
  await page.goto("/sign-in");
  await page.getByLabel("Email").waitFor();
  await world.inspect(page, "sign-in");
  await fillSignIn(page, { email: "ada@example.com", password: OTHER_PASSWORD });
  await page.getByRole("alert").getByText("don’t match").waitFor();
  await world.inspect(page, "sign-in-refused");
  await page.getByLabel("Email").fill("");
  await page.getByLabel("Password", { exact: true }).fill("");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByText("Enter your email address.").waitFor();
  await world.inspect(page, "sign-in-incomplete");
  await page.getByLabel("Email").fill("ada@example.com");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await hold(page, "**/password/sign-in");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.locator("button[aria-busy]").waitFor();
  await world.inspect(page, "sign-in-waiting");
});

it("sign-in of who came in with a passkey last", async (world) => {
  const { page } = await world.visitor();
  await page.goto("/");
  await page.evaluate(() => localStorage.setItem("portcullis.way-in", "passkey"));
  await page.goto("/sign-in");
  await page.getByLabel("Email").waitFor();
  await world.inspect(page, "sign-in-passkey-first");
});

it("sign-up", async (world) => {
  const visitor = (await world.visitor()).expectRefusals(422);
  const { page } = visitor;
  await page.goto("/sign-up");
  await page.getByLabel("Email").waitFor();
  await world.inspect(page, "sign-up");
  await page.getByLabel("Email").fill("ada@example.com");
  await page.getByLabel("Password", { exact: true }).fill("aaaaaaaaaaaaaaaaaaaa");
  await page.getByRole("button", { name: "Create account", exact: true }).click();
  await page.locator("input[type=password][aria-invalid=true]").waitFor();
  await world.inspect(page, "sign-up-weak");
});

it("set-up", async (world) => {
  const visitor = (await world.visitor()).expectRefusals(403);
  const { page } = visitor;
  await page.goto("/setup");
  await page.getByText("This page needs its link").waitFor();
  await world.inspect(page, "set-up-without-link");
  await page.goto("about:blank");
  await page.goto("/setup#token=none");
  await page.getByLabel("Email").fill("first@example.com");
  await world.inspect(page, "set-up");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create admin account" }).click();
  await page.getByRole("alert").getByText("This link was used already").waitFor();
  await world.inspect(page, "set-up-used");
});

it("notes, before there are any and while they load", async (world) => {
  const { page } = await world.user();
  await page.goto("/notes");
  await page.getByText("No notes yet").waitFor();
  await world.inspect(page, "notes-empty");
  await page.getByRole("button", { name: "Save note" }).click();
  await page.getByText("Write something first.").waitFor();
  await world.inspect(page, "notes-nothing-written");
  await hold(page, "**/api/notes");
  await page.reload();
  await menu(page).waitFor();
  await page.locator(".pc-wait").first().waitFor();
  await world.inspect(page, "notes-loading");
});

it("notes, when they cannot be loaded", async (world) => {
  const user = (await world.user()).tolerate(/ERR_FAILED/);
  const { page } = user;
  await page.route("**/api/notes", (route) => route.abort());
  await page.goto("/notes");
  await page.getByText("That didn’t load").waitFor();
  await world.inspect(page, "notes-failed");
  await page.unroute("**/api/notes");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("No notes yet").waitFor();
});

const TEXTS = [
  "Milk, bread, and the good olives.\nAsk Charles about the engine.",
  "https://example.com/a/very/long/address/without/any/place/to/break/it/that/goes/on/and/on/and/on",
  "The Analytical Engine has no pretensions whatever to originate anything. It can do whatever we know how to order it to perform.",
];

it("notes, one’s own and everybody’s", async (world) => {
  const { account, page } = await world.user();
  for (const text of TEXTS) await account.api.ask("POST", "/api/notes", { text });
  await page.goto("/notes");
  await page.getByText("Milk, bread").waitFor();
  await world.inspect(page, "notes");
  await page.getByRole("button", { name: "Edit note" }).first().click();
  await page.getByLabel("Note", { exact: true }).waitFor();
  await world.inspect(page, "note-edit");
  await page.keyboard.press("Escape");
  await page.getByLabel("New note").fill("x".repeat(4_010));
  await page.getByText("10 characters over the limit").waitFor();
  await world.inspect(page, "note-too-long");

  const moderator = await world.user({
    name: "Grace Murray Brewster-Hopper",
    roles: ["moderator"],
  });
  await moderator.account.api.ask("POST", "/api/notes", { text: "Be kind to each other." });
  await moderator.page.goto("/notes");
  await moderator.page.getByText("Milk, bread").waitFor();
  await world.inspect(moderator.page, "notes-moderator");
  await moderator.page.getByRole("button", { name: "Delete note" }).first().click();
  await moderator.page.getByRole("button", { name: "Undo" }).waitFor();
  await moderator.page.getByRole("button", { name: "Undo" }).hover();
  await world.inspect(moderator.page, "notes-undo");
});

it("notes, for who may not write any", async (world) => {
  const { account, page } = await world.user();
  await world.server.setRole(account, "user", false);
  await page.goto("/notes");
  await menu(page).waitFor();
  await page.getByText("You need the permission notes:write").first().waitFor();
  await world.inspect(page, "notes-denied");
});

it("notes, when the session has ended", async (world) => {
  const idle = await world.user();
  await idle.page.goto("/notes");
  await menu(idle.page).waitFor();
  await idle.account.api.ask("POST", "/api/auth/sessions/end-others");
  await idle.page.getByText("Your session has ended").first().waitFor();
  await world.inspect(idle.page, "ended");

  const writing = await world.user();
  writing.expectRefusals(401);
  await writing.page.goto("/notes");
  await writing.page.getByLabel("New note").fill("Half a page that took me an hour");
  await writing.account.api.ask("POST", "/api/auth/sessions/end-others");
  await writing.page.getByText(/your text is kept/i).waitFor();
  await world.inspect(writing.page, "ended-while-writing");
  await writing.page.getByRole("button", { name: "Save note" }).click();
  await writing.page.getByRole("dialog").getByLabel("Email").waitFor();
  await world.inspect(writing.page, "ended-dialog");
});

it("account", async (world) => {
  const user = (await world.user()).expectRefusals(409);
  const { page } = user;
  await page.goto("/account");
  await page.getByText("No passkeys yet").waitFor();
  await world.inspect(page, "account-without-passkey");
  await user.plugInAuthenticator();
  await user.addPasskey();
  await page.reload();
  await page.getByText("Never used").waitFor();
  await world.inspect(page, "account");
  await page.getByRole("button", { name: /^Rename / }).click();
  await page.getByLabel("Passkey name").waitFor();
  await world.inspect(page, "account-passkey-rename");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Delete / }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete passkey" }).waitFor();
  await world.inspect(page, "account-passkey-delete");
});

it("account, where one edits one's profile", async (world) => {
  const { page } = (await world.user()).expectRefusals(422);
  await page.goto("/account");
  await page.getByRole("button", { name: "Edit profile" }).click();
  const name = page.getByLabel("Name", { exact: true });
  await name.waitFor();
  await world.inspect(page, "account-profile-edit");
  const phone = page.getByLabel("Phone number");
  await page.getByLabel("City").fill("London");
  await phone.fill("020 7183 8750");
  await page.keyboard.press("Enter");
  await page.getByText("must be a number with its country").waitFor();
  assert.equal(await phone.getAttribute("aria-invalid"), "true");
  await world.inspect(page, "account-profile-refused");
  await phone.fill("+44 (20) 7183-8750");
  await name.fill("Countess Lovelace");
  await page.keyboard.press("Enter");
  await page.getByText("Profile saved.").waitFor();
  await page.locator("#profile").getByText("Countess Lovelace").waitFor();
  // What was saved is there again, with the number as it is dialled.
  await page.getByRole("button", { name: "Edit profile" }).click();
  await page.getByLabel("City").waitFor();
  assert.equal(await page.getByLabel("City").inputValue(), "London");
  assert.equal(await phone.inputValue(), "+442071838750");
  await page.keyboard.press("Escape");
  await page.getByLabel("City").waitFor({ state: "detached" });
});

it("account, while it loads and when it cannot be loaded", async (world) => {
  const user = (await world.user()).tolerate(/ERR_FAILED/);
  const { page } = user;
  await hold(page, "**/api/auth/passkeys");
  await hold(page, "**/api/auth/sessions");
  await page.goto("/account");
  await page.locator(".pc-wait").first().waitFor();
  await world.inspect(page, "account-loading");
  await page.unroute("**/api/auth/passkeys");
  await page.unroute("**/api/auth/sessions");
  await page.route("**/api/auth/{passkeys,sessions}", (route) => route.abort());
  await page.reload();
  await page.getByText("That didn’t load").first().waitFor();
  await world.inspect(page, "account-failed");
});

it("people, while they load, when they cannot be loaded, and for who may not see them", async (world) => {
  const admin = (await world.admin()).tolerate(/ERR_FAILED/);
  await hold(admin.page, "**/api/admin/users?*");
  await hold(admin.page, "**/api/admin/users");
  await admin.page.goto("/admin");
  await admin.page.locator(".pc-wait").first().waitFor();
  await world.inspect(admin.page, "people-loading");
  await admin.page.unrouteAll({ behavior: "ignoreErrors" });
  await admin.page.route("**/api/admin/users*", (route) => route.abort());
  await admin.page.reload();
  await admin.page.getByText("That didn’t load").waitFor();
  await world.inspect(admin.page, "people-failed");
  const { page } = await world.user();
  await page.goto("/admin");
  await page.getByText("This page is for admins").waitFor();
  await world.inspect(page, "people-denied");
});

it("offline", async (world) => {
  const user = (await world.user()).tolerate(/ERR_INTERNET_DISCONNECTED/);
  await user.page.goto("/notes");
  await user.page.getByText("No notes yet").waitFor();
  await user.context.setOffline(true);
  await user.page.getByText("You’re offline.").waitFor();
  await world.inspect(user.page, "offline");
});

it("pages that do not exist, cannot start, or are the server’s own", async (world) => {
  const visitor = (await world.visitor())
    .expectRefusals(400)
    .tolerate(/app\.js|ERR_FAILED|was preloaded/);
  const { page } = visitor;
  await page.goto("/nowhere");
  await page.getByText("There is no such page").first().waitFor();
  await world.inspect(page, "not-found");
  await page.goto("/docs");
  await world.inspect(page, "docs");
  await page.goto("/oauth/authorize?client_id=nobody");
  await world.inspect(page, "authorize-refused");
  await page.route("**/app.js", (route) => route.abort());
  await page.goto("/");
  await page.getByRole("heading", { name: "This page couldn’t start" }).waitFor();
  await world.inspect(page, "cannot-start");
});

it("the server’s own pages about signing out, and what is there without scripts", async (world) => {
  const visitor = (await world.user({ name: "Vera Rubin" })).expectRefusals(400);
  const { page } = visitor;
  await page.goto("/oauth/logout?post_logout_redirect_uri=https://evil.example/");
  await page.getByRole("heading", { name: "This sign-out link does not work" }).waitFor();
  await world.inspect(page, "logout-refused");
  await page.goto("/oauth/logout");
  await world.inspect(page, "logout-question");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "You are signed out" }).waitFor();
  await world.inspect(page, "logged-out");

  const plain = await world.browser.newContext({ baseURL: world.server.url, javaScriptEnabled: false });
  const without = await plain.newPage();
  await without.goto("/sign-in");
  await without.getByRole("heading", { name: "This page needs JavaScript" }).waitFor();
  await photograph(without, "without-scripts");
  await plain.close();
});

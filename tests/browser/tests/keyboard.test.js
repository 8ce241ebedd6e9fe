/** Everything without a mouse. */

import assert from "node:assert/strict";

import { hasFocus, tabTo } from "../lib/keys.js";
import { suite } from "../lib/suite.js";
import { menu, signInLink } from "../lib/visitor.js";
import { PASSWORD } from "../lib/words.js";

const it = suite();

it("signs up, signs out and signs in", async (world) => {
  const { page } = await world.visitor();
  const { keyboard } = page;
  await page.goto("/");
  await tabTo(page, page.getByRole("main").getByRole("link", { name: "Create account" }));
  await keyboard.press("Enter");
  const email = page.getByLabel("Email");
  await email.waitFor();
  await page.waitForFunction(() => document.activeElement?.matches("input"));
  assert.ok(await hasFocus(email), "the first field has the focus");
  await keyboard.type("anna@example.com");
  await tabTo(page, page.getByLabel("Name"));
  await keyboard.type("Anna Winlock");
  const password = page.getByLabel("Password", { exact: true });
  await tabTo(page, password);
  await keyboard.type(PASSWORD);
  await tabTo(page, page.getByRole("button", { name: "Show what you typed" }));
  await keyboard.press("Space");
  assert.equal(await password.getAttribute("type"), "text");
  await tabTo(page, password, { back: true });
  await keyboard.press("Enter");
  await page.waitForURL("**/notes");

  await tabTo(page, menu(page), { back: true });
  await keyboard.press("Enter");
  const account = page.getByRole("link", { name: "Account" });
  await account.waitFor();
  await keyboard.press("ArrowDown");
  await page.waitForFunction(() => document.activeElement?.textContent?.includes("Account"));
  await keyboard.press("Escape");
  await account.waitFor({ state: "detached" });
  assert.ok(await hasFocus(menu(page)), "the focus goes back to the menu’s button");
  await keyboard.press("ArrowDown");
  await account.waitFor();
  await tabTo(page, page.getByRole("button", { name: "Sign out", exact: true }));
  await keyboard.press("Enter");
  await signInLink(page).waitFor();

  await tabTo(page, signInLink(page));
  await keyboard.press("Enter");
  await email.waitFor();
  await page.waitForFunction(() => document.activeElement?.matches("input"));
  await keyboard.type("anna@example.com");
  await tabTo(page, password);
  await keyboard.type(PASSWORD);
  const remember = page.getByLabel("Keep me signed in for 30 days");
  await tabTo(page, remember);
  await keyboard.press("Space");
  assert.ok(await remember.isChecked());
  await tabTo(page, page.getByRole("button", { name: "Sign in", exact: true }));
  await keyboard.press("Enter");
  await menu(page).waitFor();
});

it("skips the header", async (world) => {
  const { page } = await world.user();
  await page.goto("/notes");
  await menu(page).waitFor();
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to content" });
  assert.ok(await hasFocus(skip));
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.ok(await hasFocus(page.getByLabel("New note")), "the next stop is what the page is for");
});

it("writes, changes and deletes a note", async (world) => {
  const { page } = await world.user();
  const { keyboard } = page;
  await page.goto("/notes");
  const field = page.getByLabel("New note");
  await tabTo(page, field);
  await keyboard.type("Written without a mouse");
  await keyboard.press("Control+Enter");
  const note = page.getByRole("listitem").filter({ hasText: "Written without a mouse" });
  await note.waitFor();
  await tabTo(page, note.getByRole("button", { name: "Edit note" }));
  await keyboard.press("Enter");
  const edit = page.getByLabel("Note", { exact: true });
  await edit.waitFor();
  await page.waitForFunction(() => document.activeElement?.matches("textarea"));
  await keyboard.press("Control+End");
  await keyboard.type(", twice");
  await tabTo(page, page.getByRole("button", { name: "Save", exact: true }));
  await keyboard.press("Enter");
  await page.getByText("Written without a mouse, twice").waitFor();
  await tabTo(page, note.getByRole("button", { name: "Delete note" }));
  await keyboard.press("Enter");
  await note.waitFor({ state: "detached" });
  await tabTo(page, page.getByRole("button", { name: "Undo" }));
  await keyboard.press("Enter");
  await note.waitFor();
});

it("gives a role, and disables and enables a person", async (world) => {
  const { name } = await world.server.account({ name: "Ben Banneker" });
  const { page } = await world.admin();
  const { keyboard } = page;
  await page.goto("/admin");
  const search = page.getByRole("searchbox", { name: "Search by name or email" });
  await tabTo(page, search);
  await keyboard.type(name);
  await page.getByRole("status").getByText("1 person", { exact: true }).waitFor();
  const row = page.getByRole("row").filter({ hasText: name });
  const role = row.getByRole("button", { name: `Give ${name} the role moderator` });
  await tabTo(page, role);
  await keyboard.press("Space");
  await role.and(page.locator("[aria-pressed=true]")).waitFor();
  await page.getByText(`${name} is now moderator.`).waitFor();
  assert.ok(await hasFocus(role), "the focus stays");

  const disable = row.getByRole("button", { name: `Disable ${name}` });
  await tabTo(page, disable);
  await keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: `Disable ${name}?` });
  await dialog.getByRole("button", { name: "Cancel" }).waitFor();
  await page.waitForFunction(() => document.activeElement?.closest("dialog"));
  for (let press = 0; press < 5; press += 1) {
    await keyboard.press("Tab");
    const outside = await page.evaluate(
      () => document.activeElement !== document.body && !document.activeElement?.closest("dialog"),
    );
    assert.ok(!outside, "the focus stays inside the dialog");
  }
  await keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert.ok(await hasFocus(disable), "the focus goes back");
  await keyboard.press("Enter");
  await tabTo(page, dialog.getByRole("button", { name: "Disable" }));
  await keyboard.press("Enter");
  const enable = row.getByRole("button", { name: `Enable ${name}` });
  await enable.waitFor();
  await tabTo(page, enable);
  await keyboard.press("Enter");
  await disable.waitFor();
});

it("renames and deletes a passkey", async (world) => {
  const anna = await world.user();
  const { page } = anna;
  const { keyboard } = page;
  await anna.plugInAuthenticator();
  await page.goto("/account");
  await tabTo(page, page.getByRole("button", { name: "Add a passkey" }));
  await keyboard.press("Enter");
  await page.getByText(/^Passkey added: /).waitFor();
  await tabTo(page, page.getByRole("button", { name: /^Rename / }));
  await keyboard.press("Enter");
  await page.getByLabel("Passkey name").waitFor();
  await page.waitForFunction(() => document.activeElement?.matches("input"));
  await keyboard.press("Control+A");
  await keyboard.type("Laptop");
  await keyboard.press("Enter");
  const remove = page.getByRole("button", { name: "Delete Laptop" });
  await tabTo(page, remove);
  await keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Delete this passkey?" });
  await tabTo(page, dialog.getByRole("button", { name: "Delete passkey" }));
  await keyboard.press("Enter");
  await page.getByText("No passkeys yet").waitFor();
});

/** The page of people, and the set-up of the first admin. */

import assert from "node:assert/strict";

import { suite } from "../lib/suite.js";
import { fillSignIn, menu } from "../lib/visitor.js";
import { PASSWORD } from "../lib/words.js";

const it = suite();

it("gives and takes roles, which a reload confirms", async (world) => {
  const { name } = await world.server.account({ name: "Ruth Moufang" });
  const { page } = await world.admin();
  await page.goto("/admin");
  const row = page.getByRole("row").filter({ hasText: name });
  const role = row.getByRole("button", { name: `Give ${name} the role moderator` });
  /** @param {string} pressed */
  const is = (pressed) => role.and(page.locator(`[aria-pressed=${pressed}]`)).waitFor();
  await is("false");
  await role.click();
  await page.getByText(`${name} is now moderator.`).waitFor();
  await page.reload();
  await is("true");
  await role.click();
  await page.getByText(`${name} is no longer moderator.`).waitFor();
  await page.reload();
  await is("false");
});

it("does not let admins lock themselves out", async (world) => {
  const admin = (await world.admin()).expectRefusals(409);
  const { page } = admin;
  await page.goto("/admin");
  const row = page.getByRole("row").filter({ hasText: "Grace Hopper" });
  await row.getByText("You", { exact: true }).waitFor();
  assert.equal(await row.getByRole("button", { name: /^Disable/ }).count(), 0);
  const role = row.getByRole("button", { name: "Give Grace Hopper the role admin" });
  await role.click();
  await page.getByText("You can’t do this to your own account.").waitFor();
  await role.and(page.locator("[aria-pressed=true]")).waitFor();
});

it("finds people by name and by address, and says when there is nobody", async (world) => {
  const { email } = await world.server.account({ name: "Sun-Yung Chang" });
  const { page } = await world.admin();
  await page.goto("/admin");
  const search = page.getByRole("searchbox", { name: "Search by name or email" });
  for (const words of ["sun-yung", email]) {
    await search.fill(words);
    await page.getByRole("status").getByText("1 person", { exact: true }).waitFor();
    await page.getByRole("row").filter({ hasText: "Sun-Yung Chang" }).waitFor();
  }
  await search.fill("nobody of that name");
  await page.getByText("Nobody found").waitFor();
  await page.getByRole("button", { name: "Clear search" }).click();
  await page.getByRole("row").filter({ hasText: "Sun-Yung Chang" }).waitFor();
  assert.equal(await search.inputValue(), "");
});

it("is closed to everybody else, and the server refuses what the page does not offer", async (world) => {
  const tara = (await world.user({ name: "Tara Singh", roles: ["moderator"] })).expectRefusals(403);
  await tara.page.goto("/notes");
  await menu(tara.page).waitFor();
  assert.equal(await tara.page.getByRole("banner").getByRole("link", { name: "Admin" }).count(), 0);
  await tara.page.goto("/admin");
  await tara.page.getByText("This page is for admins").waitFor();
  for (const [method, path] of [
    ["GET", "/api/admin/users"],
    ["GET", "/api/admin/roles"],
    ["PUT", `/api/admin/users/${tara.account.id}/roles/admin`],
    ["POST", `/api/admin/users/${world.server.admin.id}/disable`],
  ]) {
    const { status } = await tara.account.api.try(
      method ?? "",
      path ?? "",
      method === "POST" ? {} : undefined,
    );
    assert.equal(status, 403, `${method} ${path}`);
  }
  // Made admin, the page opens by itself.
  await world.server.setRole(tara.account, "admin", true);
  await tara.page.getByRole("table", { name: "People" }).waitFor();
  await tara.page.getByRole("banner").getByRole("link", { name: "Admin" }).waitFor();
});

it("sends who is not signed in to sign in, and back", async (world) => {
  const { server } = world;
  const { page } = await world.visitor();
  await page.goto("/admin");
  await page.waitForURL("**/sign-in?return_to=**");
  await fillSignIn(page, server.admin);
  await page.waitForURL("**/admin");
  await page.getByRole("table", { name: "People" }).waitFor();
});

it("says clearly that a set-up link was used already, or is none", async (world) => {
  const late = (await world.visitor()).expectRefusals(403);
  const { page } = late;
  await page.goto(world.server.setupLink);
  await page.getByLabel("Email").fill("mallory@example.com");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create admin account" }).click();
  await page.getByRole("alert").getByText("This link was used already").waitFor();
  assert.equal(await late.sessionCookie(), undefined);
  await page.goto("about:blank");
  await page.goto("/setup");
  await page.getByText("This page needs its link").waitFor();
});

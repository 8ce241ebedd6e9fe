/** The first minute of a new server. */

import assert from "node:assert/strict";

import { suite } from "../lib/suite.js";
import { PASSWORD } from "../lib/words.js";

const it = suite(() => ({ unattended: true }));

it("makes the first admin by the link that the server printed", async (world) => {
  const first = await world.visitor();
  const { page } = first;
  await page.goto(world.server.setupLink);
  await page.getByLabel("Email").fill("first@example.com");
  await page.getByLabel("Name").fill("The First");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  assert.equal(new URL(page.url()).hash, "", "the token leaves the address bar");
  await page.getByRole("button", { name: "Create admin account" }).click();
  await page.waitForURL("**/admin");
  const row = page.getByRole("row").filter({ hasText: "The First" });
  await row
    .getByRole("button", { name: "Give The First the role admin" })
    .and(page.locator("[aria-pressed=true]"))
    .waitFor();
  const second = (await world.visitor()).expectRefusals(403);
  await second.page.goto(world.server.setupLink);
  await second.page.getByLabel("Email").fill("second@example.com");
  await second.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await second.page.getByRole("button", { name: "Create admin account" }).click();
  await second.page.getByRole("alert").getByText("This link was used already").waitFor();
});

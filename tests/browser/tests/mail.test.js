/** What people do by the links in their mails, which the demo shows in its outbox. */

import assert from "node:assert/strict";

import { suite } from "../lib/suite.js";
import { fillSignIn, menu } from "../lib/visitor.js";
import { OTHER_PASSWORD, PASSWORD } from "../lib/words.js";

const it = suite();

/**
 * Opens the link to that page in the newest mail of the demo's outbox that has one.
 * @param {import("playwright-core").Page} page
 * @param {string} email whose mail it is
 * @param {string} path
 */
async function follow(page, email, path) {
  const mail = page.locator("article").filter({ hasText: email });
  const link = mail.locator(`a[href*="${path}#token="]`).first();
  for (let tries = 0; tries < 100; tries += 1) {
    await page.goto("/demo/outbox");
    if ((await link.count()) > 0) break;
    await page.waitForTimeout(100);
  }
  const href = await link.getAttribute("href");
  assert.ok(href, `a mail to ${email} with a link to ${path}`);
  await page.goto("about:blank");
  await page.goto(href);
}

it("sets another password by the link of a mail, and signs in with it", async (world) => {
  const { email } = await world.server.account({ name: "Ada Lovelace" });
  const { page } = (await world.visitor()).expectRefusals(401, 422);
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await page.getByRole("heading", { name: "Forgot your password?" }).waitFor();
  await world.inspect(page, "forgot");
  await page.getByLabel("Email").fill(email);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Look into your mail" }).waitFor();
  await world.inspect(page, "forgot-asked");

  await follow(page, email, "/reset");
  const field = page.getByLabel("New password", { exact: true });
  await field.waitFor();
  assert.equal(new URL(page.url()).hash, "", "the token is not left in the address bar");
  await world.inspect(page, "reset");
  await field.fill("short");
  await page.keyboard.press("Enter");
  await page.locator("input[aria-invalid=true]").waitFor();
  await field.fill(OTHER_PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Your password is set" }).waitFor();
  await world.inspect(page, "reset-done");

  await page.getByRole("link", { name: "Go to sign in" }).click();
  await fillSignIn(page, { email, password: PASSWORD });
  await page.getByText("That email and password don’t match").waitFor();
  await page.getByLabel("Password", { exact: true }).fill(OTHER_PASSWORD);
  await page.keyboard.press("Enter");
  await menu(page).waitFor();
});

it("says of a link that was used that it does not work any more", async (world) => {
  const { email } = await world.server.account({ name: "Grace Hopper" });
  const { page } = (await world.visitor()).expectRefusals(422);
  await page.goto("/forgot");
  await page.getByLabel("Email").fill(email);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Look into your mail" }).waitFor();
  for (const said of ["Your password is set", "This link"]) {
    await follow(page, email, "/reset");
    await page.getByLabel("New password", { exact: true }).fill(OTHER_PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByText(said).first().waitFor();
  }
  await world.inspect(page, "reset-refused");
});

it("says the same for an address without an account", async (world) => {
  const { page } = await world.visitor();
  await page.goto("/forgot");
  await page.getByLabel("Email").fill("nobody-at-all@example.com");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Look into your mail" }).waitFor();
});

it("confirms an address, for who is signed in to its account", async (world) => {
  const { account, page } = await world.user({ name: "Vera Rubin" });
  await account.api.ask("POST", "/api/auth/email/send-verification");
  await follow(page, account.email, "/verify");
  await page.getByRole("heading", { name: "Confirm your email address" }).waitFor();
  await world.inspect(page, "verify");
  await page.getByRole("button", { name: "Confirm address" }).click();
  await page.getByRole("heading", { name: "Your address is confirmed" }).waitFor();
  await world.inspect(page, "verify-done");
});

it("signs everybody out who it was not, and sets another password", async (world) => {
  const { email } = await world.server.account({ name: "Lise Meitner" });
  const stranger = (await world.visitor()).expectRefusals(401);
  await stranger.signIn({ email });
  const { page } = await world.visitor();
  await follow(page, email, "/not-me");
  await page.getByRole("heading", { name: "That wasn’t you?" }).waitFor();
  await world.inspect(page, "not-me");
  assert.ok(await stranger.sessionCookie(), "opening the page ends nothing");
  await page.getByRole("button", { name: "It wasn’t me: sign out everywhere" }).click();
  await page.getByLabel("New password", { exact: true }).fill(OTHER_PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Your password is set" }).waitFor();
  await stranger.page.goto("/account");
  await stranger.page.waitForURL("**/sign-in?**");
});

it("shows a page of a link without its token", async (world) => {
  const { page } = await world.visitor();
  await page.goto("/reset");
  await page.getByRole("heading", { name: "This page needs its link" }).waitFor();
  await world.inspect(page, "mail-no-token");
});

/** Confirming it is you before a sensitive change, when you signed in a while ago. */

import assert from "node:assert/strict";
import { setTimeout as passes } from "node:timers/promises";

import { suite } from "../lib/suite.js";
import { menu } from "../lib/visitor.js";
import { OTHER_PASSWORD, PASSWORD } from "../lib/words.js";

/** How long a sign-in counts as recent, in seconds. */
const RECENT = 4;

const it = suite(() => ({ settings: { PORTCULLIS_SESSION__SENSITIVE_SECONDS: `${RECENT}` } }));

/**
 * Waits until the last sign-in of `visitor` is no longer a recent one.
 * @param {import("../lib/visitor.js").Visitor} visitor
 */
async function aWhileAgo({ page }) {
  const left = await page.evaluate(async (recent) => {
    const response = await fetch("/api/auth/session");
    const { session, server_time } = await response.json();
    return session.auth_time + recent * 1000 - server_time;
  }, RECENT);
  await passes(Math.max(0, left + 500));
}

it("asks for the password, then does what was asked for, in a session with a new id", async (world) => {
  const anna = (await world.user()).expectRefusals(401, 403);
  const { page } = anna;
  await anna.plugInAuthenticator({ willing: false });
  await page.goto("/account");
  await page.getByText("No passkeys yet").waitFor();
  await aWhileAgo(anna);
  const before = await anna.sessionCookie();

  await page.getByRole("button", { name: "Add a passkey" }).click();
  const dialog = page.getByRole("dialog", { name: "Confirm it’s you" });
  const password = dialog.getByLabel("Password", { exact: true });
  await password.waitFor();
  await world.inspect(page, "confirm");
  await password.fill(OTHER_PASSWORD);
  await page.keyboard.press("Enter");
  await dialog.getByText("That isn’t your current password.").waitFor();
  assert.equal(await anna.sessionCookie(), before);
  await anna.plugInAuthenticator();
  await password.fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByText(/^Passkey added: /).waitFor();
  await dialog.waitFor({ state: "hidden" });
  const after = await anna.sessionCookie();
  assert.ok(after && after !== before);
  anna.account.api.token = before;
  assert.equal((await anna.account.api.try("GET", "/api/notes")).status, 401, "the old id is dead");
});

it("does it by passkey as well, and nothing when it is cancelled", async (world) => {
  const ben = (await world.user()).expectRefusals(401, 403);
  const { page } = ben;
  await ben.plugInAuthenticator();
  await ben.addPasskey();
  await aWhileAgo(ben);
  const name = page.getByRole("region", { name: "Passkeys" }).getByRole("listitem");
  const dialog = page.getByRole("dialog", { name: "Confirm it’s you" });
  const remove = async () => {
    await page.getByRole("button", { name: /^Delete / }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete passkey" }).click();
    await dialog.getByLabel("Password", { exact: true }).waitFor();
  };
  await remove();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert.equal(await name.count(), 1);
  await page.reload();
  await menu(page).waitFor();
  await remove();
  await dialog.getByRole("button", { name: "Confirm with a passkey" }).click();
  await page.getByText(/^Passkey deleted: /).waitFor();
  await page.getByText("No passkeys yet").waitFor();
});

it("asks admins before they change what others may do", async (world) => {
  const { name } = await world.server.account({ name: "Cara Novak" });
  const admin = (await world.admin()).expectRefusals(403);
  const { page } = admin;
  await page.goto("/admin");
  const role = page.getByRole("button", { name: `Give ${name} the role moderator` });
  await role.waitFor();
  await aWhileAgo(admin);
  await role.click();
  const dialog = page.getByRole("dialog", { name: "Confirm it’s you" });
  await dialog.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await dialog.getByRole("button", { name: "Confirm", exact: true }).click();
  await page.getByText(`${name} is now moderator.`).waitFor();
  await role.and(page.locator("[aria-pressed=true]")).waitFor();
});

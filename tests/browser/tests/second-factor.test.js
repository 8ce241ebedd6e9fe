/** A second step after the password: authenticator apps and recovery codes. */

import assert from "node:assert/strict";

import { suite } from "../lib/suite.js";
import { fillSignIn, menu } from "../lib/visitor.js";
import { PASSWORD } from "../lib/words.js";

const it = suite();

/**
 * The code that an authenticator app shows (RFC 6238), so many steps from now.
 * @param {string} key in base32
 * @param {number} [steps]
 */
async function codeOf(key, steps = 0) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...key].map((it) => alphabet.indexOf(it).toString(2).padStart(5, "0")).join("");
  const bytes = bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? [];
  const usage = { name: "HMAC", hash: "SHA-1" };
  const secret = await crypto.subtle.importKey("raw", Uint8Array.from(bytes), usage, false, ["sign"]);
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(Math.floor(Date.now() / 30_000) + steps));
  const mac = new DataView(await crypto.subtle.sign("HMAC", secret, counter));
  const at = mac.getUint8(19) & 15;
  return String((mac.getUint32(at) & 0x7fff_ffff) % 1_000_000).padStart(6, "0");
}

it("is set up with an app, and asked for at the next sign-in", async (world) => {
  const ada = (await world.user()).expectRefusals(401);
  const { page, account } = ada;
  await page.goto("/account");
  await page.getByRole("button", { name: "Add an authenticator app" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("img", { name: "QR code for your authenticator app" }).waitFor();
  await world.inspect(page, "totp-add");
  const key = ((await dialog.locator(".pc-key").textContent()) ?? "").replaceAll(/\s/g, "");
  // The step before the current one, so that the next code is another one.
  await dialog.getByLabel("Code", { exact: true }).fill(await codeOf(key, -1));
  await page.keyboard.press("Enter");
  await page.getByText("Keep your recovery codes").waitFor();
  await world.inspect(page, "recovery-codes");
  const recovery = (await page.locator(".pc-codes li").first().textContent()) ?? "";
  assert.equal(await page.locator(".pc-codes li").count(), 10);
  await page.getByRole("button", { name: "I have kept them" }).click();
  await page.getByText("Recovery codes left: 10").waitFor();
  await world.inspect(page, "account-second-factor");
  await ada.signOut();

  await page.goto("/sign-in");
  await fillSignIn(page, { email: account.email, password: PASSWORD });
  const code = page.getByLabel("Code", { exact: true });
  await code.waitFor();
  await world.inspect(page, "sign-in-code");
  assert.equal(await ada.sessionCookie(), undefined, "the password alone signs nobody in");
  await code.fill(await codeOf(key, 7));
  await page.keyboard.press("Enter");
  await page.getByText("That code isn’t right, or was used already.").waitFor();
  await code.fill(await codeOf(key));
  await page.keyboard.press("Enter");
  await menu(page).waitFor();
  await ada.signOut();

  await page.goto("/sign-in");
  await fillSignIn(page, { email: account.email, password: PASSWORD });
  await page.getByRole("button", { name: "Use a recovery code" }).click();
  await page.getByLabel("Recovery code").fill(recovery);
  await world.inspect(page, "sign-in-recovery");
  await page.keyboard.press("Enter");
  await menu(page).waitFor();
  await page.goto("/account");
  await page.getByText("Recovery codes left: 9").waitFor();
});

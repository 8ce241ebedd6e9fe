/** Passkeys: signing in and up with them, and looking after them. */

import assert from "node:assert/strict";

import { suite } from "../lib/suite.js";
import { menu } from "../lib/visitor.js";
import { PASSWORD } from "../lib/words.js";

const it = suite();

/** @typedef {import("../lib/visitor.js").Visitor} Visitor */

/** @param {Visitor} visitor */
const section = (visitor) => visitor.page.getByRole("region", { name: "Passkeys" });

/**
 * Presses the button on the sign-in page. Its user is away from the authenticator until then, so
 * that the autofill that waits there does not take the passkey first.
 * @param {Visitor} visitor
 * @param {import("../lib/authenticator.js").Authenticator} authenticator
 */
async function signInByButton({ page }, authenticator) {
  await authenticator.setWilling(false);
  const offered = page.waitForResponse("**/passkeys/sign-in/begin");
  await page.goto("/sign-in");
  await offered;
  const begin = "**/passkeys/sign-in/begin";
  const comeBack = async (/** @type {import("playwright-core").Route} */ route) => {
    await authenticator.setWilling(true);
    await route.continue();
  };
  await page.route(begin, comeBack, { times: 1 });
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
}

it("makes an account that has only a passkey, and signs in to it by the button", async (world) => {
  const hana = await world.visitor();
  const authenticator = await hana.plugInAuthenticator();
  await hana.page.goto("/sign-up");
  await hana.page.getByLabel("Email").fill("hana@example.com");
  await hana.page.getByLabel("Name").fill("Hana Greif");
  await hana.page.getByRole("button", { name: "Create account with a passkey" }).click();
  await hana.page.waitForURL("**/notes");
  await menu(hana.page).waitFor();
  await hana.signOut();

  await signInByButton(hana, authenticator);
  await hana.page.waitForURL("**/notes");
  await menu(hana.page).waitFor();

  // The next time it is the first thing on offer.
  await hana.signOut();
  await authenticator.setWilling(false);
  await hana.page.goto("/sign-in");
  const button = hana.page.getByRole("button", { name: "Sign in with a passkey" });
  const [passkey, email] = await Promise.all([
    button.boundingBox(),
    hana.page.getByLabel("Email").boundingBox(),
  ]);
  assert.ok(passkey && email && passkey.y < email.y);
});

it("does not let the last way in be deleted, until there is another", async (world) => {
  const ida = (await world.visitor()).expectRefusals(409);
  const authenticator = await ida.plugInAuthenticator();
  await ida.page.goto("/sign-up");
  await ida.page.getByLabel("Email").fill("ida@example.com");
  await ida.page.getByRole("button", { name: "Create account with a passkey" }).click();
  await menu(ida.page).waitFor();
  await ida.page.goto("/account");
  const remove = async () => {
    await section(ida)
      .getByRole("button", { name: /^Delete / })
      .click();
    await ida.page.getByRole("dialog").getByRole("button", { name: "Delete passkey" }).click();
  };
  await remove();
  const dialog = ida.page.getByRole("dialog");
  await dialog.getByText("is your only way in").waitFor();
  await dialog.getByRole("button", { name: "Close" }).first().click();
  await dialog.waitFor({ state: "hidden" });
  assert.equal(await section(ida).getByRole("listitem").count(), 1);

  const password = ida.page.getByRole("region", { name: "Password" });
  await password.getByLabel("New password").fill(PASSWORD);
  await password.getByRole("button", { name: "Set a password" }).click();
  await ida.page.getByText("Password changed.").waitFor();
  await remove();
  await ida.page.getByText(/^Passkey deleted: /).waitFor();
  await section(ida).getByText("No passkeys yet").waitFor();
  await authenticator.unplug();
  await ida.signOut();
  await ida.signIn({ email: "ida@example.com" });
});

it("keeps several passkeys, by name, and each of them leads in", async (world) => {
  const june = await world.user({ name: "June Almeida" });
  const first = await june.plugInAuthenticator();
  await june.addPasskey();
  const laptop = await first.unplug();
  const second = await june.plugInAuthenticator();
  await june.addPasskey();
  const phone = await second.credentials();
  assert.equal(await section(june).getByRole("listitem").count(), 2);

  const row = section(june).getByRole("listitem").first();
  await row.getByRole("button", { name: /^Rename / }).click();
  await row.getByLabel("Passkey name").fill("Laptop at home");
  await row.getByRole("button", { name: "Save" }).click();
  await june.page.getByText("Passkey renamed.").waitFor();
  await june.page.reload();
  await section(june).getByText("Laptop at home").waitFor();
  await section(june).getByText("Never used").first().waitFor();

  let held = second;
  for (const credentials of [laptop, phone]) {
    await june.signOut();
    await held.unplug();
    held = await june.plugInAuthenticator({ credentials });
    await june.page.goto("/sign-in");
    await june.page.waitForURL("**/notes");
    await menu(june.page).waitFor();
  }
  await june.page.goto("/account");
  await section(june).getByText("Used just now").first().waitFor();

  // Deleting one leaves the other.
  const laptopRow = section(june).getByRole("listitem").filter({ hasText: "Laptop at home" });
  await laptopRow.getByRole("button", { name: "Delete Laptop at home" }).click();
  await june.page.getByRole("dialog").getByRole("button", { name: "Delete passkey" }).click();
  await june.page.getByText("Passkey deleted: Laptop at home").waitFor();
  assert.equal(await section(june).getByRole("listitem").count(), 1);
});

it("says when this device holds a passkey for the account already", async (world) => {
  const kay = await world.user({ name: "Kay McNulty" });
  await kay.plugInAuthenticator();
  await kay.addPasskey();
  await section(kay).getByRole("button", { name: "Add a passkey" }).click();
  await section(kay).getByRole("alert").getByText("already holds a passkey").waitFor();
  assert.equal(await section(kay).getByRole("listitem").count(), 1);
});

it("does not let a deleted passkey in, and says so", async (world) => {
  const lea = (await world.user({ name: "Lea Tsemel" })).expectRefusals(401, 422);
  const authenticator = await lea.plugInAuthenticator();
  await lea.addPasskey();
  await section(lea)
    .getByRole("button", { name: /^Delete / })
    .click();
  await lea.page.getByRole("dialog").getByRole("button", { name: "Delete passkey" }).click();
  await section(lea).getByText("No passkeys yet").waitFor();
  await lea.signOut();
  assert.equal((await authenticator.credentials()).length, 1, "the device still has it");
  await signInByButton(lea, authenticator);
  await lea.page.getByRole("alert").getByText("That passkey isn’t known here.").waitFor();
  assert.equal(await lea.sessionCookie(), undefined);
});

it("needs the user to be recognised, not only somebody to touch the device", async (world) => {
  const mae = await world.user({ name: "Mae Jemison" });
  const authenticator = await mae.plugInAuthenticator();
  await mae.addPasskey();
  await mae.signOut();
  await authenticator.setVerified(false);
  // The offer in the field, then the button’s ceremony: the button waits until it has come to nothing.
  let begun = 0;
  const tried = mae.page.waitForResponse(
    (response) => response.url().endsWith("/passkeys/sign-in/begin") && ++begun === 2,
  );
  await signInByButton(mae, authenticator);
  await tried;
  const button = mae.page.getByRole("button", { name: "Sign in with a passkey" });
  await button.and(mae.page.locator(":not([aria-busy='true'])")).waitFor();
  assert.equal(new URL(mae.page.url()).pathname, "/sign-in");
  assert.equal(await mae.sessionCookie(), undefined);
});

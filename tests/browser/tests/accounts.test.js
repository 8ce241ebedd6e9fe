/** Making an account, and coming in by password. */

import assert from "node:assert/strict";

import { suite } from "../lib/suite.js";
import { fillSignIn, menu } from "../lib/visitor.js";
import { OTHER_PASSWORD, PASSWORD } from "../lib/words.js";

const it = suite();

it("signs up with a password, adds a passkey, signs out and comes in by autofill", async (world) => {
  const anna = await world.visitor();
  const authenticator = await anna.plugInAuthenticator();
  await anna.signUp({ email: "anna@example.com", name: "Anna Winlock" });
  await anna.addPasskey();
  const [passkey] = await authenticator.credentials();
  assert.equal(passkey?.isResidentCredential, true, "it can be found without a user name");
  await anna.signOut();
  assert.equal(await anna.sessionCookie(), undefined);

  // Nothing is clicked: the page offers passkeys in the field's autofill, and one is taken.
  await anna.page.goto("/sign-in");
  await anna.page.waitForURL("**/notes");
  await menu(anna.page).waitFor();
});

it("says that a password is wrong, keeps the email address and goes to the password", async (world) => {
  const ben = (await world.visitor()).expectRefusals(401);
  const { email } = await world.server.account({ name: "Ben Banneker" });
  await ben.page.goto("/sign-in");
  await fillSignIn(ben.page, { email, password: OTHER_PASSWORD });
  const alert = ben.page.getByRole("alert");
  await alert.getByText("That email and password don’t match").waitFor();
  assert.equal(await ben.page.getByLabel("Email").inputValue(), email);
  const password = ben.page.getByLabel("Password", { exact: true });
  assert.equal(await password.evaluate((it) => it === document.activeElement), true);
  assert.equal(await ben.sessionCookie(), undefined);

  await password.fill(PASSWORD);
  await ben.page.keyboard.press("Enter");
  await ben.page.waitForURL("**/notes");
});

it("says the same of an unknown address as of a wrong password", async (world) => {
  const nobody = (await world.visitor()).expectRefusals(401);
  await nobody.page.goto("/sign-in");
  await fillSignIn(nobody.page, { email: "nobody@example.com", password: PASSWORD });
  await nobody.page.getByRole("alert").getByText("That email and password don’t match").waitFor();
});

it("asks for what is missing, and refuses weak passwords and addresses that are none", async (world) => {
  const cara = (await world.visitor()).expectRefusals(422);
  await cara.page.goto("/sign-up");
  const create = cara.page.getByRole("button", { name: "Create account", exact: true });
  const email = cara.page.getByLabel("Email");
  const password = cara.page.getByLabel("Password", { exact: true });
  await create.click();
  await cara.page.getByText("Enter your email address.").waitFor();
  await cara.page.getByText("Choose a password.").waitFor();
  assert.equal(await email.getAttribute("aria-invalid"), "true");

  await email.fill("cara");
  await password.fill(PASSWORD);
  await create.click();
  await cara.page
    .getByText(/email address/)
    .first()
    .waitFor();
  assert.equal(await email.getAttribute("aria-invalid"), "true");

  await email.fill("cara@example.com");
  for (const weak of ["short", "aaaaaaaaaaaaaaaaaaaa"]) {
    await password.fill(weak);
    await create.click();
    await cara.page.locator("input[type=password][aria-invalid=true]").waitFor();
  }
  assert.equal(await cara.sessionCookie(), undefined);
  await password.fill(PASSWORD);
  await create.click();
  await cara.page.waitForURL("**/notes");
});

it("does not tell on sign-up whose address it is, nor let a second account have it", async (world) => {
  const { email } = await world.server.account({ name: "Dana Ulery" });
  const dana = (await world.visitor()).expectRefusals(422);
  await dana.page.goto("/sign-up");
  await dana.page.getByLabel("Email").fill(email.toUpperCase());
  await dana.page.getByLabel("Password", { exact: true }).fill(OTHER_PASSWORD);
  await dana.page.getByRole("button", { name: "Create account", exact: true }).click();
  await dana.page.getByText("We couldn’t create an account with that email address.").waitFor();
  assert.equal(await dana.sessionCookie(), undefined);
});

it("keeps the session only until the browser closes, unless asked to remember it", async (world) => {
  const { email } = await world.server.account({ name: "Edith Clarke" });
  const edith = await world.visitor();
  const expiry = async () => {
    const cookies = await edith.context.cookies();
    return cookies.find((cookie) => cookie.name === "__Host-portcullis")?.expires;
  };
  await edith.signIn({ email });
  assert.equal(await expiry(), -1, "a session cookie");
  await edith.signOut();
  await edith.page.goto("/sign-in");
  await edith.page.getByLabel("Keep me signed in for 30 days").check();
  await fillSignIn(edith.page, { email, password: PASSWORD });
  await menu(edith.page).waitFor();
  const days = ((await expiry()) ?? 0) / 86_400 - Date.now() / 86_400_000;
  assert.ok(days > 29 && days < 31, `${days} days`);
});

it("gives a new session id to each sign-in, in a cookie that scripts cannot read", async (world) => {
  const fay = await world.user({ name: "Fay Ajzenberg" });
  const before = await fay.sessionCookie();
  await fay.page.goto("/notes");
  await fay.signOut();
  await fay.signIn(fay.account);
  const after = await fay.sessionCookie();
  assert.ok(before && after && before !== after);
  assert.equal(await fay.page.evaluate(() => document.cookie), "");
  const cookies = await fay.context.cookies();
  for (const cookie of cookies) {
    assert.match(cookie.name, /^__Host-portcullis/);
    assert.deepEqual(
      [cookie.httpOnly, cookie.secure, cookie.sameSite, cookie.path],
      [true, true, "Lax", "/"],
    );
  }
});

it("changes the password, and the old one no longer leads in", async (world) => {
  const gil = (await world.user({ name: "Gil Strang" })).expectRefusals(401);
  await gil.page.goto("/account");
  const section = gil.page.getByRole("region", { name: "Password" });
  await section.getByLabel("Current password").fill(OTHER_PASSWORD);
  await section.getByLabel("New password").fill("walnut cascade memoir 13");
  await section.getByRole("button", { name: "Change password" }).click();
  await gil.page.getByText("That isn’t your current password.").waitFor();
  await section.getByLabel("Current password").fill(PASSWORD);
  await section.getByRole("button", { name: "Change password" }).click();
  await gil.page.getByText("Password changed.").waitFor();
  await gil.signOut();
  await gil.page.goto("/sign-in");
  await fillSignIn(gil.page, { email: gil.account.email, password: PASSWORD });
  await gil.page.getByRole("alert").getByText("don’t match").waitFor();
  await gil.signIn({ email: gil.account.email, password: "walnut cascade memoir 13" });
});

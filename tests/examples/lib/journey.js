/**
 * What a person does with each of the examples, which have the same words: signs up, writes a note,
 * adds a passkey, becomes a moderator and is one no more, signs out, and comes back with the passkey.
 */

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { Authenticator } from "../../browser/lib/authenticator.js";
import { PASSWORD } from "../../browser/lib/words.js";
import { Visitor } from "./visitor.js";

/** How soon a change has to show, in milliseconds. */
const SOON = 1_000;

/** @typedef {import("playwright-core").Page} Page */

/** What is seen: gates may keep what they do not show. */
const seen = { visible: true };

/** @param {Page} page */
export const words = (page) => ({
  email: page.getByLabel("Email"),
  password: page.getByLabel("Password"),
  signIn: page.getByRole("button", { name: "Sign in", exact: true }),
  create: page.getByRole("button", { name: "Create account", exact: true }),
  usePasskey: page.getByRole("button", { name: "Use a passkey" }),
  hello: page.getByText("Hello, ").filter(seen),
  addPasskey: page.getByRole("button", { name: "Add a passkey" }),
  added: page.getByText("Passkey added."),
  signOut: page.getByRole("button", { name: "Sign out", exact: true }),
  newNote: page.getByLabel("New note").filter(seen),
  write: page.getByRole("button", { name: "Write" }),
  notes: page.getByRole("listitem"),
  remove: page.getByRole("button", { name: "Delete" }),
  moderator: page.getByText("You are a moderator").filter(seen),
  nobody: page.getByText("You see your own notes.").filter(seen),
  problem: page.getByRole("alert"),
  /** Goes to where accounts are made. */
  toSignUp: async () => {},
  /** Goes to where there is the way out. */
  toSignOut: async () => {},
});

/** @typedef {(page: Page) => ReturnType<typeof words>} Words */

/**
 * The same where a page uses the ready-made sign-in card and user menu, which have words of their
 * own.
 * @type {Words}
 */
export const readyMade = (page) => ({
  ...words(page),
  usePasskey: page.getByRole("button", { name: "Sign in with a passkey" }),
  toSignUp: () => page.getByText("Create an account").click(),
  toSignOut: () => page.getByRole("button", { name: "Your account" }).click(),
});

let count = 0;

/**
 * Makes an account on the page.
 * @param {Page} page
 * @param {string} [name]
 * @param {ReturnType<Words>} [it]
 */
export async function signUp(page, name = "ada", it = words(page)) {
  const email = `${name}-${(count += 1)}@example.com`;
  const { email: field, password, create, hello } = it;
  await it.toSignUp();
  await field.fill(email);
  await password.fill(PASSWORD);
  await create.click();
  await hello.waitFor();
  return email;
}

/**
 * Signs out. Presses again where nothing comes of it: a page that a server has rendered is there
 * before it hears.
 * @param {ReturnType<Words>} it
 */
async function leave(it) {
  do {
    await it.toSignOut();
    await it.signOut.click();
  } while (!(await it.email.waitFor({ timeout: SOON }).then(() => true, () => false)));
}

/**
 * @param {import("./suite.js").World} world
 * @param {string} name of the example, for its pictures
 * @param {Words} [its] the words of its pages
 */
export async function journey(world, name, its = words) {
  const visitor = await Visitor.arrive(world.browser);
  const page = await visitor.open(world.url);
  const it = its(page);

  // Nobody is signed in, and nothing is shown that is for somebody.
  await it.email.waitFor();
  assert.equal(await it.newNote.count(), 0);
  await picture(page, `${name}-signed-out`);
  const stranger = { email: "nobody@example.com", password: PASSWORD };
  await it.email.fill(stranger.email);
  await it.password.fill(stranger.password);
  await it.signIn.click();
  await it.problem.getByText(/\w/).waitFor();
  // Chromium reports answers of 4xx.
  const [refusal, ...others] = visitor.excuse();
  assert.match(refusal ?? "", /\b401\b/);
  assert.deepEqual(others, []);

  const email = await signUp(page, "ada", it);
  await page.getByText(`Hello, ${email.split("@")[0]}`).waitFor();
  await it.nobody.waitFor();
  await it.newNote.fill("Water the ferns");
  await it.write.click();
  await it.notes.getByText("Water the ferns").waitFor();
  // One's own: asked of the server about this very note.
  await it.remove.waitFor();

  const authenticator = await Authenticator.plugIn(page);
  await it.addPasskey.click();
  await it.added.waitFor();

  // Somebody else's note is there for moderators, from the moment they are one until they are not.
  const other = await world.server.account({ name: "Bob" });
  await other.api.ask("POST", "/api/notes", { text: "Call the plumber" });
  const account = await world.server.find(email);
  await world.server.setRole(account, "moderator", true);
  await it.moderator.waitFor({ timeout: SOON });
  assert.equal(await it.nobody.count(), 0);
  const plumber = it.notes.filter({ hasText: "Call the plumber" });
  await plumber.getByRole("button", { name: "Delete" }).waitFor();
  await picture(page, `${name}-moderator`);
  await world.server.setRole(account, "moderator", false);
  await it.nobody.waitFor({ timeout: SOON });
  assert.equal(await it.moderator.count(), 0);
  await plumber.waitFor({ state: "detached" });
  await it.remove.click();
  await it.notes.waitFor({ state: "detached" });

  // Whose authenticator is willing is signed in again by the field's suggestions, at once.
  await authenticator.setWilling(false);
  await leave(it);
  assert.equal(await it.newNote.count(), 0);
  await authenticator.setWilling(true);
  await it.usePasskey.click({ timeout: 2_000 }).catch(() => undefined);
  await it.hello.waitFor();

  // A tab that is opened later knows, and signing out there is signing out here.
  const tab = await visitor.open(world.url);
  await its(tab).hello.waitFor();
  await tab.reload();
  await authenticator.setWilling(false);
  await leave(its(tab));
  await it.email.waitFor({ timeout: SOON });

  assert.deepEqual(visitor.problems, []);
  await visitor.leave();
}

/** Keeps what a page looks like, for people to look at. @param {Page} page @param {string} name */
async function picture(page, name) {
  const folder = process.env.PORTCULLIS_SCREENSHOTS;
  if (!folder) return;
  await mkdir(join(folder, "examples"), { recursive: true });
  await page.screenshot({ path: join(folder, "examples", `${name}.png`) });
}

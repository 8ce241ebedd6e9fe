/** What happens elsewhere shows in every open tab, at once. */

import assert from "node:assert/strict";

import { gate, timeTo } from "../lib/gates.js";
import { Streams } from "../lib/streams.js";
import { suite } from "../lib/suite.js";
import { menu, signInLink } from "../lib/visitor.js";

const it = suite();

/** How soon a change has to show, in milliseconds. */
const SOON = 1_000;

const DELETE = "Delete anybody’s notes";

/** @param {import("../lib/visitor.js").Visitor} admin @param {string} name */
async function findPerson(admin, name) {
  await admin.page.goto("/admin");
  await admin.page.getByRole("searchbox", { name: "Search by name or email" }).fill(name);
  const row = admin.page.getByRole("row").filter({ hasText: name });
  await admin.page.getByRole("status").getByText("1 person", { exact: true }).waitFor();
  return row;
}

it("closes gates in all tabs within a second of a role being taken away, on one stream", async (world) => {
  const nell = await world.user({ name: "Nell Trotter", roles: ["moderator"] });
  const streams = new Streams(nell.context);
  await nell.page.goto("/notes");
  const tabs = [nell.page, await nell.openTab("/notes"), await nell.openTab("/notes")];
  for (const tab of tabs) await gate(tab, DELETE, "Open").waitFor();
  await streams.begun();
  const first = streams.leader();

  const admin = await world.admin();
  const row = await findPerson(admin, "Nell Trotter");
  const role = row.getByRole("button", { name: "Give Nell Trotter the role moderator" });
  const sent = admin.page.waitForRequest(/\/roles\/moderator$/);
  await role.click();
  await sent;
  const times = await Promise.all(tabs.map((tab) => timeTo(gate(tab, DELETE, "Closed"))));
  world.note(`gates closed in three tabs after ${times.join(", ")} ms`);
  assert.ok(Math.max(...times) < SOON, `${times} ms`);
  assert.equal(streams.leader(), first);

  // The tab that listens is closed: another takes over, and hears of the next change.
  await first.close();
  await streams.begun();
  assert.notEqual(streams.leader(), first);
  const left = tabs.filter((tab) => tab !== first);
  await role.click();
  const again = await Promise.all(left.map((tab) => timeTo(gate(tab, DELETE, "Open"))));
  world.note(`gates opened in the two tabs left after ${again.join(", ")} ms`);
  assert.ok(Math.max(...again) < SOON, `${again} ms`);
  assert.equal(streams.listeners().length, 1);
});

it("signs all tabs out within a second of an account being disabled", async (world) => {
  const olga = await world.user({ name: "Olga Ladyzhenskaya" });
  await olga.page.goto("/notes");
  const tabs = [olga.page, await olga.openTab("/account")];
  for (const tab of tabs) await menu(tab).waitFor();
  const old = await olga.sessionCookie();

  const admin = await world.admin();
  const row = await findPerson(admin, "Olga Ladyzhenskaya");
  await row.getByRole("button", { name: "Disable Olga Ladyzhenskaya" }).click();
  const sent = admin.page.waitForRequest(/\/disable$/);
  await admin.page.getByRole("dialog").getByRole("button", { name: "Disable" }).click();
  await sent;
  const times = await Promise.all(tabs.map((tab) => timeTo(signInLink(tab))));
  world.note(`two tabs were signed out after ${times.join(", ")} ms`);
  assert.ok(Math.max(...times) < SOON, `${times} ms`);
  await row.getByText("Disabled", { exact: true }).waitFor();

  olga.account.api.token = old;
  assert.equal((await olga.account.api.try("GET", "/api/notes")).status, 401);
  olga.expectRefusals(401);
  await olga.page.goto("/sign-in");
  await olga.page.getByLabel("Email").fill(olga.account.email);
  await olga.page.getByLabel("Password", { exact: true }).fill(olga.account.password);
  await olga.page.keyboard.press("Enter");
  await olga.page.getByRole("alert").getByText("don’t match").waitFor();

  await row.getByRole("button", { name: "Enable Olga Ladyzhenskaya" }).click();
  await admin.page.getByText("Olga Ladyzhenskaya can sign in again.").waitFor();
  await olga.signIn(olga.account);
});

it("ends a session from another browser: its tab and its very next request are signed out", async (world) => {
  const phone = await world.user({ name: "Pia Nalli" });
  await phone.page.goto("/notes");
  await menu(phone.page).waitFor();
  const cookie = await phone.sessionCookie();

  const desk = await world.visitor();
  await desk.enterAs(phone.account);
  await desk.page.goto("/account");
  const sessions = desk.page.getByRole("region", { name: "Sessions" });
  await sessions.getByText("This browser").waitFor();
  await sessions.getByRole("button", { name: "Sign out everywhere else" }).click();
  await desk.page.getByText("2 other sessions ended.").waitFor();
  phone.account.api.token = cookie;
  const next = await phone.account.api.try("GET", "/api/notes");
  assert.equal(next.status, 401);
  assert.equal(next.body.code, "not_authenticated");
  await phone.page.getByRole("heading", { name: "Your session has ended" }).first().waitFor();
  await sessions.getByText("You are signed in only here.").waitFor();
  await menu(desk.page).waitFor();
});

it("ends one session out of several, and no other", async (world) => {
  const phone = await world.user({ name: "Rosa Robota" });
  await phone.page.goto("/notes");
  await menu(phone.page).waitFor();
  const { api } = phone.account;
  const before = await api.ask("GET", "/api/auth/sessions");
  assert.equal(before.sessions.length, 2);
  await api.ask("POST", "/api/auth/sign-out", { everywhere: false });

  const desk = await world.visitor();
  await desk.enterAs(phone.account);
  await desk.page.goto("/account");
  const sessions = desk.page.getByRole("region", { name: "Sessions" });
  const others = sessions.getByRole("button", { name: /^Sign out (?!everywhere)/ });
  await sessions.getByText("This browser").waitFor();
  assert.equal(await others.count(), 1);
  await others.click();
  await desk.page.getByText(/^Signed out: /).waitFor();
  assert.equal(await others.count(), 0);
  await signInLink(phone.page).waitFor();
  await menu(desk.page).waitFor();
});

it("signs out all tabs when one of them signs out", async (world) => {
  const sofia = await world.user({ name: "Sofia Kowalewskaja" });
  await sofia.page.goto("/notes");
  const other = await sofia.openTab("/account");
  await menu(other).waitFor();
  await sofia.signOut();
  const time = await timeTo(signInLink(other));
  world.note(`the other tab was signed out after ${time} ms`);
  assert.ok(time < SOON, `${time} ms`);
  // Which of the two is said depends on who told it first, the other tab or the server.
  await other.getByText(/Sign in to see this|Your session has ended/).first().waitFor();
  assert.equal(await other.getByText(sofia.account.email).count(), 0, "nothing of hers is left");
});

it("signs in all tabs when one of them signs in", async (world) => {
  const tess = await world.visitor();
  const { email } = await world.server.account({ name: "Tess Aldana" });
  await tess.page.goto("/");
  const other = await tess.openTab("/");
  await signInLink(other).waitFor();
  await tess.signIn({ email });
  await menu(other).waitFor();
});

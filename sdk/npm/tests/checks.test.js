/** Questions about single resources, in Chromium against the real server. */

import assert from "node:assert/strict";

import { signUp, suite } from "./lib/suite.js";

const { visit } = suite();

/**
 * What a page asks the server about resources, as often as it does.
 * @param {import("playwright-core").Page} page
 */
function asking(page) {
  /** @type {{ permission: string, resource: string }[][]} */
  const asked = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/api/authz/check")) asked.push(request.postDataJSON().checks);
  });
  return asked;
}

/** Makes a note of the user's, and says how gates call it. @param {import("playwright-core").Page} page */
const aNote = (page) =>
  page.evaluate(async () => {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ text: "Mine" });
    const response = await auth.fetch("/api/notes", { method: "POST", headers, body });
    return `note:${(await response.json()).id}`;
  });

visit("all that is asked in a frame goes in one request, and is not asked twice", async (_, page) => {
  await signUp(page);
  const note = await aNote(page);
  const asked = asking(page);
  const said = await page.evaluate(async (note) => {
    const question = { require: "notes:write", on: note };
    const waiting = auth.decide(question);
    const checked = await Promise.all([
      auth.check("notes:write", note),
      auth.check("notes:write", note),
      auth.check("notes:delete", "note:none"),
    ]);
    return { waiting, checked, later: auth.decide(question) };
  }, note);
  assert.deepEqual(said, {
    waiting: "loading",
    checked: [
      { ok: true, allowed: true },
      { ok: true, allowed: true },
      { ok: true, allowed: false },
    ],
    later: "allowed",
  });
  assert.deepEqual(
    asked.map((checks) => checks.length),
    [2],
  );
});

visit("more than the server takes at once is asked in several requests", async (_, page) => {
  await signUp(page);
  const asked = asking(page);
  const all = await page.evaluate(async () => {
    const many = Array.from({ length: 450 }, (_, index) => `note:${index}`);
    const outcomes = await Promise.all(many.map((note) => auth.check("notes:delete", note)));
    return outcomes.every((outcome) => outcome.ok && !outcome.allowed);
  });
  assert.ok(all);
  assert.deepEqual(asked.map((checks) => checks.length).sort(), [200, 200, 50]);
});

visit("what makes no sense is denied here, and spoils no other answer", async (_, page) => {
  await signUp(page);
  const note = await aNote(page);
  const asked = asking(page);
  const said = await page.evaluate(async (note) => {
    const odd = [
      ["notes", note],
      ["notes:*", note],
      ["", note],
      ["notes:write\nnote:1", note],
      ["notes:write", "42"],
      ["notes:write", ""],
      ["notes:write", "note:"],
      ["notes:write", "note:a\nb"],
      ["notes:write", `note:${"x".repeat(252)}`],
    ];
    const outcomes = await Promise.all([
      auth.check("notes:write", note),
      ...odd.map(([permission = "", on = ""]) => auth.check(permission, on)),
    ]);
    return outcomes.map((outcome) => outcome.ok && outcome.allowed);
  }, note);
  assert.deepEqual(said, [true, ...Array(9).fill(false)]);
  assert.deepEqual(asked, [[{ permission: "notes:write", resource: note }]]);
});

visit("what could not be answered is asked again by itself", async (visitor, page) => {
  await signUp(page);
  const note = await aNote(page);
  await page.route("**/api/authz/check", (route) => route.abort(), { times: 1 });
  const verdicts = await page.evaluate(async (note) => {
    const question = { require: "notes:write", on: note };
    /** @type {string[]} */
    const verdicts = [];
    const show = () => verdicts.push(auth.decide(question));
    show();
    auth.onChange(show);
    while (verdicts.at(-1) !== "allowed") await new Promise((resolve) => setTimeout(resolve, 50));
    return [...new Set(verdicts)];
  }, note);
  assert.deepEqual(verdicts, ["loading", "allowed"]);
  visitor.excuse();
});

visit("answers outlive what does not change them, and not what does", async (_, page) => {
  const account = await signUp(page);
  const note = await aNote(page);
  const asked = asking(page);
  const verdicts = await page.evaluate(
    async ({ note, account }) => {
      const decide = () => auth.decide({ require: "notes:write", on: note });
      await auth.check("notes:write", note);
      const verdicts = [decide()];
      // Another view of the same session, and another session of the same user.
      await auth.password.set({ current: account.password, new: account.password });
      verdicts.push(decide());
      await auth.password.signIn(account);
      verdicts.push(decide());
      await auth.check("notes:write", note);
      return [...verdicts, decide()];
    },
    { note, account },
  );
  assert.deepEqual(verdicts, ["allowed", "allowed", "loading", "allowed"]);
  assert.equal(asked.length, 2);
});

/** The demo app in each of its languages: the browser's, or the one that was chosen. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { suite } from "../lib/suite.js";
import { OTHER_PASSWORD } from "../lib/words.js";

const it = suite();

/** @typedef {import("playwright-core").Page} Page */

const LOCALES = { en: "en-GB", de: "de-AT", fr: "fr-FR", es: "es-MX", ja: "ja-JP" };

/**
 * A catalogue's texts, whatever their section.
 * @param {string} folder @param {string} language
 * @returns {Promise<Record<string, string>>}
 */
async function texts(folder, language) {
  const file = new URL(`../../../${folder}/${language}.json`, import.meta.url);
  return Object.assign({}, ...Object.values(JSON.parse(await readFile(file, "utf8"))));
}

/** The language that the document says it is in. @param {Page} page */
const language = (page) => page.evaluate(() => document.documentElement.lang);

for (const [tag, locale] of Object.entries(LOCALES)) {
  it(`sign-in and account in ${tag}`, async (world) => {
    const words = await texts("sdk/text", tag);
    const visitor = (await world.visitor({ locale })).expectRefusals(401);
    const { page } = visitor;
    await page.goto("/sign-in");
    await page.getByLabel(words.email ?? "").fill("ada@example.com");
    await page.getByLabel(words.password ?? "", { exact: true }).fill(OTHER_PASSWORD);
    await page.getByRole("button", { name: words.sign_in, exact: true }).click();
    await page.getByRole("alert").getByText(words.sign_in_failed ?? "").waitFor();
    assert.equal(await language(page), tag);
    await world.inspect(page, `language-${tag}-sign-in`);

    const user = await world.user({ locale });
    await user.page.goto("/account");
    await user.page.getByRole("button", { name: words.sessions_end_others }).waitFor();
    await user.page.getByRole("heading", { level: 1, name: words.account_title }).waitFor();
    await world.inspect(user.page, `language-${tag}-account`);
  });
}

it("a long German line fits, and says how many characters are too many", async (world) => {
  const { page } = await world.user({ locale: "de" });
  await page.goto("/notes");
  await page.getByLabel("Neue Notiz").fill("ä".repeat(4_001));
  await page.getByText("Das ist 1 Zeichen über der Grenze von 4.000.").waitFor();
  await page.getByLabel("Neue Notiz").fill("ä".repeat(5_234));
  await page.getByText("Das sind 1.234 Zeichen über der Grenze von 4.000.").waitFor();
  await page.getByLabel("Neue Notiz").fill("Grüße");
  await page.getByRole("button", { name: "Notiz speichern" }).click();
  await page.getByText("gerade eben").waitFor();
  await world.inspect(page, "language-de-notes");
});

it("times are told as the language tells them", async (world) => {
  for (const [locale, words] of [
    ["fr", "il y a 3 heures"],
    ["ja", "3 時間前"],
  ]) {
    const { page } = await world.user({ locale: locale ?? "" });
    await page.goto("/notes");
    await page.locator("#new-note").fill("…");
    await page.locator("#new-note").press("Control+Enter");
    await page.locator(".app-note__text").waitFor();
    await page.clock.install({ time: Date.now() + 3 * 3_600_000 });
    await page.reload();
    await page.getByText(words ?? "").waitFor();
  }
});

it("the language that was chosen is kept, and what was written meanwhile, too", async (world) => {
  const { page } = await world.user();
  await page.goto("/notes");
  await page.getByLabel("New note").fill("unfinished");
  await page.getByLabel("Language").selectOption("fr");
  await page.getByRole("heading", { level: 1, name: "Notes" }).waitFor();
  await page.getByLabel("Langue").waitFor();
  assert.equal(await language(page), "fr");
  assert.equal(await page.getByLabel("Nouvelle note").inputValue(), "unfinished");
  await page.goto("/");
  await page.getByText("L’application de démonstration de Portcullis.").waitFor();
});

it("who reads none of the languages reads English", async (world) => {
  const { page } = await world.visitor({ locale: "nl-NL" });
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
  assert.equal(await language(page), "en");
});

it("a page that cannot start says so in the reader's language", async (world) => {
  const visitor = (await world.visitor({ locale: "es-ES" })).tolerate(/Failed to load|net::ERR/);
  const { page } = visitor;
  await page.route("**/app.js", (route) => route.abort());
  await page.goto("/");
  await page.getByRole("heading", { name: "Esta página no ha podido arrancar" }).waitFor();
  assert.equal(await language(page), "es");
  await page.getByRole("link", { name: "Reintentar" }).waitFor();
});

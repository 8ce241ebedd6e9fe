/** Words of the elements, and what failures are in each language. */

import assert from "node:assert/strict";
import { test } from "node:test";

/** @type {typeof import("../src/text/index.js")} */
const text = await import(String(new URL("../dist/text/index.js", import.meta.url)));
const { languageOf, loadText, messageOf, preferredLanguage, say } = text;

/** @typedef {import("../src/text/index.js").Language} Language */
/** @typedef {import("../src/index.js").Failure} Failure */

const LANGUAGES = /** @type {Language[]} */ (["en", "de", "fr", "es", "ja"]);

/**
 * @param {Failure["reason"]} reason
 * @param {Partial<Failure>} [more]
 * @returns {Failure}
 */
const failure = (reason, more = {}) => ({
  ...{ ok: false, reason, message: "The server says so.", docs: "" },
  ...more,
});

test("the language is the first of those asked for that there is", () => {
  assert.equal(preferredLanguage(["nl-NL", "de-AT", "fr"]), "de");
  assert.equal(preferredLanguage(["JA"]), "ja");
  assert.equal(preferredLanguage(["nl", "", "x"]), "en");
  assert.equal(preferredLanguage([]), "en");
  for (const tag of ["", "toString", "__proto__", "eng", "constructor-x"]) {
    assert.equal(languageOf(tag), undefined, tag);
  }
});

test("values are filled in once, whatever they are", async () => {
  const en = await loadText("en");
  assert.equal(say(en, "menuLabel", { name: "{app} $& $1" }), "Your account: {app} $& $1");
  const ja = await loadText("ja");
  assert.equal(say(ja, "signInTitle", { app: "Orders" }), "Orders にログイン");
});

test("every failure is told in every language, and what needs no words is not", async () => {
  for (const language of LANGUAGES) {
    const words = await loadText(language);
    assert.equal(words.language, language);
    for (const quiet of /** @type {const} */ (["cancelled", "aborted", "popup_closed"])) {
      assert.equal(messageOf(failure(quiet), words), "");
    }
    const told = messageOf(failure("network"), words);
    assert.equal(told, words.errorNetwork);
    const wait = messageOf(failure("rate_limited", { retryAfter: 90 }), words);
    assert.match(wait, /2/);
    assert.doesNotMatch(wait, /[{}]/);
    const weak = messageOf(failure("password_too_weak"), words);
    // What the server says in particular, it says in English.
    assert.equal(weak, language === "en" ? "The server says so." : words.errorPasswordWeak);
  }
});

test("waits are told as each language counts", async () => {
  const waits = LANGUAGES.map(async (language) =>
    messageOf(failure("rate_limited", { retryAfter: 30 }), await loadText(language)),
  );
  const told = (await Promise.all(waits)).map((wait) => wait.replaceAll("\u00a0", " "));
  assert.deepEqual(told, [
    "Too many tries. Wait 30 seconds, then try again.",
    "Zu viele Versuche. Bitte warten Sie 30 Sekunden und versuchen Sie es dann erneut.",
    "Trop d’essais. Patientez 30 secondes, puis réessayez.",
    "Demasiados intentos. Espera 30 segundos e inténtalo de nuevo.",
    "試行回数が多すぎます。30 秒待ってから、もう一度お試しください。",
  ]);
});

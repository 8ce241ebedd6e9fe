/** The page that lists the scenarios names all that are played out, and no other. */

import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { test } from "node:test";

import { read, ROOT } from "./lib/package.js";

/** The part of the page about one file: what it is about, and what happens in each of its scenarios. @param {string} name */
async function section(name) {
  const text = await read(`tests/scenarios/${name}`);
  const about = /^\/\*\* (.*) \*\/\n/.exec(text)?.[1];
  assert.ok(about, `${name} begins with what it is about`);
  const names = [...text.matchAll(/\b(?:scenario|test)\((["`])(.*?)\1, /g)];
  // What stands for the variations of one.
  const items = names.map(([, , name = ""]) => `- ${name.replace(/\$\{.*?\}/g, "…")}\n`);
  return `## ${name}\n\n${about}\n\n${items.join("")}`;
}

test("docs/scenarios.md lists the scenarios", async () => {
  const files = await readdir(`${ROOT}tests/scenarios`);
  const tests = files.filter((name) => name.endsWith(".test.js")).sort();
  const sections = await Promise.all(tests.map(section));
  const page = await read("../../docs/scenarios.md");
  assert.equal(page.slice(page.indexOf("## ")), sections.join("\n"));
});

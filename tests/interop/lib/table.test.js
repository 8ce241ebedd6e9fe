/** Run after all others: whether each client was driven, and the table says what was found. */

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";

import { all, page, TABLE } from "./results.js";

const results = await all();

test("each client has left what it found", async () => {
  const files = await readdir(new URL("../tests", import.meta.url));
  const tests = files.filter((file) => file.endsWith(".test.js"));
  assert.ok(tests.length > 0);
  assert.equal(results.length, tests.length, results.map(({ client }) => client).join(", "));
});

for (const { client, flows } of results) {
  test(`${client} went through something`, () => assert.ok(Object.values(flows).includes(true)));
}

test("docs/interop.md says what was found", async () => {
  const kept = await readFile(TABLE, "utf8").catch(() => "");
  assert.equal(kept, page(results), "write it anew with `npm run table`");
});

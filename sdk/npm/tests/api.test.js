/** The public API is what `api/` says: whoever changes it sees so, and so does who reviews. */

import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { snapshots } from "../scripts/api.js";
import { outcome, project, read, ROOT } from "./lib/package.js";

/** @type {import("./lib/package.js").Folder} */
let app;
before(async () => {
  app = await project();
  await app.link("react", "@types/react", "svelte", "vue");
});
after(() => app?.remove());

const HINT = "The public API is another one. If that is meant, run `npm run api` in sdk/npm";

/** What one text has in lines that the other has not. @param {string} before @param {string} now */
function changes(before, now) {
  const [old, young] = [before.split("\n"), now.split("\n")];
  const gone = old.filter((line) => !young.includes(line)).map((line) => `- ${line}`);
  const come = young.filter((line) => !old.includes(line)).map((line) => `+ ${line}`);
  return [...gone, ...come].join("\n");
}

test("every door declares what its snapshot says", async () => {
  const made = await snapshots(app.at("node_modules/@portcullis/sdk"));
  assert.ok(made.size > 10);
  assert.deepEqual([...made.keys()].sort(), (await readdir(join(ROOT, "api"))).sort(), HINT);
  for (const [name, text] of made) {
    const before = await read(`api/${name}`);
    assert.ok(text === before, `${HINT}.\napi/${name}:\n${changes(before, text)}`);
  }
});

test("the snapshots say all there is: compilers miss nothing in them", async () => {
  const files = (await readdir(join(ROOT, "api"))).map((name) => `api/${name}`);
  await app.write({
    ...Object.fromEntries(await Promise.all(files.map(async (name) => [name, await read(name)]))),
    "tsconfig.json": JSON.stringify({
      compilerOptions: {
        ...{ target: "es2022", module: "esnext", moduleResolution: "bundler" },
        ...{ lib: ["es2022", "dom"], types: [], strict: true, skipLibCheck: false, noEmit: true },
        paths: { "@portcullis/sdk": ["./api/index.d.ts"], "@portcullis/sdk/*": ["./api/*.d.ts"] },
      },
      files,
    }),
  });
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const { ok, stdout } = await outcome(process.execPath, [tsc], { cwd: app.path });
  assert.ok(ok, stdout);
});

/** The published types: exact, documented, and the same as what the Rust half says. */

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { outcome, project, read, REPOSITORY, ROOT } from "./lib/package.js";

/** @type {import("./lib/package.js").Folder} */
let app;
/** The text of each declaration file. @type {Map<string, string>} */
const declarations = new Map();
before(async () => {
  app = await project();
  await app.link("react", "@types/react", "svelte", "vue");
  const dist = app.at("node_modules/@portcullis/sdk/dist");
  for (const name of await readdir(dist, { recursive: true })) {
    if (name.endsWith(".d.ts")) declarations.set(name, await readFile(join(dist, name), "utf8"));
  }
});
after(() => app?.remove());

/** @param {string} text */
const withoutComments = (text) => text.replace(/\/\*[^]*?\*\/|\/\/.*/g, "");

test("no published type is loose", () => {
  assert.ok(declarations.size > 4);
  for (const [name, text] of declarations) {
    // A field may be called `any`, as in a gate.
    const loose = /\b(any|Function|Object)\b(?!\?:)/.exec(withoutComments(text));
    assert.equal(loose, null, `${name} says ${loose?.[0]}`);
  }
});

for (const [module, moduleResolution] of [
  ["nodenext", "nodenext"],
  ["esnext", "bundler"],
]) {
  test(`users' code type-checks at its strictest, resolved as ${moduleResolution}`, async () => {
    await app.write({
      "use.ts": await read("tests/consumer/use.ts"),
      "unions.ts": await read("tests/consumer/unions.ts"),
      "svelte.ts": await read("tests/consumer/svelte.ts"),
      "vue.ts": await read("tests/consumer/vue.ts"),
      "react.tsx": await read("tests/consumer/react.tsx"),
      "testing.ts": await read("tests/consumer/testing.ts"),
      "elements.ts": await read("tests/consumer/elements.ts"),
      "tsconfig.json": JSON.stringify({
        compilerOptions: {
          target: "es2022",
          module,
          moduleResolution,
          lib: ["es2022", "dom"],
          jsx: "react-jsx",
          types: [],
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          noPropertyAccessFromIndexSignature: true,
          verbatimModuleSyntax: true,
          isolatedModules: true,
          skipLibCheck: false,
          noEmit: true,
        },
        files: [
          ...["use.ts", "unions.ts", "react.tsx", "svelte.ts", "vue.ts", "testing.ts"],
          "elements.ts",
        ],
      }),
    });
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const { ok, stdout } = await outcome(process.execPath, [tsc], { cwd: app.path });
    assert.ok(ok, stdout);
  });
}

test("the code in both READMEs and in the guide type-checks", async () => {
  const texts = [await read("README.md")];
  for (const path of ["README.md", "docs/guides/npm.md", "docs/guides/elements.md"]) {
    texts.push(await readFile(join(REPOSITORY, path), "utf8"));
  }
  const blocks = texts.flatMap((text) =>
    [...text.matchAll(/^ *```ts\n([^]*?)^ *```$/gm)].map(([, code = ""]) => code),
  );
  assert.ok(blocks.length >= 6);
  const files = blocks
    // It imports Vite, which is not installed in this project.
    .filter((code) => !code.includes('from "vite"'))
    .map((code, index) => /** @type {const} */ ([`readme-${index}.ts`, `${code}\nexport {};\n`]));
  await app.write({
    ...Object.fromEntries(files),
    "ambient.d.ts": await read("tests/consumer/ambient.d.ts"),
    "tsconfig.json": JSON.stringify({
      compilerOptions: {
        target: "es2022",
        module: "esnext",
        moduleResolution: "bundler",
        lib: ["es2022", "dom", "dom.iterable"],
        types: [],
        strict: true,
        noEmit: true,
      },
      files: ["ambient.d.ts", ...files.map(([name]) => name)],
    }),
  });
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const { ok, stdout } = await outcome(process.execPath, [tsc], { cwd: app.path });
  assert.ok(ok, stdout);
});

test("everything that is published is documented", () => {
  const bare = [];
  for (const [name, text] of declarations) {
    const lines = text.split("\n");
    // A text says itself what it is.
    if (name === join("text", "en.d.ts")) continue;
    for (const [index, line] of lines.entries()) {
      const declares =
        /^export (declare|interface|type) \w/.test(line) ||
        // A member, or a reason in a union. A discriminant says all there is to say.
        (/^ {4}(readonly )?\w+\??[(:<]/.test(line) && !/^ {4}(status|ok|mode):/.test(line)) ||
        /^(export type \w+Reason = )?( *\/\*\*.*\*\/ )?\| "/.test(line);
      const above = lines[index - 1] ?? "";
      const documented = /\*\/\s*$/.test(above) || /\/\*\*/.test(line);
      if (declares && !documented) bare.push(`${name}: ${line}`);
    }
  }
  assert.deepEqual(bare, []);
});

test("the reasons are those that the Rust half gives", async () => {
  const problem = await readFile(join(REPOSITORY, "sdk/types/src/problem.rs"), "utf8");
  const server = [...problem.matchAll(/^ {4}\w+ = "(\w+)", \d+,/gm)].map((match) => match[1]);
  const error = await readFile(join(REPOSITORY, "sdk/src/error.rs"), "utf8");
  const browser = [...error.matchAll(/Self::\w+ => "(\w+)",/g)].map((match) => match[1]);
  assert.ok(server.length > 20 && browser.length > 10);

  assert.deepEqual(union("ServerReason"), [...server, "unknown"].sort());
  assert.deepEqual(union("BrowserReason"), browser.sort());
  assert.deepEqual(union("LoadReason"), ["load_failed", "wasm_blocked", "worker_failed"]);
});

test("every reason is explained where its failure links to, and nothing else is", async () => {
  const text = await readFile(join(REPOSITORY, "docs/errors.md"), "utf8");
  const explained = [...text.matchAll(/^### (.*)\n\n\*\*Cause:\*\* [^]*?\*\*Do:\*\*\s\S/gm)];
  const types = withoutComments(declarations.get("outcome.d.ts") ?? "");
  const unions = [...types.matchAll(/type (\w+Reason) =/g)];
  assert.deepEqual(
    explained.map(([, reason]) => reason).sort(),
    unions.flatMap(([, name = ""]) => union(name)).sort(),
  );
});

/** The texts of a union in `outcome.d.ts`, sorted. @param {string} name */
function union(name) {
  const text = withoutComments(declarations.get("outcome.d.ts") ?? "");
  const [, body = ""] = new RegExp(`type ${name} =([^;]*);`).exec(text) ?? [];
  return [...body.matchAll(/"(\w+)"/g)].map((match) => match[1]).sort();
}

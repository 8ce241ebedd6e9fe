/** What is published: which files, what package.json promises, and that Node can import it. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { build } from "esbuild";

import { docs, outcome, project, read, REPOSITORY } from "./lib/package.js";

/** @type {import("./lib/package.js").Folder} */
let app;
before(async () => {
  app = await project();
});
after(() => app?.remove());

/** @param {string} path */
const inPackage = (path) => join(app.path, "node_modules/@portcullis/sdk", path);

/**
 * Runs a module in the project, in plain Node.
 * @param {string} script
 */
async function node(script) {
  const { ok, stdout, stderr } = await outcome(
    process.execPath,
    ["--input-type=module", "--eval", script],
    { cwd: app.path },
  );
  assert.ok(ok, stderr);
  return JSON.parse(stdout);
}

test("the tarball holds what is needed and nothing else", async () => {
  const { stdout } = await outcome("find", [".", "-type", "f"], { cwd: inPackage(".") });
  assert.deepEqual(stdout.trim().split("\n").sort(), [
    "./LICENSE-APACHE",
    "./LICENSE-MIT",
    "./README.md",
    "./dist/auth.d.ts",
    "./dist/authorization.d.ts",
    "./dist/client.js",
    "./dist/devtools/index.d.ts",
    "./dist/devtools/index.js",
    "./dist/devtools/panel.d.ts",
    "./dist/elements/auto/index.d.ts",
    "./dist/elements/auto/index.js",
    "./dist/elements/base.d.ts",
    "./dist/elements/elements.css",
    "./dist/elements/gate.d.ts",
    "./dist/elements/index.d.ts",
    "./dist/elements/index.js",
    "./dist/elements/part.d.ts",
    "./dist/elements/settings.d.ts",
    "./dist/elements/sign-in.d.ts",
    "./dist/elements/user-menu.d.ts",
    "./dist/gate.d.ts",
    "./dist/hardened.js",
    "./dist/index.d.ts",
    "./dist/index.js",
    "./dist/inline.d.ts",
    "./dist/inline.js",
    "./dist/inlined.js",
    "./dist/module.js",
    "./dist/options.d.ts",
    "./dist/outcome.d.ts",
    "./dist/popup.js",
    "./dist/portcullis_sdk_bg.wasm",
    "./dist/react/authorization.d.ts",
    "./dist/react/components.d.ts",
    "./dist/react/hooks.d.ts",
    "./dist/react/index.d.ts",
    "./dist/react/index.js",
    "./dist/react/provider.d.ts",
    "./dist/remote.js",
    "./dist/server/index.d.ts",
    "./dist/server/index.js",
    "./dist/server/read.d.ts",
    "./dist/session.d.ts",
    "./dist/signals.js",
    "./dist/slim.d.ts",
    "./dist/slim.js",
    "./dist/slot.d.ts",
    "./dist/svelte/PermissionGate.svelte",
    "./dist/svelte/SignedIn.svelte",
    "./dist/svelte/SignedOut.svelte",
    "./dist/svelte/components.d.ts",
    "./dist/svelte/context.d.ts",
    "./dist/svelte/index.d.ts",
    "./dist/svelte/index.js",
    "./dist/svelte/state.d.ts",
    "./dist/svelte/state.js",
    "./dist/testing/controls.d.ts",
    "./dist/testing/create.d.ts",
    "./dist/testing/index.d.ts",
    "./dist/testing/index.js",
    "./dist/testing/options.d.ts",
    "./dist/testing/script.d.ts",
    "./dist/text/de.js",
    "./dist/text/en.d.ts",
    "./dist/text/en.js",
    "./dist/text/es.js",
    "./dist/text/fr.js",
    "./dist/text/index.d.ts",
    "./dist/text/index.js",
    "./dist/text/ja.js",
    "./dist/trace.d.ts",
    "./dist/vue/components.d.ts",
    "./dist/vue/composables.d.ts",
    "./dist/vue/context.d.ts",
    "./dist/vue/index.d.ts",
    "./dist/vue/index.js",
    "./dist/worker.js",
    "./package.json",
  ]);
});

test("package.json says what holds", async () => {
  const json = JSON.parse(await readFile(inPackage("package.json"), "utf8"));
  const cargo = await readFile(join(REPOSITORY, "Cargo.toml"), "utf8");
  const [, version] = /\[workspace\.package\]\s+version = "(.*)"/.exec(cargo) ?? [];
  assert.equal(json.version, version);
  assert.equal(json.license, "MIT OR Apache-2.0");
  assert.equal(json.type, "module");
  // All else does nothing by being imported.
  assert.deepEqual(json.sideEffects, ["./dist/elements/auto/*", "*.css"]);
  assert.equal(json.dependencies, undefined);
  assert.equal(json.scripts.postinstall, undefined);
  const { types, default: script } = json.exports["."];
  for (const file of [types, script, json.exports["./portcullis_sdk_bg.wasm"]]) {
    assert.ok((await readFile(inPackage(file))).length > 0, file);
  }
});

test("what is not used of a door is left out by bundlers", async () => {
  await app.link("svelte", "vue");
  /** @param {string} code */
  const bundled = async (code) => {
    const { outputFiles } = await build({
      stdin: { contents: code, resolveDir: app.path },
      bundle: true,
      write: false,
      format: "esm",
      external: ["vue", "svelte"],
      loader: { ".svelte": "text" },
    });
    return outputFiles[0]?.text ?? "";
  };
  const used = { vue: "useAuth", svelte: "getAuth" };
  for (const [door, name] of Object.entries(used)) {
    const some = await bundled(`export { ${name} } from "@portcullis/sdk/${door}"`);
    const whole = await bundled(`export * from "@portcullis/sdk/${door}"`);
    assert.match(some, /There is no client here/);
    assert.doesNotMatch(some, /PermissionGate|SignedIn|stepUp/);
    assert.match(whole, /PermissionGate[^]*SignedIn/);
  }
});

test("the licences are those of the repository", async () => {
  for (const name of ["LICENSE-MIT", "LICENSE-APACHE"]) {
    assert.equal(await read(name), await readFile(join(REPOSITORY, name), "utf8"));
  }
});

test("the lock file names no registry", async () => {
  assert.doesNotMatch(await read("package-lock.json"), /"resolved"/);
});

test("the first script is small and does not bring the module along", async () => {
  const first = await readFile(inPackage("dist/index.js"), "utf8");
  assert.doesNotMatch(first, /WebAssembly\.instantiate|import\.meta/);
  assert.match(first, /import\("\.\/client\.js"\)/);
});

test("where there is no browser it can be imported and used, and says so", async () => {
  const said = await node(`
    import { createAuth } from "@portcullis/sdk";
    const auth = createAuth({ server: "https://auth.example.com" });
    const heard = [];
    const stop = auth.subscribe((session) => heard.push(session.status));
    stop();
    console.log(JSON.stringify({
      before: auth.session,
      ready: await auth.ready,
      heard,
      can: [auth.can("notes:read"), auth.canAny(["notes:read"]), auth.canAll([])],
      supported: [auth.passkey.supported, await auth.passkey.autofillSupported()],
      signIn: await auth.passkey.signIn(),
      list: await auth.sessions.list(),
      fetched: await auth.fetch("https://auth.example.com/").catch((error) => error.cause.reason),
    }));
  `);
  const refusal = {
    ok: false,
    reason: "not_supported",
    message: "There is no browser here.",
    docs: docs("not_supported"),
  };
  assert.deepEqual(said, {
    before: { status: "loading" },
    ready: { status: "loading" },
    heard: ["loading"],
    can: [false, false, false],
    supported: [false, false],
    signIn: refusal,
    list: refusal,
    fetched: "not_supported",
  });
});

test("settings that cannot work are refused where they are written", async () => {
  const thrown = await node(`
    import { createAuth } from "@portcullis/sdk";
    const of = (options) => { try { createAuth(options); } catch (error) { return error.name; } };
    console.log(JSON.stringify([
      of({ mode: "token" }),
      of({ mode: "token", clientId: "notes" }),
      of({ server: "auth.example.com" }),
      of({}) ?? "fine",
    ]));
  `);
  assert.deepEqual(thrown, ["TypeError", "TypeError", "TypeError", "fine"]);
});

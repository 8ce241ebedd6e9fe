/**
 * The package in the tools that people use, each installed from the tarball, and each result in
 * Chromium against the real server, under the server's own Content Security Policy.
 */

import assert from "node:assert/strict";
import { cp, readdir, writeFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import * as esbuild from "esbuild";
import * as vite from "vite";
import webpack from "webpack";

import { launch, newEmail, PASSWORD, Visitor } from "./lib/browser.js";
import { Folder, project } from "./lib/package.js";
import { Server } from "./lib/server.js";
import { freePort, Site } from "./lib/site.js";

/** The app: what a person would write, with the client where the tests can reach it. */
const MAIN = `
import { createAuth } from "@portcullis/sdk";

window.auth = createAuth();
`;
const SDK = "node_modules/@portcullis/sdk";

/** @param {string} script @param {string} [type] */
const page = (script, type = "module") =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>App</title>
<link rel="icon" href="data:,"><script type="${type}" src="${script}"></script></html>\n`;

/** The same under a policy, besides the server's, by which scripts reach nothing but its API. @param {string} script */
const confined = (script) =>
  page(script).replace(
    "<title>",
    `<meta http-equiv="content-security-policy" content="connect-src ${server.url}/api/"><title>`,
  );

/** @type {Folder} */
let app;
/** What the server serves, a folder for each tool. @type {Folder} */
let ui;
/** @type {Server} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;

before(async () => {
  app = await project();
  await app.write({ "main.js": MAIN, "index.html": page("./main.js") });
  ui = await Folder.make();
  await ui.write({ "index.html": page("plain/main.js") });
  server = await Server.start({ ui: ui.path });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await Promise.all([app?.remove(), ui?.remove()]);
});

/**
 * What every build has to do.
 * @param {string} url
 * @param {{ module?: string }} [options] how the path of the module ends; empty: none is asked for
 */
async function works(url, { module = ".wasm" } = {}) {
  const visitor = await Visitor.arrive(browser);
  const page = await visitor.open(url);

  // Nothing has been asked of the client yet, and nothing has been loaded for it.
  await page.waitForLoadState("networkidle");
  const modules = () =>
    visitor.requested.filter((path) => module && path.endsWith(module)).length;
  assert.equal(modules(), 0, "the module is loaded before it is needed");
  assert.ok(!visitor.requested.some((path) => path.startsWith("/api/")));

  const before = await page.evaluate(() => ({
    can: auth.can("notes:write"),
    status: auth.session.status,
  }));
  assert.deepEqual(before, { can: false, status: "loading" });
  assert.deepEqual(await page.evaluate(() => auth.ready), {
    status: "signedOut",
    reason: "anonymous",
  });
  const loaded = module ? 1 : 0;
  assert.equal(modules(), loaded);

  const email = newEmail();
  const after = await page.evaluate(
    async ({ email, password }) => {
      /** @type {string[]} */
      const gate = [];
      auth.onChange(() => {
        const verdict = auth.decide({ require: "notes:write" });
        if (gate.at(-1) !== verdict) gate.push(verdict);
      });
      return {
        outcomes: [
          await auth.register({ email, password, name: "Ada" }),
          await auth.signOut(),
          await auth.password.signIn({ email, password }),
        ],
        status: auth.session.status,
        can: ["notes:write", "notes:delete", "*"].map(auth.can),
        gate,
      };
    },
    { email, password: PASSWORD },
  );
  assert.deepEqual(after, {
    outcomes: [{ ok: true }, { ok: true }, { ok: true }],
    status: "signedIn",
    can: [true, false, false],
    gate: ["allowed", "signedOut", "allowed"],
  });
  assert.equal(modules(), loaded);
  assert.equal(visitor.modules, module === ".wasm" ? 1 : 0, visitor.requested.join());
  assert.deepEqual(visitor.problems, []);
  await visitor.leave();
}

test("a plain script, without any tool", async () => {
  await cp(app.at(`${SDK}/dist`), ui.at("plain/sdk"), { recursive: true });
  await ui.write({
    "plain/index.html": page("main.js"),
    "plain/main.js": MAIN.replace("@portcullis/sdk", "./sdk/index.js"),
  });
  await works(`${server.url}/plain/index.html`);
});

test("Vite", async () => {
  await vite.build({
    root: app.path,
    base: "./",
    logLevel: "error",
    build: { outDir: ui.at("vite") },
  });
  await works(`${server.url}/vite/index.html`);
});

test("Vite's development server, in front of a server that knows its address", async () => {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const behind = await Server.start({ ui: ui.path, publicUrl: url });
  const dev = await vite.createServer({
    root: app.path,
    logLevel: "error",
    server: { port, strictPort: true, proxy: { "/api": behind.address } },
  });
  try {
    await dev.listen();
    await works(`${url}/`);
  } finally {
    await dev.close();
    await behind.stop();
  }
});

test("webpack", async () => {
  await bundle({
    output: { path: ui.at("webpack"), filename: "main.js", module: true, chunkFormat: "module" },
    // Scripts that make scripts are refused by the server's policy; modules need none.
    experiments: { outputModule: true },
  });
  await writeFile(ui.at("webpack/index.html"), page("main.js"));
  await works(`${server.url}/webpack/index.html`);
});

test("webpack with classic scripts, on a site without that policy", async () => {
  const site = await Folder.make();
  await bundle({ output: { path: site.path, filename: "main.js" } });
  await site.write({ "index.html": page("main.js", "text/javascript") });
  const other = await Site.start(site.path);
  const visitor = await Visitor.arrive(browser);
  const page_ = await visitor.open(other.url);
  // There is no server here, so nothing more can be known.
  assert.equal(await page_.evaluate(async () => (await auth.ready).status), "unreachable");
  assert.equal(visitor.modules, 1);
  await visitor.leave();
  await other.stop();
  await site.remove();
});

test("esbuild, with the module copied beside the bundle", async () => {
  await esbuild.build({
    absWorkingDir: app.path,
    entryPoints: ["main.js"],
    outdir: ui.at("esbuild"),
    bundle: true,
    splitting: true,
    format: "esm",
    minify: true,
  });
  await cp(
    app.at(`${SDK}/dist/portcullis_sdk_bg.wasm`),
    ui.at("esbuild/portcullis_sdk_bg.wasm"),
  );
  await ui.write({ "esbuild/index.html": page("main.js") });
  await works(`${server.url}/esbuild/index.html`);
});

test("esbuild, placing the module itself, all in one file", async () => {
  await app.write({
    "placed.js": MAIN.replace("createAuth()", "createAuth({ wasm })").replace(
      "\n\n",
      `\nimport wasm from "@portcullis/sdk/portcullis_sdk_bg.wasm";\n\n`,
    ),
  });
  await esbuild.build({
    absWorkingDir: app.path,
    entryPoints: { main: "placed.js" },
    outdir: ui.at("placed"),
    bundle: true,
    format: "esm",
    loader: { ".wasm": "file" },
  });
  await ui.write({ "placed/index.html": page("main.js") });
  const files = await readdir(ui.at("placed"));
  assert.ok(files.some((name) => /^portcullis_sdk_bg-\w+\.wasm$/.test(name)), files.join());
  await works(`${server.url}/placed/index.html`);
});

/** What tools made of the project, by name. @param {string} folder */
const made = async (folder) =>
  (await readdir(ui.at(folder), { recursive: true })).map((name) => name.split("/").at(-1) ?? "");

const INLINE = MAIN.replace("@portcullis/sdk", "@portcullis/sdk/inline");

test("the main door says so where its module may not be fetched", async () => {
  await ui.write({ "confined/index.html": confined("../plain/main.js") });
  const visitor = await Visitor.arrive(browser);
  const page = await visitor.open(`${server.url}/confined/index.html`);
  const { status } = await page.evaluate(() => auth.ready);
  assert.equal(status, "error");
  assert.match(visitor.excuse().join("\n"), /portcullis_sdk_bg\.wasm.*Content Security Policy/);
  await visitor.leave();
});

test("inline: a plain script, where no module may be fetched", async () => {
  await ui.write({
    "inline/index.html": confined("main.js"),
    "inline/main.js": INLINE.replace("@portcullis/sdk", "../plain/sdk").replace("inline", "inline.js"),
  });
  await works(`${server.url}/inline/index.html`, { module: "" });
});

test("inline: esbuild, all in one file, where no module may be fetched", async () => {
  await app.write({ "inline.js": INLINE });
  await esbuild.build({
    absWorkingDir: app.path,
    entryPoints: { main: "inline.js" },
    outdir: ui.at("inline-esbuild"),
    bundle: true,
    format: "esm",
  });
  assert.deepEqual(await made("inline-esbuild"), ["main.js"]);
  await ui.write({ "inline-esbuild/index.html": confined("main.js") });
  await works(`${server.url}/inline-esbuild/index.html`, { module: "" });
});

test("inline: webpack and Vite are led to no module either", async () => {
  await app.write({ "inline.js": INLINE });
  await bundle({
    entry: "./inline.js",
    output: {
      path: ui.at("inline-webpack"),
      filename: "main.js",
      module: true,
      chunkFormat: "module",
    },
    experiments: { outputModule: true },
  });
  await vite.build({
    root: app.path,
    logLevel: "error",
    build: {
      outDir: ui.at("inline-vite"),
      lib: { entry: "inline.js", formats: ["es"], fileName: "main" },
    },
  });
  for (const folder of ["inline-webpack", "inline-vite"]) {
    const files = await made(folder);
    assert.ok(files.includes("main.js"), files.join());
    assert.deepEqual(files.filter((name) => name.endsWith(".wasm")), []);
    await ui.write({ [`${folder}/index.html`]: confined("main.js") });
    await works(`${server.url}/${folder}/index.html`, { module: "" });
  }
});

/** An application that brings the module along under a name of its own. @param {string} wasm */
const slim = (wasm) => `
import { createAuth } from "@portcullis/sdk/slim";

const from = new URL("given.bin", location.href);
const bytes = async () => (await fetch(from)).arrayBuffer();
const response = async () =>
  new Response(await bytes(), { headers: { "content-type": "application/wasm" } });
const compiled = async () => WebAssembly.compile(await bytes());
window.auth = createAuth({ wasm: ${wasm} });
window.slim = createAuth;
`;

for (const [name, wasm] of Object.entries({
  "as bytes": "bytes",
  compiled: "compiled",
  "as an answer": "response",
})) {
  test(`slim: with the module that the caller passes, ${name}`, async () => {
    await app.write({ "slim.js": slim(wasm) });
    await esbuild.build({
      absWorkingDir: app.path,
      entryPoints: { main: "slim.js" },
      outdir: ui.at(`slim-${wasm}`),
      bundle: true,
      format: "esm",
    });
    assert.deepEqual(await made(`slim-${wasm}`), ["main.js"]);
    await cp(app.at(`${SDK}/dist/portcullis_sdk_bg.wasm`), ui.at(`slim-${wasm}/given.bin`));
    await ui.write({ [`slim-${wasm}/index.html`]: page("main.js") });
    await works(`${server.url}/slim-${wasm}/index.html`, { module: "/given.bin" });
  });
}

test("slim: an address that Vite has placed", async () => {
  await app.write({
    "index.html": page("./slim.js"),
    "slim.js": MAIN.replace("@portcullis/sdk", "@portcullis/sdk/slim")
      .replace("createAuth()", "createAuth({ wasm })")
      .replace("\n\n", `\nimport wasm from "@portcullis/sdk/portcullis_sdk_bg.wasm?url";\n\n`),
  });
  try {
    await vite.build({
      root: app.path,
      base: "./",
      logLevel: "error",
      build: { outDir: ui.at("slim-vite") },
    });
  } finally {
    await app.write({ "index.html": page("./main.js") });
  }
  const modules = (await made("slim-vite")).filter((name) => name.endsWith(".wasm"));
  assert.equal(modules.length, 1, "the caller's, and none beside it");
  await works(`${server.url}/slim-vite/index.html`);
});

test("slim: without a module it is refused, and nothing is asked for", async () => {
  const visitor = await Visitor.arrive(browser);
  const page = await visitor.open(`${server.url}/slim-bytes/index.html`);
  const said = await page.evaluate(() => {
    const createAuth = Reflect.get(window, "slim");
    return [undefined, {}, { wasm: undefined }, { wasm: "" }].map((options) => {
      try {
        return `made ${createAuth(options)}`;
      } catch (error) {
        return String(error);
      }
    });
  });
  assert.deepEqual(said, Array(4).fill("TypeError: @portcullis/sdk/slim needs wasm."));
  assert.equal(visitor.modules, 0);
  assert.deepEqual(visitor.problems, []);
  await visitor.leave();
});

test("slim: what hands over nothing is an error that pages can show, not a request", async () => {
  await app.write({ "slim.js": slim("async () => undefined") });
  await esbuild.build({
    absWorkingDir: app.path,
    entryPoints: { main: "slim.js" },
    outdir: ui.at("slim-nothing"),
    bundle: true,
    format: "esm",
  });
  await ui.write({ "slim-nothing/index.html": page("main.js") });
  const visitor = await Visitor.arrive(browser);
  const tab = await visitor.open(`${server.url}/slim-nothing/index.html`);
  const session = await tab.evaluate(() => auth.ready);
  assert.equal(session.status === "error" && session.reason, "load_failed");
  assert.equal(visitor.modules, 0);
  assert.match(visitor.excuse().join("\n"), /There is no module/);
  await visitor.leave();
});

/** @param {import("webpack").Configuration} configuration */
async function bundle(configuration) {
  const compiler = webpack({
    context: app.path,
    mode: "production",
    entry: "./main.js",
    performance: false,
    ...configuration,
  });
  await new Promise((resolve, reject) =>
    compiler?.run((error, stats) => {
      const problem = error ?? (stats?.hasErrors() ? new Error(stats.toString()) : undefined);
      compiler.close(() => (problem ? reject(problem) : resolve(undefined)));
    }),
  );
}

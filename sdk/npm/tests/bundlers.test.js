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

/** What every build has to do. @param {string} url */
async function works(url) {
  const visitor = await Visitor.arrive(browser);
  const page = await visitor.open(url);

  // Nothing has been asked of the client yet, and nothing has been loaded for it.
  await page.waitForLoadState("networkidle");
  assert.equal(visitor.modules, 0, "the module is loaded before it is needed");
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
  assert.equal(visitor.modules, 1);

  const email = newEmail();
  const after = await page.evaluate(
    async ({ email, password }) => ({
      outcome: await auth.register({ email, password, name: "Ada" }),
      status: auth.session.status,
      can: ["notes:write", "notes:delete", "*"].map(auth.can),
    }),
    { email, password: PASSWORD },
  );
  assert.deepEqual(after, {
    outcome: { ok: true },
    status: "signedIn",
    can: [true, false, false],
  });
  assert.equal(visitor.modules, 1);
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

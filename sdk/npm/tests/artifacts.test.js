/**
 * What `wasm-pack.toml` lists, and `cargo xtask size` weighs, is what Chromium asks for when people
 * sign in by each of the package's ways: nothing that is loaded goes unweighed.
 */

import assert from "node:assert/strict";
import { cp, readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { authenticator, launch, newEmail, PASSWORD, Visitor } from "./lib/browser.js";
import { Folder, project, read } from "./lib/package.js";
import { Server } from "./lib/server.js";
import { Site } from "./lib/site.js";
import { notes, policy } from "./lib/tokens.js";

const MODULE = "portcullis_sdk_bg.wasm";
const DIST = "sdk/npm/dist/";

/** An application that comes in by the door that a test wishes. */
const APP = {
  "index.html": `<!doctype html><html lang="en"><meta charset="utf-8"><title>App</title>
<link rel="icon" href="data:,"><script type="module" src="/main.js"></script></html>\n`,
  "main.js": `const { door, ...options } = window.wishes;
const { createAuth } = await import("/sdk/" + door);
// That door is the one which is given its module.
const given = door === "slim.js" ? { wasm: "/sdk/${MODULE}" } : {};
window.auth = createAuth({ ...(location.origin === options.server ? {} : options), ...given });
if (location.pathname === "/callback") await auth.handleRedirect();
`,
};

/** @type {Folder} */
let app;
/** @type {Folder} */
let ui;
/** An application on another origin. @type {Site} */
let site;
/** @type {Server} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;
/** The files of each artifact, below the package's `dist/`. @type {Map<string, string[]>} */
let artifacts;
before(async () => {
  app = await project();
  ui = await Folder.make();
  await ui.write(APP);
  const dist = app.at("node_modules/@portcullis/sdk/dist");
  await cp(dist, ui.at("sdk"), { recursive: true });
  artifacts = await listed(dist);
  /** @type {Record<string, string>} */
  const headers = {};
  site = await Site.start(ui.path, headers);
  const config = `[[clients]]
id = "notes"
name = "Notes"
redirect_uris = ["${site.url}/callback"]
`;
  server = await Server.start({ ui: ui.path, config });
  headers["content-security-policy"] = policy(server.url);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await site?.stop();
  await Promise.all([app?.remove(), ui?.remove()]);
});

/** The artifacts that are made of the package alone, their files by name. @param {string} dist */
async function listed(dist) {
  const there = (await readdir(dist, { recursive: true })).sort();
  /** @type {Map<string, string[]>} */
  const found = new Map();
  for (const part of (await read("../../wasm-pack.toml")).split("[[artifacts]]\n").slice(1)) {
    const [, name = ""] = /^name = "(.*)"$/m.exec(part) ?? [];
    const [, files = ""] = /^files = \[([^\]]*)\]$/m.exec(part) ?? [];
    const patterns = [...files.matchAll(/"(.*?)"/g)].map(([, pattern = ""]) => pattern);
    assert.ok(name && patterns.length, part);
    if (!patterns.every((pattern) => pattern.startsWith(DIST))) continue;
    const names = patterns.flatMap((pattern) => {
      const [begin = "", end] = pattern.slice(DIST.length).split("*");
      const fits = there.filter((file) =>
        end === undefined
          ? file === begin
          : file.startsWith(begin) && file.endsWith(end) && !file.slice(begin.length).includes("/"),
      );
      assert.ok(fits.length, `${name}: nothing fits ${pattern}`);
      return fits;
    });
    found.set(name, names.sort());
  }
  return found;
}

/**
 * What a visitor has asked for of the package while a test ran.
 * @param {object} wishes the application's door and options
 * @param {(visitor: Visitor) => Promise<void>} run
 */
async function asked(wishes, run) {
  const visitor = await Visitor.arrive(browser);
  const options = { server: server.url, mode: "token", clientId: "notes", redirectUri: "/callback" };
  await visitor.context.addInitScript((wishes) => Object.assign(window, { wishes }), {
    ...options,
    ...wishes,
  });
  site.requested.splice(0);
  try {
    await run(visitor);
    // What is loaded behind somebody's back has its time.
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.deepEqual(visitor.problems, []);
  } finally {
    await visitor.leave();
  }
  const paths = [...visitor.requested, ...site.requested];
  const below = paths.filter((path) => path.startsWith("/sdk/")).map((path) => path.slice(5));
  return [...new Set(below)].sort();
}

/**
 * By cookie, on the server's own origin: a password, passkeys, and a gate.
 * @param {Visitor} visitor
 */
async function byCookie(visitor) {
  const page = await visitor.open(server.url);
  await authenticator(page);
  const said = await page.evaluate(
    async ({ email, password }) => {
      const closed = auth.decide({ require: "notes:write" });
      const made = await auth.register({ email, password });
      const passkey = await auth.passkey.register({ name: "Laptop" });
      const list = await auth.passkey.list();
      const id = list.ok ? list.passkeys[0]?.id : undefined;
      const renamed = await auth.passkey.rename(String(id), "Phone");
      const out = [await auth.signOut()];
      const signedIn = [await auth.passkey.signIn()];
      out.push(await auth.signOut());
      signedIn.push(await auth.password.signIn({ email, password }));
      const open = auth.decide({ require: "notes:write" });
      const all = [made, passkey, list, renamed, ...out, ...signedIn];
      return { closed, open, failed: all.filter(({ ok }) => !ok) };
    },
    { email: newEmail(), password: PASSWORD },
  );
  assert.deepEqual(said, { closed: "loading", open: "allowed", failed: [] });
}

/**
 * By tokens, on another origin: PKCE, a gate, and a request.
 * @param {Visitor} visitor
 */
async function byRedirect(visitor) {
  const page = await visitor.open(site.url);
  await page.evaluate(() => void auth.signInWithRedirect({ returnTo: "/" }));
  await page.waitForURL((url) => url.pathname === "/callback");
  await page.waitForFunction(() => "auth" in window);
  assert.equal(await page.evaluate(async () => (await auth.ready).status), "signedIn");
  assert.equal(await page.evaluate(() => auth.decide({ require: "notes:write" })), "allowed");
  assert.equal(await notes(page, server.url), 200);
  expected(visitor);
}

/** That a server asks for its nonce (RFC 9449, section 8) is logged as a failure. @param {Visitor} visitor */
const expected = (visitor) =>
  visitor.problems.push(...visitor.excuse().filter((text) => !/status of 40[01] /.test(text)));

/** The same in a window of its own. @param {Visitor} visitor */
async function byPopup(visitor) {
  const page = await visitor.open(site.url);
  assert.deepEqual(await page.evaluate(() => auth.signInWithPopup()), { ok: true });
  assert.equal(await page.evaluate(() => auth.decide({ require: "notes:write" })), "allowed");
  expected(visitor);
}

/** @param {string} name */
const artifact = (name) => {
  const files = artifacts.get(name);
  assert.ok(files, `wasm-pack.toml lists ${name}`);
  return files;
};

for (const [name, door] of Object.entries({
  sdk: "index.js",
  "sdk-inline": "inline.js",
  "sdk-slim": "slim.js",
})) {
  test(`${name} is what passwords, passkeys, PKCE and gates load`, async () => {
    const loaded = await asked({ door, isolate: false }, async (visitor) => {
      await byCookie(visitor);
      await byRedirect(visitor);
    });
    assert.deepEqual(loaded, artifact(name));
  });
}

test("sdk-token is what tokens in a worker load, with a window for signing in", async () => {
  const loaded = await asked({ door: "index.js" }, async (visitor) => {
    const known = await visitor.open(server.url);
    const account = { email: newEmail(), password: PASSWORD };
    assert.deepEqual(await known.evaluate((account) => auth.register(account), account), { ok: true });
    await known.close();
    // What the server's own page has loaded is not the application's.
    visitor.requested.splice(0);
    await byRedirect(visitor);
    await byPopup(visitor);
  });
  assert.deepEqual(loaded, artifact("sdk-token"));
});

test("sdk-entry is what is loaded before the client is asked for anything", async () => {
  const loaded = await asked({ door: "index.js" }, async (visitor) => {
    await visitor.open(server.url);
  });
  assert.deepEqual(loaded, artifact("sdk-entry"));
});

test("what is for a framework is that, and what all load", () => {
  for (const framework of ["react", "vue", "svelte"]) {
    const all = artifact(`sdk-${framework}`);
    const [own, others] = [true, false].map((wanted) =>
      all.filter((file) => file.startsWith(`${framework}/`) === wanted),
    );
    assert.deepEqual(others, artifact("sdk"), framework);
    assert.ok(own?.includes(join(framework, "index.js")), framework);
  }
});

/**
 * From the import of a contestant to the moment it knows whether somebody is signed in, in
 * Chromium: fetching, compiling and restoring. A fresh browser context each time, in turns.
 */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";

import { bundle, CONTESTANTS } from "./lib/bundle.js";
import { serve } from "./lib/server.js";

const ROUNDS = 15;
const LIMIT = 20_000;

/** @param {number[]} figures */
const median = (figures) => figures.sort((a, b) => a - b)[figures.length >> 1] ?? NaN;

const binary = process.env.PORTCULLIS_BIN;
if (!binary) throw new Error("PORTCULLIS_BIN has to name the server; use `cargo xtask bench`");
const folder = await mkdtemp(join(tmpdir(), "portcullis-startup-"));
/** @type {Map<string, number[]>} */
const times = new Map(Object.keys(CONTESTANTS).map((name) => [name, []]));
let server;
let browser;
try {
  for (const name of Object.keys(CONTESTANTS)) await bundle(name, folder, { withReact: true });
  await writeFile(join(folder, "index.html"), "<!doctype html><html lang=en><title>Start</title><link rel=icon href=data:,><body></body></html>");
  server = await serve(binary, folder);
  browser = await chromium.launch({
    executablePath: process.env.PORTCULLIS_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"].concat([
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ]),
  });
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of Object.keys(CONTESTANTS)) {
      const context = await browser.newContext();
      const tab = await context.newPage();
      tab.setDefaultTimeout(LIMIT);
      await tab.goto(server.url);
      const took = await tab.evaluate(async (name) => {
        const begun = performance.now();
        const { run } = await import(`/${name}.js`);
        await run();
        return performance.now() - begun;
      }, CONTESTANTS[name]?.entry);
      times.get(name)?.push(took);
      await context.close();
    }
  }
} finally {
  await browser?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
}
const rows = [...times].map(([name, figures]) => ({
  name: `${name}: import to ready`,
  value: Math.round(median(figures) * 10) / 10,
  unit: "ms",
}));
console.log(JSON.stringify({ bench: "startup", rows }));

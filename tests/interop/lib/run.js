/** Runs the tests of all clients, and then compares the table with what they have found. */

import { spawn } from "node:child_process";
import { readdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { FOLDER } from "./results.js";

const HERE = fileURLToPath(new URL("..", import.meta.url));

/** Runs test files, two at a time: they mostly wait. @param {string[]} files */
async function run(files) {
  const options = ["--test-concurrency=2", "--test-timeout=120000", "--test-reporter=spec"];
  const child = spawn(process.execPath, ["--test", ...options, ...files], {
    cwd: HERE,
    stdio: "inherit",
  });
  /** @type {number | null} */
  const code = await new Promise((resolve) => child.once("exit", resolve));
  return code === 0;
}

const named = process.argv.slice(2);
const all = (await readdir(`${HERE}/tests`)).filter((file) => file.endsWith(".test.js"));
const files = named.length ? named : all.map((file) => `tests/${file}`);
// What an earlier run has left is no result of this one.
if (!named.length) await rm(FOLDER, { recursive: true, force: true });
const passed = await run(files);
const agrees = named.length > 0 || (await run(["lib/table.test.js"]));
process.exitCode = passed && agrees ? 0 : 1;

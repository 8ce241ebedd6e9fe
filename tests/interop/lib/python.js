/** Applications in Python, with the clients of `python/requirements.txt`. */

import { execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { freePort } from "../../browser/lib/ports.js";
import { REPOSITORY } from "./results.js";

const PYTHON = process.env.PORTCULLIS_PYTHON ?? join(REPOSITORY, "target/interop/python/bin/python");

/** The version of a Python package as it is installed. @param {string} name */
export async function installedInPython(name) {
  const script = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))";
  return (await promisify(execFile)(PYTHON, ["-c", script, name])).stdout.trim();
}

/**
 * Serves an application while `use` runs.
 * @param {string} file in `python/`
 * @param {(url: string) => Promise<object>} configure what it is told, by its own address
 * @param {(url: string) => Promise<void>} use
 */
export async function servingPython(file, configure, use) {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const settings = { url, port, ...(await configure(url)) };
  const child = spawn(PYTHON, [join(REPOSITORY, "tests/interop/python", file)], {
    // Nothing of the surroundings: proxies are none of its business.
    env: { SETTINGS: JSON.stringify(settings), PYTHONUNBUFFERED: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stdout.on("data", (text) => (said += text));
  child.stderr.on("data", (text) => (said += text));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  try {
    while (!(await fetch(url).then(() => true, () => false))) {
      if (child.exitCode !== null) throw new Error(`${file} ended with ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await use(url);
  } catch (error) {
    console.error(said);
    throw error;
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

/** The release server, serving the contestants' pages beside its API. */

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Starts it on a free port of this machine.
 * @param {string} binary
 * @param {string} ui
 */
export async function serve(binary, ui) {
  const data = await mkdtemp(join(tmpdir(), "portcullis-bench-"));
  const child = spawn(binary, ["serve", "--port", "0", "--ui", ui, "--data-dir", data], {
    env: {},
    stdio: ["ignore", "pipe", "ignore"],
  });
  /** @type {string} */
  const url = await new Promise((resolve, reject) => {
    let said = "";
    child.stdout.on("data", (text) => {
      said += text;
      const found = /Portcullis is at (\S+)/.exec(said)?.[1];
      if (found) resolve(found);
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
  const stop = async () => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
    await rm(data, { recursive: true, force: true });
  };
  return { url, stop };
}

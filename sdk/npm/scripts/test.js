/**
 * Runs the tests: one file after the other, since some measure and some need all of the machine; the
 * scenarios, which mostly wait, two at a time.
 */

import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

for (const [folder, atOnce] of /** @type {const} */ ([
  ["tests", 1],
  ["tests/scenarios", 2],
])) {
  const files = readdirSync(root + folder).filter((name) => name.endsWith(".test.js"));
  const options = [`--test-concurrency=${atOnce}`, "--test-timeout=120000", "--test-reporter=spec"];
  const paths = files.sort().map((name) => `${folder}/${name}`);
  const { status } = spawnSync(process.execPath, ["--test", ...options, ...paths], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) process.exitCode = 1;
}

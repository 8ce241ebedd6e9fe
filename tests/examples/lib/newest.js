/** The packed package: the one that `cargo xtask` packed, or one of the present `dist/`. */

import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));

/** @type {Promise<string> | undefined} */
let packed;

/** The tarball's path. */
export function newest() {
  return (packed ??= process.env.PORTCULLIS_NPM_TARBALL
    ? Promise.resolve(process.env.PORTCULLIS_NPM_TARBALL)
    : pack());
}

async function pack() {
  const folder = join(REPOSITORY, "target/examples");
  await mkdir(folder, { recursive: true });
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const { stdout } = await promisify(execFile)("npm", args, { cwd: join(REPOSITORY, "sdk/npm") });
  // A list, or an object by name.
  const [pack] = Object.values(JSON.parse(stdout));
  return join(folder, String(pack.filename));
}

/** The package as its users get it: packed, and installed into projects of their own. */

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { build } from "esbuild";

const run = promisify(execFile);

/** The package's folder. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** The top of the repository. */
export const REPOSITORY = fileURLToPath(new URL("../../../..", import.meta.url));

/** @param {string} path below the package's folder */
export const read = (path) => readFile(join(ROOT, path), "utf8");

/**
 * A module of `src/`, as it is there, for tests of what is not published by itself.
 * @param {string} path below the package's folder
 */
export async function source(path) {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, path)],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
  });
  const text = Buffer.from(outputFiles[0]?.contents ?? []).toString("base64");
  return import(`data:text/javascript;base64,${text}`);
}

/**
 * For esbuild and TypeScript that names the package's sources: its published form is what is tested.
 * @type {import("esbuild").Plugin}
 */
export const published = {
  name: "published",
  setup({ onResolve }) {
    onResolve({ filter: /^(\.\.\/)+src\/.*index\.js$/ }, ({ path }) => ({
      path: join(ROOT, path.replace(/^.*src\//, "dist/")),
    }));
  },
};

/** Where a reason is explained. @param {string} reason */
export const docs = (reason) =>
  `https://github.com/portcullis-auth/portcullis/blob/main/docs/errors.md#${reason}`;

/** A folder that is gone when the process ends its test file. */
export class Folder {
  /** @param {string} path */
  constructor(path) {
    this.path = path;
  }

  static async make() {
    return new Folder(await mkdtemp(join(tmpdir(), "portcullis-npm-")));
  }

  /** @param {Record<string, string>} files */
  async write(files) {
    for (const [name, text] of Object.entries(files)) {
      const path = join(this.path, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    }
  }

  /** @param {string} name */
  at(name) {
    return join(this.path, name);
  }

  /**
   * Installs what the package's own development has installed, as no registry is asked in tests.
   * @param {string[]} names
   */
  async link(...names) {
    for (const name of names) {
      await mkdir(dirname(this.at(`node_modules/${name}`)), { recursive: true });
      await symlink(join(ROOT, "node_modules", name), this.at(`node_modules/${name}`));
    }
  }

  remove() {
    return rm(this.path, { recursive: true, force: true });
  }
}

/**
 * The tarball: the one that `cargo xtask` packed, or one of the present `dist/`.
 * @param {Folder} folder where to pack one
 */
async function tarball(folder) {
  const packed = process.env.PORTCULLIS_NPM_TARBALL;
  if (packed) return packed;
  const { stdout } = await run(
    "npm",
    ["pack", "--json", "--ignore-scripts", "--pack-destination", folder.path],
    { cwd: ROOT },
  );
  return folder.at(packedFile(stdout));
}

/** @param {string} json what `npm pack --json` printed: a list, or an object by name */
function packedFile(json) {
  const [pack] = Object.values(JSON.parse(json));
  return String(pack.filename);
}

/** A project of somebody's in which the package is installed from its tarball, offline. */
export async function project() {
  const folder = await Folder.make();
  await folder.write({
    "package.json": JSON.stringify({ name: "app", private: true, type: "module" }),
  });
  const file = await tarball(folder);
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", file], { cwd: folder.path });
  return folder;
}

/**
 * Runs a program and hands over what it printed and how it ended.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd: string }} options
 */
export async function outcome(program, args, options) {
  try {
    const { stdout, stderr } = await run(program, args, options);
    return { ok: true, stdout, stderr };
  } catch (error) {
    const { stdout, stderr } = /** @type {{ stdout: string, stderr: string }} */ (error);
    return { ok: false, stdout, stderr };
  }
}

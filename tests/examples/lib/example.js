/** An example as its readers get it: its own files, what its lock file says, and the packed package. */

import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { newest } from "./newest.js";

const run = promisify(execFile);
const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));
/** Nobody is to be told that an example is tested. */
const QUIET = { NEXT_TELEMETRY_DISABLED: "1", ASTRO_TELEMETRY_DISABLED: "1", CI: "1" };

export class Example {
  /** @type {import("node:child_process").ChildProcess[]} */
  #running = [];

  /** @param {string} path */
  constructor(path) {
    /** Where its copy is. */
    this.path = path;
  }

  /**
   * Copies an example and installs what it needs; what was installed from the same lock file before
   * is kept.
   * @param {string} name its folder below `examples/`
   */
  static async install(name) {
    const source = join(REPOSITORY, "examples", name);
    const path = join(REPOSITORY, "target/examples", name);
    await mkdir(path, { recursive: true });
    for (const entry of await readdir(path)) {
      if (entry !== "node_modules") await rm(join(path, entry), { recursive: true });
    }
    await cp(source, path, {
      recursive: true,
      filter: (file) => !/\/(node_modules|dist|build|public\/sdk|\.next|\.svelte-kit)$/.test(file),
    });
    const example = new Example(path);
    await example.#dependencies();
    return example;
  }

  async #dependencies() {
    const tarball = await newest();
    const lock = await readFile(join(this.path, "package-lock.json"), "utf8");
    const stamp = createHash("sha256").update(lock).digest("hex");
    const file = join(this.path, "node_modules/.portcullis-lock");
    const sdk = join(this.path, "node_modules/@portcullis/sdk");
    if ((await readFile(file, "utf8").catch(() => "")) !== stamp) {
      // The lock file names all but the package itself, which is not published from here.
      await this.#run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", tarball]);
      await writeFile(file, stamp);
    }
    await rm(sdk, { recursive: true, force: true });
    await mkdir(sdk, { recursive: true });
    await run("tar", ["-xzf", tarball, "-C", sdk, "--strip-components=1"]);
  }

  /** Runs one of its scripts to the end. @param {string} script */
  async build(script = "build") {
    await this.#run("npm", ["run", script]);
  }

  /** A path below it. @param {string} path */
  at(path) {
    return join(this.path, path);
  }

  /**
   * Starts one of its scripts, until {@link stop}; resolves once `url` answers.
   * @param {string} script
   * @param {string} url
   * @param {Record<string, string>} env
   */
  async start(script, url, env) {
    const child = spawn("npm", ["run", script], {
      cwd: this.path,
      env: { ...process.env, ...QUIET, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      // npm and what it starts are one group, so that both can be ended.
      detached: true,
    });
    this.#running.push(child);
    let said = "";
    child.stdout?.on("data", (text) => (said += text));
    child.stderr?.on("data", (text) => (said += text));
    for (;;) {
      if (child.exitCode !== null) throw new Error(`${script} ended with ${child.exitCode}:\n${said}`);
      if (await fetch(url).then(() => true, () => false)) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async stop() {
    await Promise.all(
      this.#running.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null || !child.pid) return;
        const ended = new Promise((resolve) => child.once("exit", resolve));
        process.kill(-child.pid, "SIGTERM");
        await ended;
      }),
    );
  }

  /** @param {string} program @param {string[]} args */
  async #run(program, args) {
    try {
      await run(program, args, {
        cwd: this.path,
        env: { ...process.env, ...QUIET },
        maxBuffer: 64 << 20,
      });
    } catch (error) {
      const { stdout, stderr } = /** @type {{ stdout: string, stderr: string }} */ (error);
      const name = this.path.slice(dirname(this.path).length + 1);
      throw new Error(`${program} ${args[0]} of ${name}:\n${stdout}\n${stderr}`);
    }
  }
}

/** A real `portcullis serve` with a database of its own. */

import { spawn } from "node:child_process";
import { join } from "node:path";

import { Folder, REPOSITORY } from "./package.js";
import { freePort } from "./site.js";

/** Settings under which a test is not slowed down or limited by what it does not test. */
const SETTINGS = {
  PORTCULLIS_PASSWORD__ARGON2_MEMORY_KIB: "64",
  PORTCULLIS_PASSWORD__ARGON2_PASSES: "1",
  PORTCULLIS_LIMITS__REGISTRATIONS_PER_IP: "10000",
  PORTCULLIS_LIMITS__CEREMONIES_PER_IP: "10000",
  PORTCULLIS_LIMITS__SIGN_INS_PER_IP: "10000",
};

export class Server {
  #process;
  #folder;
  #log = "";

  /**
   * @param {import("node:child_process").ChildProcess} process
   * @param {Folder} folder
   */
  constructor(process, folder) {
    this.#process = process;
    this.#folder = folder;
    /** Where people reach it. */
    this.url = "";
    /** What makes the first admin; see `Admin.of`. */
    this.setupLink = "";
    /** Where it listens. */
    this.address = "";
    process.stderr?.on("data", (text) => (this.#log = (this.#log + text).slice(-8_000)));
  }

  /** What it logged last. */
  get log() {
    return this.#log;
  }

  /**
   * @param {{ ui: string, config?: string, publicUrl?: string }} options `publicUrl`: how people
   * reach it, where that is not directly
   */
  static async start({ ui, config = "", publicUrl }) {
    const folder = await Folder.make();
    const port = publicUrl ? await freePort() : 0;
    await folder.write({ "portcullis.toml": config });
    const binary = process.env.PORTCULLIS_BIN ?? join(REPOSITORY, "target/debug/portcullis");
    const child = spawn(
      binary,
      ["serve", "--demo", "--port", String(port), "--ui", ui]
        .concat(["--config", folder.at("portcullis.toml")])
        .concat(["--data-dir", folder.path])
        .concat(publicUrl ? ["--public-url", publicUrl] : []),
      // Nothing of the surroundings: they could hold settings.
      { env: SETTINGS, stdio: ["ignore", "pipe", "pipe"] },
    );
    const server = new Server(child, folder);
    server.url = await new Promise((resolve, reject) => {
      let said = "";
      child.stdout.on("data", (text) => {
        said += text;
        const url = /Portcullis is at (\S+)/.exec(said)?.[1];
        server.setupLink = /https?:\S+#token=\S+/.exec(said)?.[0] ?? "";
        if (url && server.setupLink) resolve(url);
      });
      child.once("error", reject);
      child.once("exit", (code) =>
        reject(new Error(`the server ended with ${code}:\n${server.log}`)),
      );
    });
    server.address = port ? `http://127.0.0.1:${port}` : server.url;
    return server;
  }

  async stop() {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = new Promise((resolve) => this.#process.once("exit", resolve));
      this.#process.kill("SIGTERM");
      await ended;
    }
    await this.#folder.remove();
  }
}

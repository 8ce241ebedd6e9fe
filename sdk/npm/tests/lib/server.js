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
  /** @type {import("node:child_process").ChildProcess} */
  #process = /** @type {never} */ (undefined);
  #folder;
  #arguments;
  #log = "";

  /** Where people reach it. */
  url = "";
  /** What makes the first admin; see `Admin.of`. */
  setupLink = "";
  /** Where it listens. */
  address = "";

  /**
   * @param {Folder} folder
   * @param {string[]} args
   */
  constructor(folder, args) {
    this.#folder = folder;
    this.#arguments = args;
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
    const args = ["serve", "--demo", "--port", String(port), "--ui", ui]
      .concat(["--config", folder.at("portcullis.toml")])
      .concat(["--data-dir", folder.path])
      .concat(publicUrl ? ["--public-url", publicUrl] : []);
    const server = new Server(folder, args);
    await server.begin();
    server.address = port ? `http://127.0.0.1:${port}` : server.url;
    return server;
  }

  /** Begins to serve, anew if it has crashed. */
  async begin() {
    const binary = process.env.PORTCULLIS_BIN ?? join(REPOSITORY, "target/debug/portcullis");
    // Nothing of the surroundings: they could hold settings.
    const child = spawn(binary, this.#arguments, { env: SETTINGS, stdio: ["ignore", "pipe", "pipe"] });
    child.stderr.on("data", (text) => (this.#log = (this.#log + text).slice(-8_000)));
    this.#process = child;
    await new Promise((resolve, reject) => {
      let said = "";
      child.stdout.on("data", (text) => {
        said += text;
        const url = /Portcullis is at (\S+)\n/.exec(said)?.[1];
        this.url = url ?? this.url;
        this.setupLink = /https?:\S+#token=\S+/.exec(said)?.[0] ?? this.setupLink;
        if (url && this.setupLink) resolve(undefined);
      });
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`the server ended with ${code}:\n${this.log}`)));
    });
  }

  /** Ends it without a warning; what it has kept stays. */
  crash() {
    return this.#end("SIGKILL");
  }

  async stop() {
    await this.#end("SIGTERM");
    await this.#folder.remove();
  }

  /** @param {NodeJS.Signals} signal */
  async #end(signal) {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill(signal);
    await ended;
  }
}

/** An example in Rust: built where it is, from the crates beside it. */

import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { Example } from "./example.js";

const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));

export class Crate extends Example {
  #source;

  /** @param {string} source @param {string} path where what is made of it goes */
  constructor(source, path) {
    super(path);
    this.#source = source;
  }

  /** Installs nothing: cargo does. @param {string} name its folder below `examples/` */
  static async install(name) {
    const path = join(REPOSITORY, "target/examples", name);
    await mkdir(path, { recursive: true });
    return new Crate(join(REPOSITORY, "examples", name), path);
  }

  /** Builds it as the demo app is built, so that what both need is built once. */
  async build(script = "build.sh") {
    const target = process.env.CARGO_TARGET_DIR ?? join(REPOSITORY, "target");
    await promisify(execFile)("sh", [join(this.#source, script)], {
      env: {
        ...process.env,
        PROFILE: "wasm-release",
        OUT: this.at("dist"),
        CARGO_TARGET_DIR: join(target, "wasm"),
      },
      maxBuffer: 64 << 20,
    });
  }
}

/**
 * The client for applications that bring the WebAssembly module along themselves: nothing here
 * names a file, so that no tool has to find one.
 *
 * @packageDocumentation
 */

import type { Auth } from "./auth.js";
import { make } from "./create.js";
import type { AuthOptions } from "./options.js";

/** Settings of a client whose module is given. */
export type SlimOptions = AuthOptions & {
  /** The WebAssembly module, or what hands it over when it is needed. */
  wasm: NonNullable<AuthOptions["wasm"]>;
};

/**
 * Makes a client, as the main door's function of this name does.
 *
 * @throws TypeError - If the module is missing, or what the main door's function throws for.
 */
export function createAuth(options: SlimOptions): Auth {
  if (!options?.wasm) throw new TypeError("@portcullis/sdk/slim needs wasm.");
  return make(options);
}

/**
 * The client with the WebAssembly module inside of a script, for tools that cannot emit a `.wasm`
 * file. A third larger to load than the main door's.
 *
 * @packageDocumentation
 */

import type { Auth } from "./auth.js";
import { make } from "./create.js";
import type { AuthOptions } from "./options.js";

/**
 * Makes a client, as the main door's function of this name does.
 *
 * @throws TypeError - If token mode lacks `clientId` or `redirectUri`.
 */
export function createAuth(options: AuthOptions = {}): Auth {
  return make(options, async () => (await import("./inlined.js")).bytes());
}

/**
 * A client for unit tests: everything an application may ask of it, in memory, with a server that
 * does as the test says. No WebAssembly, no network, no browser.
 *
 * @packageDocumentation
 */

export { createTestAuth } from "./create.js";
export type { TestAuth, TestControls } from "./controls.js";
export type { Answer, Call, Calls } from "./script.js";
export type { TestAccount, TestAuthOptions, TestUser } from "./options.js";

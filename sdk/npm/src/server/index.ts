/**
 * For servers that render pages: who is signed in, asked of Portcullis with the browser's cookie.
 *
 * @packageDocumentation
 */

export { readSession, type ReadSessionOptions } from "./read.js";

/** The WebAssembly module as text. */

import text from "../wasm/portcullis_sdk_bg.wasm";

/** The module's bytes. */
export const bytes = () => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

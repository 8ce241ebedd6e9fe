/** Where the WebAssembly module is: beside this file, in a form that bundlers follow. */

export const url = new URL("./portcullis_sdk_bg.wasm", import.meta.url);

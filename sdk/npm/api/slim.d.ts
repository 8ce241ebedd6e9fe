// @portcullis/sdk/slim
// Made by `npm run api` from the published types.

import type { Auth, AuthOptions } from "@portcullis/sdk";

export declare function createAuth(options: SlimOptions): Auth;

export type SlimOptions = AuthOptions & {
    wasm: NonNullable<AuthOptions["wasm"]>;
};

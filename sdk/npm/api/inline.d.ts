// @portcullis/sdk/inline
// Made by `npm run api` from the published types.

import type { Auth, AuthOptions } from "@portcullis/sdk";

export declare function createAuth(options?: AuthOptions): Auth;

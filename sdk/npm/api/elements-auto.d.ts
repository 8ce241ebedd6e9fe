// @portcullis/sdk/elements/auto
// Made by `npm run api` from the published types.

import type { Auth } from "@portcullis/sdk";

export declare const auth: Auth;

// @portcullis/sdk/server
// Made by `npm run api` from the published types.

import type { SignedInSession, SignedOutSession } from "@portcullis/sdk";

export declare function readSession(options: ReadSessionOptions): Promise<SignedInSession | SignedOutSession | undefined>;

export interface ReadSessionOptions {
    server: string;
    cookie: string | null | undefined;
    timeout?: number | undefined;
    signal?: AbortSignal | undefined;
    fetch?: ((input: string, init: RequestInit) => Promise<Response>) | undefined;
}

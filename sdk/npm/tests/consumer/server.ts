/** What servers that render pages write, in the strictest TypeScript. Type-checked only; see
 * `types.test.js`. */

import { createAuth, type SignedInSession, type SignedOutSession } from "@portcullis/sdk";
import { readSession, type ReadSessionOptions } from "@portcullis/sdk/server";

declare const request: Request;
declare const node: { headers: { cookie?: string } };

const server = "http://localhost:8080";
const options: ReadSessionOptions = { server, cookie: request.headers.get("cookie") };
const session: SignedInSession | SignedOutSession | undefined = await readSession(options);
// It is handed down as it is, whatever it is.
createAuth({ session });
await readSession({ server, cookie: node.headers.cookie, fetch, signal: request.signal });
await readSession({ server, cookie: undefined, timeout: undefined });
// @ts-expect-error: whose session?
await readSession({ server });
// @ts-expect-error: where from?
await readSession({ cookie: "" });
// @ts-expect-error: nobody may be signed in
session?.user;

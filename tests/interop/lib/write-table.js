/** Writes `docs/interop.md` from what the tests have found. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { all, REPOSITORY, table } from "./results.js";

const results = await all();
if (!results.length) throw new Error("no test has left a result");

const text = `# Other people's clients

Portcullis is a standard OAuth 2.1 and OpenID Connect provider. This table is written by the tests:
each client is installed unmodified from its registry and driven through each flow that it offers,
against the real server, in Chromium where a person takes part. An empty cell: the client does not
offer that flow by itself, or the tests do not drive it.

${table(results)}

All of them are run with \`cargo xtask test browser\`; the code is in \`tests/interop/\`, a file for
each client, which also shows how each is configured.

Worth knowing:

- \`passport-openidconnect\` has no PKCE. It works for a confidential client that is registered with
  \`require_pkce = false\`; every other client is better left with the default.
- \`express-openid-connect\` asks for an ID token in the browser unless it is told
  \`response_type: "code"\`; there is no implicit grant here.
- Clients that refuse plain HTTP are told to allow it for these tests, since the server listens on
  loopback.
`;
await writeFile(join(REPOSITORY, "docs/interop.md"), text);

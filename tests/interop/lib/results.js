/** What the test files tell each other through files: the columns of the table. */

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { FLOWS } from "./flows.js";

/** @typedef {import("./flows.js").Flow} Flow */

/**
 * @typedef {object} Result what a client's test file found
 * @property {string} client
 * @property {string} version
 * @property {string} registry where the client comes from
 * @property {Partial<Record<Flow, boolean>>} flows whether each of its flows went well
 */

/** The repository. */
export const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));
/** Where results are left. */
export const FOLDER = join(REPOSITORY, "target/interop/results");
/** The table as it is kept. */
export const TABLE = join(REPOSITORY, "docs/interop.md");

/** Keeps what the test file that runs has found. @param {Result} result */
export async function keep(result) {
  await mkdir(FOLDER, { recursive: true });
  const name = result.client.replace(/\W+/g, "-");
  await writeFile(join(FOLDER, `${name}.json`), JSON.stringify(result, null, 2));
}

/** All that was kept, in the order in which the table names the clients. @returns {Promise<Result[]>} */
export async function all() {
  const files = await readdir(FOLDER).catch(() => []);
  /** @type {Result[]} */
  const results = await Promise.all(
    files.map(async (file) => JSON.parse(await readFile(join(FOLDER, file), "utf8"))),
  );
  /** @param {Result} result */
  const place = ({ registry, client }) => `${REGISTRIES.indexOf(registry)} ${client}`;
  return results.sort((a, b) => place(a).localeCompare(place(b), "en"));
}

const REGISTRIES = ["npm", "PyPI", "crates.io"];

/** The page with the table, as Markdown. @param {Result[]} results */
export function page(results) {
  return `# Other people's clients

Portcullis is a standard OAuth 2.1 and OpenID Connect provider. This table is written by the tests:
each client is installed unmodified from its registry and driven through the flows that it offers,
against the real server, in Chromium where a person takes part. “—”: the client leaves that to
others, or the tests do not drive it.

${table(results)}

\`cargo xtask test browser\` runs all of them and compares this page with what it found; \`npm run
table\` in \`tests/interop/\` writes it anew. There is a file for each client there, which also shows
how it is configured.

Worth knowing:

- \`passport-openidconnect\` has no PKCE: it needs a confidential client with \`require_pkce = false\`
  (\`portcullis client create --without-pkce\`), and \`nonce: true\`. \`authlib\` and
  \`mozilla-django-oidc\` have it, and use it if they are told to: better that than the switch.
- \`mozilla-django-oidc\` takes HS256 for granted: tell it \`OIDC_RP_SIGN_ALGO = "RS256"\`.
- \`express-openid-connect\` asks for an ID token by way of the browser unless it is told
  \`response_type: "code"\`; there is no implicit grant here.
- \`oidc-client-ts\` watches the session (\`monitorSession\`) where the server offers it
  (\`oauth.session_management\`) and its pages are of the server's own site.
- \`openidconnect\` revokes over https only, which a server on loopback has not got: hence no mark.
`;
}

/** @param {Result[]} results */
function table(results) {
  const heads = ["", ...results.map(({ client }) => `\`${client}\``)];
  const versions = ["version", ...results.map(({ version }) => version)];
  const registries = ["from", ...results.map(({ registry }) => registry)];
  const rows = Object.entries(FLOWS).map(([flow, text]) => [
    text,
    ...results.map(({ flows }) => cell(flows[/** @type {Flow} */ (flow)])),
  ]);
  /** @param {string[]} cells */
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const rule = line(["---", ...results.map(() => ":---:")]);
  return [line(heads), rule, line(versions), line(registries), ...rows.map(line)].join("\n");
}

/** @param {boolean | undefined} passed */
function cell(passed) {
  if (passed === undefined) return "—";
  return passed ? "pass" : "**fail**";
}

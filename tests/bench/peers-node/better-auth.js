/**
 * A peer to be measured beside Portcullis: Better Auth on SQLite, in the mode that production has.
 *
 * `POST /api/auth/sign-up/email` makes a user and signs them in; `GET /api/auth/get-session` is the
 * check. Answers are sent whole: the load generator wants to know their length.
 */

import { createServer } from "node:http";
import { parseArgs } from "node:util";

import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import Database from "better-sqlite3";

const { values } = parseArgs({
  options: { port: { type: "string" }, database: { type: "string" } },
});
const origin = `http://127.0.0.1:${values.port}`;
const database = new Database(values.database ?? ":memory:");
// As ours has it.
database.pragma("journal_mode = WAL");
/** @type {import("better-auth").BetterAuthOptions} */
const options = {
  database,
  baseURL: origin,
  secret: "measured on loopback, guards nothing",
  emailAndPassword: { enabled: true },
  // Thirty-two callers who ask as fast as they can are what is measured.
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { disabled: true },
};
await (await getMigrations(options)).runMigrations();
const auth = betterAuth(options);

createServer(async (request, response) => {
  /** @type {Buffer[]} */
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { method = "GET", url = "/" } = request;
  const headers = /** @type {Record<string, string>} */ (request.headers);
  const body = chunks.length > 0 ? Buffer.concat(chunks) : null;
  const answer = await auth.handler(new Request(origin + url, { method, headers, body }));
  const bytes = Buffer.from(await answer.arrayBuffer());
  response.writeHead(answer.status, [
    ...[...answer.headers].flat(),
    "content-length",
    String(bytes.length),
  ]);
  response.end(bytes);
}).listen(Number(values.port), "127.0.0.1");

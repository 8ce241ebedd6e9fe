/** A server that speaks TLS and asks for certificates, and the certificates (RFC 8705). */

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { Agent, fetch as undiciFetch } from "undici";

import { freePort } from "../../browser/lib/ports.js";

const run = promisify(execFile);
const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** A client with a certificate of the CA. */
const CLIENTS = `
[[clients]]
id = "ledger"
name = "Ledger"
token_endpoint_auth_method = "tls_client_auth"
tls_client_auth_subject_dn = "CN=ledger,O=Example,C=DE"
tls_client_certificate_bound_access_tokens = true
grant_types = ["client_credentials"]
scopes = ["reports:read"]
`;

/**
 * Runs the server while `use` runs.
 * @param {(issuer: string, as: (name: "ledger" | "stranger") => typeof fetch) => Promise<void>} use
 *   with what fetches as whoever has that certificate
 */
export async function servingTls(use) {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-mtls-"));
  const at = (/** @type {string} */ name) => join(folder, name);
  const openssl = (/** @type {string[]} */ ...words) => run("openssl", words, { cwd: folder });
  const own = (/** @type {string} */ name, /** @type {string} */ subject, more = [""]) => {
    const files = ["-keyout", `${name}-key.pem`, "-out", `${name}.pem`];
    const words = ["-days", "2", "-subj", subject, ...files, ...more.filter(Boolean)];
    return openssl("req", "-x509", ...KEY, ...words);
  };
  await own("server", "/CN=localhost", ["-addext", "subjectAltName=DNS:localhost"]);
  await own("ca", "/O=Example/CN=clients");
  for (const name of ["ledger", "stranger"]) {
    const files = ["-keyout", `${name}-key.pem`, "-out", `${name}.csr`];
    await openssl("req", ...KEY, "-subj", `/C=DE/O=Example/CN=${name}`, ...files);
    await writeFile(at("client.ext"), "extendedKeyUsage=clientAuth\n");
    const by = ["-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial"];
    const to = ["-days", "2", "-extfile", "client.ext", "-out", `${name}.pem`];
    await openssl("x509", "-req", "-in", `${name}.csr`, ...by, ...to);
  }
  await writeFile(at("portcullis.toml"), CLIENTS);
  const port = await freePort();
  const tls = ["--tls-certificate", "server.pem", "--tls-key", "server-key.pem"];
  const words = ["serve", "--port", String(port), ...tls, "--tls-client-certificates"];
  const child = spawn(process.env.PORTCULLIS_BIN ?? "", [...words, "--tls-client-ca", "ca.pem"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = once(child, "exit");
  /** @type {Agent[]} */
  const agents = [];
  const ca = await readFile(at("server.pem"));
  /** @param {"ledger" | "stranger" | undefined} name @returns {Promise<typeof fetch>} */
  const fetchAs = async (name) => {
    const shown = name && {
      cert: await readFile(at(`${name}.pem`)),
      key: await readFile(at(`${name}-key.pem`)),
    };
    const agent = new Agent({ connect: { ca, ...shown } });
    agents.push(agent);
    const ask = (/** @type {any} */ url, /** @type {any} */ options) =>
      undiciFetch(url, { ...options, dispatcher: agent });
    return /** @type {any} */ (ask);
  };
  try {
    const issuer = `https://localhost:${port}`;
    const [nobody, ledger, stranger] = await Promise.all([
      fetchAs(undefined),
      fetchAs("ledger"),
      fetchAs("stranger"),
    ]);
    for (let tries = 0; ; tries++) {
      const answers = await nobody(`${issuer}/readyz`).then(({ ok }) => ok, () => false);
      if (answers) break;
      if (tries > 600 || child.exitCode !== null) throw new Error("the server does not answer");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await use(issuer, (name) => (name === "ledger" ? ledger : stranger));
  } finally {
    await Promise.all(agents.map((agent) => agent.close()));
    child.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
}

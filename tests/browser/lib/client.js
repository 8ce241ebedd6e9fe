/** An application of another origin that uses the npm package with tokens, as its users install it. */

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { promisify } from "node:util";

/** @typedef {import("./site.js").Site} Site */

/** Its registration with the server. @param {Site} site */
export function registration(site) {
  return { id: "app", name: "Another app", redirectUris: [`${site.sameSite}/app/callback`] };
}

/** @type {Record<string, string>} */
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm" };

/**
 * Puts it on `site`, at `/app/`, and leaves its client in the page as `auth`, and
 * all that its session has been as `seen`.
 * @param {Site} site
 * @param {string} server
 * @returns {Promise<() => Promise<void>>} what takes its files away
 */
export async function serveClient(site, server) {
  const tarball = process.env.PORTCULLIS_NPM_TARBALL;
  if (!tarball) throw new Error("PORTCULLIS_NPM_TARBALL is not set");
  const folder = await mkdtemp(join(tmpdir(), "portcullis-client-"));
  await promisify(execFile)("tar", ["-xzf", tarball, "-C", folder]);
  site.put("/sdk/", async (path) => {
    const file = join(folder, "package", "dist", normalize(path.slice("/sdk".length)));
    return { body: await readFile(file), type: TYPES[extname(file)] ?? "text/plain" };
  });
  // In the page's memory, so that its tabs share them.
  const tokens = { mode: "token", clientId: "app", redirectUri: "/app/callback", isolate: false };
  const options = { server, ...tokens };
  site.put("/app/main.js", {
    type: "text/javascript",
    body: `
      import { createAuth } from "/sdk/index.js";
      globalThis.auth = createAuth(${JSON.stringify(options)});
      globalThis.seen = [];
      auth.subscribe(({ status }) => {
        seen.push(status);
        document.querySelector("output").value = status;
      });
    `,
  });
  const page = `<!doctype html><html lang="en"><title>Another app</title><link rel="icon" href="data:,">
    <script type="module" src="/app/main.js"></script><output>loading</output>`;
  site.put("/app", page);
  site.put("/app/callback", page);
  return () => rm(folder, { recursive: true, force: true });
}

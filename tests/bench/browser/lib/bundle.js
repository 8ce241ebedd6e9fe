/** Bundles a contestant, all with the same bundler and settings, and weighs the result. */

import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";

import { build } from "esbuild";

const ENTRIES = fileURLToPath(new URL("../entries", import.meta.url));
/** The published half of the SDK. */
const SDK = fileURLToPath(new URL("../../../../sdk/npm", import.meta.url));

/**
 * Who is measured, in the order of the report. What the SDK loads later is files of its own, which
 * a bundler carries along; those that such an application loads are named here.
 * @type {Record<string, { entry: string, later: string[] }>}
 */
export const CONTESTANTS = {
  "portcullis-react": {
    entry: "portcullis-react",
    later: ["module.js", "client.js", "hardened.js", "signals.js", "portcullis_sdk_bg.wasm"],
  },
  "portcullis-react, tokens in a worker": {
    entry: "portcullis-react-tokens",
    later: ["module.js", "remote.js", "worker.js", "hardened.js", "portcullis_sdk_bg.wasm"],
  },
  portcullis: {
    entry: "portcullis",
    later: ["module.js", "client.js", "hardened.js", "signals.js", "portcullis_sdk_bg.wasm"],
  },
  "react-oidc-context + SimpleWebAuthn + CASL": { entry: "separate-react", later: [] },
  "oidc-client-ts": { entry: "oidc-client-ts", later: [] },
  "better-auth, React": { entry: "better-auth-react", later: [] },
  "supabase auth-js": { entry: "supabase-auth-js", later: [] },
  "auth0-spa-js": { entry: "auth0-spa-js", later: [] },
  "msal-browser": { entry: "msal-browser", later: [] },
};

/**
 * The packages that one would combine, each by itself: what it weighs, not what it does.
 * @type {Record<string, { entry: string, later: string[] }>}
 */
export const PARTS = {
  "react-oidc-context, with oidc-client-ts": { entry: "part-oidc-react", later: [] },
  SimpleWebAuthn: { entry: "part-simplewebauthn", later: [] },
  "CASL, React": { entry: "part-casl-react", later: [] },
};

/**
 * A contestant as files in a folder: the script that it begins with, and what that loads later.
 * @param {string} name
 * @param {string} folder
 * @param {{ withReact: boolean }} options React itself weighs the same for everybody
 * @returns {Promise<string[]>} the files, the first script first
 */
export async function bundle(name, folder, { withReact }) {
  const { entry, later } = CONTESTANTS[name] ?? PARTS[name] ?? { entry: name, later: [] };
  const react = ["react", "react-dom", "react-dom/client", "react/jsx-runtime"];
  const isReact = entry.includes("-react");
  const mount = isReact ? "(app) => createRoot(document.body).render(app)" : "";
  const runner = `
    ${isReact ? 'import { createRoot } from "react-dom/client";' : ""}
    import { start } from ${JSON.stringify(join(ENTRIES, `${entry}.js`))};
    export const run = () => start(${mount});
  `;
  const { metafile } = await build({
    stdin: { contents: runner, resolveDir: ENTRIES, sourcefile: `run-${entry}.js` },
    entryNames: entry,
    outdir: folder,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "none",
    logLevel: "warning",
    define: { "process.env.NODE_ENV": '"production"' },
    chunkNames: `${entry}-[name]-[hash]`,
    metafile: true,
    plugins: [loadedLater],
    external: withReact ? [] : react,
    alias: {
      "@portcullis/sdk/react": `${SDK}/dist/react/index.js`,
      "@portcullis/sdk": `${SDK}/dist/index.js`,
    },
    nodePaths: [fileURLToPath(new URL("../node_modules", import.meta.url))],
  });
  const scripts = Object.keys(metafile.outputs).map((path) => join(process.cwd(), path));
  const files = later.map((file) => join(folder, file));
  await Promise.all(later.map((file) => copyFile(`${SDK}/dist/${file}`, join(folder, file))));
  return [...scripts, ...files];
}

/**
 * Leaves what the SDK imports later where it is: a file beside the script.
 * @type {import("esbuild").Plugin}
 */
const loadedLater = {
  name: "loaded-later",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\// }, ({ path, importer, kind }) =>
      kind === "dynamic-import" && importer.startsWith(`${SDK}/dist/`)
        ? { path, external: true }
        : undefined,
    );
  },
};

/** What files weigh, each compressed by itself as a server sends it. @param {string[]} files */
export async function weigh(files) {
  const sum = { raw: 0, gzip: 0, brotli: 0 };
  for (const file of files) {
    const bytes = await readFile(file);
    sum.raw += bytes.length;
    sum.gzip += gzipSync(bytes, { level: 9 }).length;
    sum.brotli += brotliCompressSync(bytes).length;
  }
  return sum;
}

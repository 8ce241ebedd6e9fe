/** Bundles a contestant, all with the same bundler and settings, and weighs the result. */

import { copyFile, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";

import { build } from "esbuild";

const ENTRIES = fileURLToPath(new URL("../entries", import.meta.url));
/** The published half of the SDK. */
const SDK = fileURLToPath(new URL("../../../../sdk/npm", import.meta.url));

/** How a script of ours names a file that it fetches beside itself. */
const FETCHED = /new URL\("\.\/([\w.-]+)",\s*import\.meta\.url\)/g;

/** Who is measured, in the order of the report. */
export const CONTESTANTS = [
  "portcullis-react",
  "portcullis",
  "separate-react",
  "oidc-client-ts",
  "better-auth-react",
  "supabase-auth-js",
  "auth0-spa-js",
  "msal-browser",
];

/**
 * A contestant as scripts in a folder, with the files that are fetched beside them.
 * @param {string} name
 * @param {string} folder
 * @param {{ withReact: boolean }} options React itself weighs the same for everybody
 */
export async function bundle(name, folder, { withReact }) {
  const react = ["react", "react-dom", "react-dom/client", "react/jsx-runtime"];
  const mount = name.endsWith("-react")
    ? `(app) => createRoot(document.body).render(app)`
    : "";
  const runner = `
    ${mount && `import { createRoot } from "react-dom/client";`}
    import { start } from ${JSON.stringify(join(ENTRIES, `${name}.js`))};
    export const run = () => start(${mount});
  `;
  const { metafile } = await build({
    stdin: { contents: runner, resolveDir: ENTRIES, sourcefile: `run-${name}.js` },
    entryNames: name,
    outdir: folder,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "none",
    logLevel: "warning",
    define: { "process.env.NODE_ENV": '"production"' },
    chunkNames: `${name}-[name]-[hash]`,
    metafile: true,
    external: withReact ? [] : react,
    alias: {
      "@portcullis/sdk/react": `${SDK}/dist/react/index.js`,
      "@portcullis/sdk": `${SDK}/dist/index.js`,
    },
    nodePaths: [fileURLToPath(new URL("../node_modules", import.meta.url))],
  });
  const files = Object.keys(metafile.outputs).map((path) => join(process.cwd(), path));
  // What scripts of ours fetch by `new URL("…", import.meta.url)`, esbuild leaves alone.
  const ours = Object.keys(metafile.inputs).filter((path) => path.includes("sdk/npm/dist/"));
  for (const path of ours) {
    const text = await readFile(path, "utf8");
    for (const [, file = ""] of text.matchAll(FETCHED)) {
      const to = join(folder, file);
      if (files.includes(to)) continue;
      await copyFile(join(dirname(path), file), to);
      files.push(to);
    }
  }
  return files;
}

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

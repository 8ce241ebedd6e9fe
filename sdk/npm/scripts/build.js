/** Makes `dist/`, which is all that is published, of `src/` and the generated `wasm/`. */

import { execFile } from "node:child_process";
import { copyFile, readdir, readFile, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const module = "portcullis_sdk_bg.wasm";

/**
 * wasm-bindgen looks for the module beside itself. Which module it is comes from outside here, so
 * that tools find no address which some doors do not need.
 * @type {import("esbuild").Plugin}
 */
const givenModule = {
  name: "given-module",
  setup({ onLoad }) {
    onLoad({ filter: /portcullis_sdk\.js$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const [before = "", after, ...more] = text.split(`new URL('${module}', import.meta.url)`);
      if (after === undefined || more.length) {
        throw new Error(`${path} does not name the module once, as it is expected to`);
      }
      return { contents: `${before}undefined${after}` };
    });
  },
};

/** The doors that are one file, and what they load later, when it is needed. */
const files = [
  ...["index", "slim", "inline"],
  ...["client", "hardened", "inlined", "module", "popup", "remote", "signals", "worker"],
];

/** The doors beside the main one, such as `react`: a folder of `src/` each. */
const doors = Object.keys(JSON.parse(await readFile(`${root}package.json`, "utf8")).exports)
  .map((name) => name.slice(2))
  .filter((name) => name && !name.includes(".") && !files.includes(name));

/** What there are words in. */
const languages = ["en", "de", "fr", "es", "ja"];

/** @type {import("esbuild").BuildOptions} */
const options = {
  absWorkingDir: root,
  outbase: "src",
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  minify: true,
  legalComments: "none",
  charset: "utf8",
  logLevel: "warning",
};

await rm(`${root}dist`, { recursive: true, force: true });
// Each file by itself: one that is loaded later brings along what it needs, so that nothing has to
// be fetched in turns, and a file can be copied without knowing of others.
await Promise.all(
  files.map((name) =>
    build({
      ...options,
      splitting: false,
      entryPoints: [`src/${name}.ts`],
      external: files.map((other) => `./${other}.js`),
      plugins: [givenModule],
      loader: { ".wasm": "base64" },
    }),
  ),
);
if (doors.length) {
  await build({
    ...options,
    // An application uses one of them, so that what they share is written into each.
    splitting: false,
    entryPoints: [
      ...doors.map((name) => `src/${name}/index.ts`),
      ...languages.map((tag) => `src/text/${tag}.ts`),
      "src/svelte/state.ts",
    ],
    // One client for all doors; and the frameworks are the application's, as is the compiler of
    // Svelte's components: what it makes fits the version of Svelte that it belongs to.
    external: ["../index.js", "../../index.js", "react", "vue", "svelte", "*.svelte", "*/state.js"]
      // A page loads the words of one language.
      .concat(["../text/index.js", "../../text/index.js", ...languages.map((tag) => `./${tag}.js`)]),
  });
  const components = (await readdir(`${root}src/svelte`)).filter((name) => name.endsWith(".svelte"));
  await Promise.all(
    components.map((name) => copyFile(`${root}src/svelte/${name}`, `${root}dist/svelte/${name}`)),
  );
  await copyFile(`${root}src/elements/elements.css`, `${root}dist/elements/elements.css`);
}
await promisify(execFile)(process.execPath, [
  `${root}node_modules/typescript/bin/tsc`,
  "--project",
  `${root}tsconfig.types.json`,
]).catch((error) => {
  throw new Error(error.stdout || error.message);
});
// Types of what is not for others to import.
await Promise.all(
  [
    ...["checks", "client", "core", "create", "engine", "failure", "fetching", "hardened", "http"],
    ...["inlined", "loader", "machine", "matching", "module", "page", "passkeys", "popup"],
    ...["remote", "signals", "site", "webauthn", "worker"],
    ...["dom", "form", "icons", "styles", "way"].map((name) => `elements/${name}`),
    ...languages.slice(1).map((tag) => `text/${tag}`),
    ...["look", "reader", "recorder", "row", "shown"].map((name) => `devtools/${name}`),
    "react/source",
    "testing/world",
  ].map((name) => rm(`${root}dist/${name}.d.ts`, { force: true })),
);
await copyFile(`${root}wasm/${module}`, `${root}dist/${module}`);

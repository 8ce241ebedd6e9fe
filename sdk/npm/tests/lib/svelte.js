/** Svelte's compiler as a plugin for esbuild: what the tools of applications do, in little. */

import { readFile } from "node:fs/promises";

import { transform } from "esbuild";
import { compile, compileModule } from "svelte/compiler";

/**
 * @param {"server" | "client"} generate
 * @returns {import("esbuild").Plugin}
 */
export const svelte = (generate) => ({
  name: "svelte",
  setup({ onLoad }) {
    onLoad({ filter: /\.svelte$/ }, async ({ path: filename }) => {
      const source = await readFile(filename, "utf8");
      const { js, warnings } = compile(source, { filename, generate, dev: true });
      if (warnings.length) throw new Error(warnings.map(({ message }) => message).join("\n"));
      return { contents: js.code };
    });
    onLoad({ filter: /\.svelte\.ts$/ }, async ({ path: filename }) => {
      const { code } = await transform(await readFile(filename, "utf8"), { loader: "ts" });
      return { contents: compileModule(code, { filename, generate, dev: true }).js.code };
    });
  },
});

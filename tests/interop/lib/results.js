/** What the test files tell each other through files: the cells of the table. */

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
const FOLDER = process.env.PORTCULLIS_INTEROP ?? join(REPOSITORY, "target/interop");

/** @param {Result} result */
export async function keep(result) {
  await mkdir(FOLDER, { recursive: true });
  const name = result.client.replace(/\W+/g, "-");
  await writeFile(join(FOLDER, `${name}.json`), JSON.stringify(result, null, 2));
}

/** All that was kept, by the names of the clients. @returns {Promise<Result[]>} */
export async function all() {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith(".json"));
  /** @type {Result[]} */
  const results = await Promise.all(
    files.map(async (file) => JSON.parse(await readFile(join(FOLDER, file), "utf8"))),
  );
  return results.sort((a, b) => a.client.localeCompare(b.client, "en"));
}

/** The table, as Markdown. @param {Result[]} results */
export function table(results) {
  const heads = ["flow", ...results.map(({ client }) => `\`${client}\``)];
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
  if (passed === undefined) return "";
  return passed ? "pass" : "**fail**";
}

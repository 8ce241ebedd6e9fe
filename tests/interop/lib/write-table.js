/** Writes `docs/interop.md` from what the tests have found. */

import { writeFile } from "node:fs/promises";

import { all, page, TABLE } from "./results.js";

const results = await all();
if (!results.length) throw new Error("no test has left a result: run `npm test` first");
await writeFile(TABLE, page(results));

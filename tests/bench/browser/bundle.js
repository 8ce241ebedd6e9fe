/** What each contestant weighs: all scripts and modules of it, React itself left out. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { bundle, CONTESTANTS, PARTS, weigh } from "./lib/bundle.js";

const folder = await mkdtemp(join(tmpdir(), "portcullis-bundle-"));
const rows = [];
try {
  for (const name of Object.keys({ ...CONTESTANTS, ...PARTS })) {
    const files = await bundle(name, await mkdtemp(join(folder, "of-")), { withReact: false });
    const { raw, gzip, brotli } = await weigh(files);
    for (const [kind, value] of Object.entries({ brotli, gzip, raw })) {
      rows.push({ name: `${name}: ${kind}`, value, unit: "bytes" });
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(JSON.stringify({ bench: "bundle", rows }));

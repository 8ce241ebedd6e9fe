/** Leptos with the ready-made components, built from the crates and served by Portcullis. */

import { Crate } from "../lib/crate.js";
import { readyMade } from "../lib/journey.js";
import { example } from "../lib/suite.js";

example("leptos", { kind: Crate, its: readyMade, files: "dist" });

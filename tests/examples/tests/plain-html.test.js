/** Plain HTML with the custom elements, served by Portcullis under its own Content Security Policy. */

import { readyMade } from "../lib/journey.js";
import { example } from "../lib/suite.js";

example("plain-html", { script: "sdk", its: readyMade, files: "public" });

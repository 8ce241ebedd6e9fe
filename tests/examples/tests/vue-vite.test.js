/** Vue + Vite, served by Portcullis itself under its own Content Security Policy. */

import { example } from "../lib/suite.js";

example("vue-vite", { files: "dist" });

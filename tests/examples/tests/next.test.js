/** Next on Node, which renders pages with the session and passes requests on to Portcullis. */

import { firstPaint } from "../lib/first-paint.js";
import { example } from "../lib/suite.js";

const world = example("next", {
  serve: ({ example, server, url }, port) =>
    example.start("start", url, { PORT: String(port), PORTCULLIS: server.address }),
});

firstPaint(world, "next");

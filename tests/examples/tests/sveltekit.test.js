/** SvelteKit on Node, which renders pages with the session and passes requests on to Portcullis. */

import { firstPaint } from "../lib/first-paint.js";
import { example } from "../lib/suite.js";

const world = example("sveltekit", {
  serve: ({ example, server, url }, port) =>
    example.start("start", url, {
      HOST: "localhost",
      PORT: String(port),
      ORIGIN: url,
      PORTCULLIS: server.address,
    }),
});

firstPaint(world, "sveltekit");

/** What the tests of an example share: one server, one Chromium, the example built and served. */

import { after, before, test } from "node:test";

import { launch } from "../../browser/lib/chromium.js";
import { freePort } from "../../browser/lib/ports.js";
import { Server } from "../../browser/lib/server.js";
import { Example } from "./example.js";
import { journey } from "./journey.js";

export class World {
  /** Where people reach the example. */
  url = "";
  /** @type {Example} */
  example = /** @type {never} */ (undefined);
  /** @type {Server} */
  server = /** @type {never} */ (undefined);
  /** @type {import("playwright-core").Browser} */
  browser = /** @type {never} */ (undefined);
}

/**
 * Declares the tests of an example.
 *
 * @param {string} name its folder below `examples/`
 * @param {object} how
 * @param {{ install: (name: string) => Promise<Example> }} [how.kind] what it is written for, if not for npm
 * @param {string} [how.script] the one that builds it
 * @param {import("./journey.js").Words} [how.its] the words of its pages, where it has others
 * @param {string} [how.files] what it builds, for Portcullis to serve; or else:
 * @param {(world: World, port: number) => Promise<void>} [how.serve] serves it at a port of
 *   localhost, and there what belongs to the server as well
 * @returns {World} for further tests
 */
export function example(name, { kind = Example, script, its, files, serve }) {
  const world = new World();
  before(async () => {
    world.example = await kind.install(name);
    await world.example.build(script);
    if (serve) {
      const port = await freePort();
      world.url = `http://localhost:${port}`;
      world.server = await Server.start({ publicUrl: world.url });
      await serve(world, port);
    } else {
      world.server = await Server.start({ ui: world.example.at(files ?? "dist") });
      world.url = world.server.url;
    }
    await world.server.setUp();
    world.browser = await launch();
  });
  after(async () => {
    await world.browser?.close();
    await world.example?.stop();
    await world.server?.stop();
  });
  test(`${name}: a person signs up, is made a moderator, and signs out`, () =>
    journey(world, name, its),
  );
  return world;
}

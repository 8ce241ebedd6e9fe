/** What a test file shares: one server, one Chromium, and visitors that leave after each test. */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { launch } from "./chromium.js";
import { inspect, SCREENSHOTS } from "./inspect.js";
import { Server } from "./server.js";
import { Site } from "./site.js";
import { Visitor } from "./visitor.js";

/** A test that takes longer than this hangs. */
const PATIENCE = { timeout: 90_000 };

/** What one test has at hand. */
export class World {
  /** @type {Visitor[]} */
  #visitors = [];
  /** @type {string[]} */
  #faults = [];

  /**
   * @param {Server} server
   * @param {import("playwright-core").Browser} browser
   * @param {Site} site
   * @param {(text: string) => void} note says something that was measured
   */
  constructor(server, browser, site, note) {
    this.note = note;
    this.server = server;
    this.browser = browser;
    /** A server of other origins. */
    this.site = site;
  }

  /** A browser in which nobody is signed in. @param {import("./visitor.js").Look} [look] */
  async visitor(look) {
    const visitor = await Visitor.arrive(this.browser, this.server, look);
    this.#visitors.push(visitor);
    return visitor;
  }

  /**
   * A browser in which a new user is signed in.
   * @param {Parameters<Server["account"]>[0] & import("./visitor.js").Look} [options]
   */
  async user(options) {
    const account = await this.server.account(options);
    const visitor = await this.visitor(options);
    await visitor.enterAs(account);
    return Object.assign(visitor, { account });
  }

  /** A browser in which the admin is signed in. @param {import("./visitor.js").Look} [look] */
  async admin(look) {
    const visitor = await this.visitor(look);
    await visitor.enterAs(this.server.admin);
    return visitor;
  }

  /**
   * Looks at a page as it stands; what is wrong with it fails the test in the end, so that all of
   * it is known then.
   * @param {import("playwright-core").Page} page @param {string} name
   */
  async inspect(page, name) {
    this.#faults.push(...(await inspect(page, name)));
  }

  /** What the visitors' browsers complained about, and what was found wrong with pages. */
  problems() {
    return [...this.#visitors.flatMap((visitor) => visitor.problems), ...this.#faults];
  }

  /** Pictures of all open tabs, for whoever has to find out why a test failed. @param {string} test */
  async keepPictures(test) {
    const folder = join(SCREENSHOTS, "failures");
    await mkdir(folder, { recursive: true });
    const pages = this.#visitors.flatMap((visitor) => visitor.context.pages());
    const name = test.replace(/\W+/g, "-").slice(0, 60);
    for (const [index, page] of pages.entries()) {
      const path = join(folder, `${name}-${index + 1}.png`);
      await page.screenshot({ path, timeout: 5_000 }).catch(() => undefined);
    }
  }

  async end() {
    await Promise.all(this.#visitors.map((visitor) => visitor.context.close()));
  }
}

/**
 * Starts a server and a browser for the tests of this file, and returns what declares a test. Each
 * test fails if one of its browsers reports an error that it did not announce.
 *
 * @param {((site: Site) => Options)} [configure]
 *
 * @typedef {import("./server.js").ServerOptions & { unattended?: boolean }} Options `unattended`:
 *   the server is left as it starts, without an admin
 */
export function suite(configure = () => ({})) {
  /** @type {{ server: Server, browser: import("playwright-core").Browser, site: Site }} */
  let shared;
  before(async () => {
    const site = await Site.start();
    const options = configure(site);
    const [server, browser] = await Promise.all([Server.start(options), launch()]);
    if (!options.unattended) await server.setUp();
    shared = { server, browser, site };
  }, PATIENCE);
  after(async () => {
    await shared?.browser.close();
    await shared?.site.stop();
    await shared?.server.stop();
  });

  /**
   * @param {string} name
   * @param {(world: World) => Promise<void>} run
   */
  return (name, run) =>
    test(name, PATIENCE, async (context) => {
      const note = context.diagnostic.bind(context);
      const world = new World(shared.server, shared.browser, shared.site, note);
      try {
        await run(world);
        const { length } = world.problems();
        if (length) throw new Error(`${length} things are not as they should be; see above`);
      } catch (error) {
        await world.keepPictures(name);
        console.error([`${name}:`, shared.server.log, ...world.problems().slice(0, 20)].join("\n"));
        throw error;
      } finally {
        await world.end();
      }
    });
}

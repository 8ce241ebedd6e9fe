/** What the tests of a client share: one server, one Chromium, and the note of how each flow went. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { launch } from "../../browser/lib/chromium.js";
import { Server } from "../../browser/lib/server.js";
import { Site } from "../../browser/lib/site.js";
import { fillSignIn, Visitor } from "../../browser/lib/visitor.js";
import { keep, REPOSITORY } from "./results.js";

/**
 * @typedef {import("playwright-core").Page} Page
 * @typedef {import("../../browser/lib/server.js").Account} Account
 * @typedef {import("./flows.js").Flow} Flow
 */

/** A flow that takes longer than this hangs. */
const PATIENCE = { timeout: 90_000 };

/** What a flow has at hand. */
export class World {
  /** @type {Visitor[]} */
  #visitors = [];

  /**
   * @param {Server} server
   * @param {import("playwright-core").Browser} browser
   * @param {Site} site
   */
  constructor(server, browser, site) {
    this.server = server;
    this.browser = browser;
    /** Serves the pages of clients that live in the browser, and those that others return to. */
    this.site = site;
    /** Where a client without a server of its own has the browser sent. */
    this.callback = `${site.sameSite}/callback`;
    site.put("/callback", "<!doctype html><title>Back</title><link rel=icon href=data:,>");
  }

  /** The issuer. */
  get issuer() {
    return this.server.url;
  }

  /**
   * Registers a client as an admin does.
   * @param {Record<string, unknown>} registration
   * @returns {Promise<{ id: string, secret: string }>} an empty secret: it has none
   */
  async register(registration) {
    const body = { name: "Interop", redirect_uris: [this.callback], ...registration };
    const { client, secret } = await this.server.admin.api.ask("POST", "/api/admin/clients", body);
    return { id: client.client.id, secret: secret ?? "" };
  }

  /** A browser of somebody who has an account and is not signed in. */
  async person() {
    const account = await this.server.account({ name: "Ada Lovelace" });
    const visitor = await Visitor.arrive(this.browser, this.server);
    this.#visitors.push(visitor);
    return new Person(visitor, account);
  }

  async end() {
    await Promise.all(this.#visitors.splice(0).map((visitor) => visitor.context.close()));
  }
}

/** Somebody at a browser. */
export class Person {
  /** @param {Visitor} visitor @param {Account} account */
  constructor(visitor, account) {
    this.visitor = visitor;
    this.account = account;
    /** The first tab. */
    this.page = visitor.page;
  }

  /** Types email and password where Portcullis asks for them. @param {Page} [page] */
  async signIn(page = this.page) {
    await page.waitForURL("**/sign-in**");
    await fillSignIn(page, this.account);
  }

  /**
   * Opens an authorization request, signs in, and follows back to the client.
   * @param {URL | string} request
   * @param {{ signedIn?: boolean }} [how] `signedIn`: Portcullis has no reason to ask who it is
   * @returns {Promise<URL>} the address with the answer
   */
  async authorize(request, { signedIn = false } = {}) {
    const back = this.page.waitForURL("**/callback?**", { waitUntil: "commit" });
    await this.page.goto(String(request), { waitUntil: "commit" });
    if (!signedIn) await this.signIn();
    await back;
    return new URL(this.page.url());
  }
}

/** The version of an npm package as it is installed here. @param {string} name */
export async function installed(name) {
  const file = join(REPOSITORY, "tests/interop/node_modules", name, "package.json");
  /** @type {{ version: string }} */
  const { version } = JSON.parse(await readFile(file, "utf8"));
  return version;
}

/**
 * Starts what the flows of one client need, and returns what declares a flow.
 *
 * @param {object} about
 * @param {string} about.client its name
 * @param {string} about.version
 * @param {string} [about.registry]
 * @param {(world: World) => Promise<void>} [about.prepare] before the first flow
 * @param {() => Promise<void>} [about.tidy] after the last one
 */
export function client({ client, version, registry = "npm", prepare, tidy }) {
  /** @type {Partial<Record<Flow, boolean>>} */
  const flows = {};
  /** @type {World} */
  let world;
  before(async () => {
    const [server, browser, site] = await Promise.all([Server.start(), launch(), Site.start()]);
    world = new World(server, browser, site);
    await server.setUp();
    await prepare?.(world);
  }, PATIENCE);
  after(async () => {
    await keep({ client, version, registry, flows });
    await tidy?.();
    await world?.browser.close();
    await world?.site.stop();
    await world?.server.stop();
  });

  /**
   * @param {Flow} flow
   * @param {(world: World) => Promise<void>} run
   */
  return (flow, run) => {
    flows[flow] = false;
    test(`${client}: ${flow}`, PATIENCE, async () => {
      try {
        await run(world);
        flows[flow] = true;
      } catch (error) {
        console.error(world.server.log);
        throw error;
      } finally {
        await world.end();
      }
    });
  };
}

/** What the tests of a client share: one server, one Chromium, and the note of how each flow went. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after } from "node:test";

import { suite } from "../../browser/lib/suite.js";
import { fillSignIn } from "../../browser/lib/visitor.js";
import { keep, REPOSITORY } from "./results.js";

/**
 * @typedef {import("../../browser/lib/suite.js").World} World
 * @typedef {import("../../browser/lib/visitor.js").Visitor} Visitor
 * @typedef {import("../../browser/lib/server.js").Account} Account
 * @typedef {import("./flows.js").Flow} Flow
 * @typedef {Visitor["page"]} Page
 */

/** What a flow has at hand. */
export class Scene {
  /** @param {World} world */
  constructor(world) {
    this.world = world;
    this.server = world.server;
    /** The issuer. */
    this.issuer = world.server.url;
    /** Serves the pages of clients that live in the browser, and those that others return to. */
    this.site = world.site;
    /** Where a client without a server of its own has the browser sent. */
    this.callback = `${world.site.sameSite}/callback`;
    /** And after signing out. */
    this.goodbye = `${world.site.sameSite}/goodbye`;
    for (const path of ["/callback", "/goodbye"]) {
      world.site.put(path, "<!doctype html><title>Back</title><link rel=icon href=data:,>");
    }
  }

  /**
   * Registers a client as an admin does.
   * @param {Record<string, unknown>} [registration] besides its name and addresses
   * @returns {Promise<{ id: string, secret: string }>} an empty secret: it has none
   */
  async register(registration = {}) {
    const body = {
      name: "Interop",
      redirect_uris: [this.callback],
      post_logout_redirect_uris: [this.goodbye],
      ...registration,
    };
    const answer = await this.server.admin.api.ask("POST", "/api/admin/clients", body);
    return { id: answer.client.client.id, secret: answer.client_secret ?? "" };
  }

  /** A token with which clients register themselves. @returns {Promise<string>} */
  async registrationToken() {
    const body = { uses: 1, seconds: 60 };
    const path = "/api/admin/registration-tokens";
    return (await this.server.admin.api.ask("POST", path, body)).token;
  }

  /** A browser of somebody who has an account and is not signed in. */
  async person() {
    const account = await this.server.account({ name: "Ada Lovelace" });
    const visitor = await this.world.visitor();
    // Applications of a few lines have no picture of their own.
    return new Person(visitor.tolerate(/favicon\.ico/), account);
  }

  /** The same of somebody who is signed in already, for what is not about that. */
  async user() {
    const { visitor, account } = await this.person();
    await visitor.enterAs(account);
    return new Person(visitor, account, true);
  }
}

/** Somebody at a browser. */
export class Person {
  #isKnown;

  /** @param {Visitor} visitor @param {Account} account @param {boolean} [isKnown] signed in already */
  constructor(visitor, account, isKnown = false) {
    this.#isKnown = isKnown;
    this.visitor = visitor;
    this.account = account;
    /** The first tab. */
    this.page = visitor.page;
  }

  /** Types email and password where Portcullis asks for them, as it does once. @param {Page} [page] */
  async signIn(page = this.page) {
    if (this.#isKnown) return;
    this.#isKnown = true;
    await page.waitForURL("**/sign-in**", { waitUntil: "commit" });
    await fillSignIn(page, this.account);
  }

  /**
   * Opens an authorization request, signs in, and follows back to the client.
   * @param {URL | string} request
   * @returns {Promise<URL>} the address with the answer
   */
  async authorize(request) {
    await this.page.goto(String(request), { waitUntil: "commit" });
    await this.signIn();
    const at = (/** @type {URL} */ url) => url.pathname === "/consent" || url.pathname === "/callback";
    await this.page.waitForURL(at, { waitUntil: "commit" });
    // A client that has registered itself asks first.
    if (new URL(this.page.url()).pathname === "/consent") {
      await this.page.getByRole("button", { name: "Allow", exact: true }).click();
      await this.page.waitForURL("**/callback?**", { waitUntil: "commit" });
    }
    return new URL(this.page.url());
  }

  /**
   * The same, where the answer comes as a form.
   * @param {URL | string} request
   * @returns {Promise<Request>} what the client gets
   */
  async authorizeByForm(request) {
    const sent = this.page.waitForRequest(
      (it) => it.method() === "POST" && new URL(it.url()).pathname === "/callback",
    );
    await this.page.goto(String(request), { waitUntil: "commit" });
    await this.signIn();
    const form = await sent;
    const headers = { "content-type": form.headers()["content-type"] ?? "" };
    return new Request(form.url(), { method: "POST", headers, body: form.postData() });
  }

  /** Lets a device in whose code was shown. @param {string | undefined} link with the code */
  async letIn(link) {
    if (!link) throw new Error("the device shows no link");
    await this.page.goto(link, { waitUntil: "commit" });
    await this.signIn();
    await this.page.getByRole("button", { name: "Allow", exact: true }).click();
    await this.page.getByRole("heading", { name: "Your device is connected" }).waitFor();
  }

  /** Whether Portcullis knows who this is without asking. */
  async isSignedIn() {
    return (await this.visitor.sessionCookie()) !== undefined;
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
 * @param {string} [about.registry] where it comes from
 * @param {Record<string, string>} [about.settings] further `PORTCULLIS_*` variables of the server
 */
export function client({ client, version, registry = "npm", settings = {} }) {
  /** @type {Partial<Record<Flow, boolean>>} */
  const flows = {};
  const it = suite(() => ({ settings }));
  after(() => keep({ client, version, registry, flows }));

  /**
   * @param {Flow | Flow[]} shown the flow that a run shows, or several
   * @param {(scene: Scene) => Promise<void>} run
   */
  return (shown, run) => {
    const all = [shown].flat();
    for (const flow of all) flows[flow] = false;
    it(`${client}: ${all.join(", ")}`, async (world) => {
      await run(new Scene(world));
      // What the browser complained of fails the test when this returns.
      for (const flow of all) flows[flow] = world.problems().length === 0;
    });
  };
}

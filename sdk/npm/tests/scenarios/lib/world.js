/** What the scenarios of a file share: a server behind a bad network, an application, and a Chromium. */

import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { after, before, test } from "node:test";

import { launch, newEmail, PASSWORD, Visitor } from "../../lib/browser.js";
import { Folder, ROOT } from "../../lib/package.js";
import { Server } from "../../lib/server.js";
import { Site } from "../../lib/site.js";
import { Network } from "./network.js";
import { makeOdd, ODD_WORKER, oddWorker } from "./odd.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./odd.js").Oddity} Oddity */

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>App</title>
<link rel="icon" href="data:,"><script type="module" src="/main.js"></script>
<button>Sign in</button></html>\n`;

/** @param {object} options */
const app = (options) => `import { createAuth } from "/sdk/index.js";
const options = { server: location.origin, ...${JSON.stringify(options)}, ...window.wishes };
Object.assign(window, { server: options.server, callback: options.redirectUri });
window.auth = createAuth(options);
if (window.traced) auth.trace((told) => window.traced.push(told));
auth.subscribe(({ status }) => (document.title = status));
document.querySelector("button").onclick = () => window.clicked();
`;

/** How long a scenario may take, in milliseconds, so that one that hangs is named. */
const PATIENCE = 60_000;

/** What is there while the scenarios of a file run. */
class World {
  /** @type {Network} */
  network = /** @type {never} */ (undefined);
  /** @type {Server} */
  server = /** @type {never} */ (undefined);
  /** Where the application is; its pages are the same at every path. @type {Site} */
  site = /** @type {never} */ (undefined);
  /** The application's files. @type {Folder} */
  folder = /** @type {never} */ (undefined);
  /** The files of the server's own pages. @type {Folder} */
  ui = /** @type {never} */ (undefined);
  /** @type {import("playwright-core").Browser} */
  browser = /** @type {never} */ (undefined);

  /** Starts a server behind the network. @param {string} config */
  async #serve(config) {
    const client = `[[clients]]
id = "notes"
name = "Notes"
redirect_uris = ["${this.site.url}/callback"]

[[clients]]
id = "orders"
name = "Orders"
redirect_uris = ["${this.site.url}/orders"]

[[clients]]
id = "strict"
name = "React"
redirect_uris = ["${this.site.url}/strict.html"]
`;
    const options = { ui: this.ui.path, config: `${config}\n${client}` };
    this.server = await Server.start({ ...options, publicUrl: this.network.url });
    this.network.lead(this.server.address);
  }

  /** @param {string} config @param {import("../../lib/browser.js").LaunchOptions} options */
  async begin(config, options) {
    this.network = await Network.start();
    this.folder = await Folder.make();
    this.ui = await Folder.make();
    for (const folder of [this.folder, this.ui]) {
      await cp(`${ROOT}dist`, folder.at("sdk"), { recursive: true });
    }
    this.site = await Site.start(this.folder.path);
    const token = { mode: "token", clientId: "notes", redirectUri: "/callback" };
    const files = { "index.html": PAGE, ...ODD_WORKER };
    await this.folder.write({ ...files, "main.js": app({ server: this.network.url, ...token }) });
    await this.ui.write({ "index.html": PAGE, "main.js": app({}) });
    await this.#serve(config);
    this.browser = await launch(options);
  }

  async end() {
    await this.browser?.close();
    await this.server?.stop();
    await this.network?.stop();
    await this.site?.stop();
    await this.folder?.remove();
    await this.ui?.remove();
  }
}

/**
 * How an application is set up in a scenario, and what its visitor's browser is like.
 * @typedef {object} Wishes
 * @property {boolean} [isolate]
 * @property {boolean} [dpop]
 * @property {Oddity} [odd]
 */

/** The tokens are on the page, and all tabs share them. @type {Wishes} */
export const SHARED = { isolate: false };
/** Each tab has a sign-in of its own, and keeps its tokens in a worker. @type {Wishes} */
export const APART = { isolate: true };
/** Whoever has the tokens can use them. @type {Wishes} */
export const UNBOUND = { dpop: false };

/** Somebody with an account, who is signed in at the server. */
export class Person extends Visitor {
  /** The user's id. */
  id = "";
  #account = { email: newEmail(), password: PASSWORD, name: "Ada" };
  #world;

  /** @param {World} world @param {import("playwright-core").BrowserContext} context */
  constructor(world, context) {
    super(context);
    this.#world = world;
  }

  /** @param {World} world @param {Wishes} [wishes] */
  static async join(world, wishes = {}) {
    const person = new Person(world, await world.browser.newContext());
    await person.#enter(world.network, "/api/auth/register", person.#account);
    await person.#wish(wishes);
    return person;
  }

  /** Makes an account with another server. @param {import("./network.js").Network} network */
  registerAt(network) {
    return this.#enter(network, "/api/auth/register", { ...this.#account, email: newEmail() });
  }

  /** The same person in another browser. @param {Wishes} wishes */
  async elsewhere(wishes) {
    const other = new Person(this.#world, await this.#world.browser.newContext());
    const { name: _, ...credentials } = this.#account;
    await other.#enter(this.#world.network, "/api/auth/password/sign-in", credentials);
    await other.#wish(wishes);
    return other;
  }

  /** @param {import("./network.js").Network} network @param {string} path @param {object} body */
  async #enter(network, path, body) {
    const response = await fetch(network.url + path, {
      method: "POST",
      headers: { "x-portcullis": "1", "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    assert.ok(response.ok, JSON.stringify(answer));
    this.id = answer.session.user.id;
    for (const cookie of response.headers.getSetCookie()) {
      const [name = "", value = ""] = cookie.split(";")[0]?.split("=") ?? [];
      const kind = { httpOnly: true, secure: true, sameSite: /** @type {const} */ ("Lax") };
      await this.context.addCookies([{ name, value, ...kind, domain: "localhost", path: "/" }]);
    }
  }

  /** @param {Wishes} wishes */
  async #wish({ odd, ...wishes }) {
    if (odd) await this.context.addInitScript(makeOdd, odd);
    const worker = odd && wishes.isolate ? { worker: oddWorker(odd) } : {};
    const all = { ...wishes, ...worker };
    await this.context.addInitScript((all) => Object.assign(window, { wishes: all }), all);
  }

  /**
   * A tab of the application, or of one that is set up in another way.
   * @param {string} [path] @param {object} [wishes]
   */
  async tab(path = "/", wishes) {
    const tab = await this.context.newPage();
    const wish = (/** @type {object} */ wishes) => Object.assign(window, { wishes });
    if (wishes) await tab.addInitScript(wish, wishes);
    await tab.goto(this.#world.site.url + path);
    await tab.waitForFunction(() => "auth" in window);
    return tab;
  }

  /** A tab in which they are signed in to the application. */
  async signIn() {
    const tab = await this.tab();
    await comeBack(tab);
    assert.equal(await ready(tab), "signedIn");
    return tab;
  }

  /** So many tabs, of which all are signed in. @param {number} count */
  async tabs(count) {
    const tabs = [await this.signIn()];
    while (tabs.length < count) {
      const tab = await this.tab();
      // On a busy machine the others may answer after the tab has given up asking them.
      await until(tab, "signedIn");
      tabs.push(tab);
    }
    return tabs;
  }

  /** What its pages have thrown. A browser also complains of each answer that it does not get. */
  get thrown() {
    return this.problems.filter((problem) => !/Failed to load resource|CORS policy/.test(problem));
  }
}

/** To the server and back. @param {Page} tab */
export async function comeBack(tab) {
  // The page goes away while this is under way.
  await tab.evaluate(() => {
    Object.assign(window, { left: true });
    void auth.signInWithRedirect({ returnTo: "/" });
  });
  await tab.waitForFunction(
    () => !("left" in window) && "auth" in window && location.pathname === window.callback,
  );
}

/** What the tab says once it is known who is signed in. @param {Page} tab */
export const ready = (tab) => tab.evaluate(async () => (await auth.ready).status);

/** What the tab says now. @param {Page} tab */
export const status = (tab) => tab.evaluate(() => auth.session.status);

/** Waits until the tab says so. @param {Page} tab @param {string} wanted */
export const until = async (tab, wanted) =>
  void (await tab.waitForFunction((wanted) => auth.session.status === wanted, wanted));

/**
 * Asks for the notes: the status, or why there is none.
 * @param {Page} tab
 * @param {number} [times] as often at once
 * @returns {Promise<(number | string)[]>}
 */
export function notes(tab, times = 1) {
  const asked = tab.evaluate((times) => {
    const ask = () =>
      auth.fetch(`${server}/api/notes`).then(
        ({ status }) => status,
        (error) => error.cause?.reason ?? String(error),
      );
    return Promise.all(Array.from({ length: times }, ask));
  }, times);
  // Nobody may be waiting when the tab goes.
  asked.catch(() => undefined);
  return asked;
}

/**
 * What comes of a refresh past any browser: of a token that is bound to no key, as nobody else has it.
 * @param {World} world
 * @param {string} token
 */
export async function refreshBy({ server }, token) {
  const fields = { grant_type: "refresh_token", client_id: "notes", refresh_token: token };
  const body = new URLSearchParams(fields);
  const response = await fetch(`${server.address}/oauth/token`, { method: "POST", body });
  const answer = await response.json();
  assert.ok(response.ok || answer.error === "invalid_grant", JSON.stringify(answer));
  return response.ok ? "granted" : "refused";
}

/**
 * Sets up for the scenarios of a file.
 * @param {object} [options]
 * @param {string} [options.config] further settings of the server
 * @param {import("../../lib/browser.js").LaunchOptions} [options.browser]
 */
export function scenarios({ config = "", browser = {} } = {}) {
  const world = new World();
  before(() => world.begin(config, browser));
  after(() => world.end());

  /**
   * One scenario. Whatever happens, no page throws.
   * @param {string} name what happens
   * @param {Wishes} wishes
   * @param {(person: Person, world: World) => Promise<void>} run
   */
  const scenario = (name, wishes, run) =>
    test(name, { timeout: PATIENCE }, async () => {
      world.network.begin();
      const person = await Person.join(world, wishes);
      try {
        await run(person, world);
        assert.deepEqual(person.thrown, []);
      } finally {
        await person.leave();
        world.network.begin();
        await world.network.quiet();
      }
    });
  return { world, scenario };
}

/** Somebody with a browser of their own: cookies, tabs, passkeys, and what they do with them. */

import { Authenticator } from "./authenticator.js";
import { Api } from "./server.js";
import { PASSWORD } from "./words.js";

/**
 * @typedef {import("playwright-core").Page} Page
 * @typedef {import("playwright-core").BrowserContext} BrowserContext
 * @typedef {import("./server.js").Server} Server
 * @typedef {import("./server.js").Account} Account
 *
 * @typedef {object} Look
 * @property {"light" | "dark"} [scheme]
 * @property {number} [width]
 * @property {number} [height]
 * @property {string} [locale] the browser's language
 */

export class Visitor {
  /** What went wrong in the browser that no test asked for. @type {string[]} */
  problems = [];
  /**
   * A session may end just before a tab asks to listen, whatever the test is about: being refused
   * is then how the tab learns of it.
   * @type {RegExp[]}
   */
  #tolerated = [/status of 401 .*\/api\/auth\/events/];

  /**
   * @param {Server} server
   * @param {BrowserContext} context
   * @param {Page} page
   */
  constructor(server, context, page) {
    this.server = server;
    this.context = context;
    /** The first tab. */
    this.page = page;
  }

  /**
   * @param {import("playwright-core").Browser} browser
   * @param {Server} server
   * @param {Look} [look]
   */
  static async arrive(browser, server, look = {}) {
    const { scheme = "light", width = 1280, height = 800, locale = "en-GB" } = look;
    const context = await browser.newContext({
      baseURL: server.url,
      viewport: { width, height },
      colorScheme: scheme,
      reducedMotion: "reduce",
      locale,
      timezoneId: "UTC",
      hasTouch: width < 800,
      isMobile: width < 800,
    });
    context.setDefaultTimeout(30_000);
    await context.addInitScript(() => {
      addEventListener("securitypolicyviolation", (event) => {
        console.error(`CSP ${event.violatedDirective} blocked ${event.blockedURI}`);
      });
    });
    const visitor = new Visitor(server, context, await context.newPage());
    context.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) {
        visitor.#report(`${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
    context.on("weberror", (error) => visitor.#report(`thrown: ${error.error().stack}`));
    return visitor;
  }

  /** @param {string} problem */
  #report(problem) {
    if (!this.#tolerated.some((pattern) => pattern.test(problem))) this.problems.push(problem);
  }

  /**
   * From now on the browser may complain like this. It reports every refused request as an error,
   * which is no problem where a refusal is what the test is about.
   * @param {RegExp} pattern
   */
  tolerate(pattern) {
    this.#tolerated.push(pattern);
    return this;
  }

  /** Requests may be refused with these statuses. @param {number[]} statuses */
  expectRefusals(...statuses) {
    return this.tolerate(new RegExp(`status of (${statuses.join("|")}) `));
  }

  /** Opens another tab. @param {string} path */
  async openTab(path) {
    const page = await this.context.newPage();
    await page.goto(path);
    return page;
  }

  /**
   * Signs in past the pages, for tests that are about something else, with a session of its own.
   * @param {Account} account
   */
  async enterAs({ email, password }) {
    const userAgent = await this.page.evaluate(() => navigator.userAgent);
    const api = new Api(this.server.url, userAgent);
    await api.ask("POST", "/api/auth/password/sign-in", { email, password, remember: false });
    // A `__Host-` cookie names no domain, which Playwright's own way of setting one always does.
    const devtools = await this.context.newCDPSession(this.page);
    const { success } = await devtools.send("Network.setCookie", {
      name: "__Host-portcullis",
      value: api.token ?? "",
      url: this.server.url,
      path: "/",
      secure: true,
      httpOnly: true,
      sameSite: "Lax",
    });
    if (!success) throw new Error("the browser did not take the session cookie");
    await devtools.detach();
    return api;
  }

  /** The value of the session cookie, if there is one. */
  async sessionCookie() {
    const cookies = await this.context.cookies(this.server.url);
    return cookies.find((cookie) => cookie.name === "__Host-portcullis")?.value;
  }

  /** @param {Parameters<typeof Authenticator.plugIn>[1]} [options] */
  plugInAuthenticator(options) {
    return Authenticator.plugIn(this.page, options);
  }

  /** @param {{ email: string, password?: string, name?: string }} who */
  async signUp({ email, password = PASSWORD, name }) {
    await this.page.goto("/sign-up");
    await this.page.getByLabel("Email").fill(email);
    if (name) await this.page.getByLabel("Name").fill(name);
    await this.page.getByLabel("Password", { exact: true }).fill(password);
    await this.page.getByRole("button", { name: "Create account", exact: true }).click();
    await this.page.waitForURL("**/notes");
    await menu(this.page).waitFor();
  }

  /** @param {{ email: string, password?: string }} who */
  async signIn({ email, password = PASSWORD }) {
    await this.page.goto("/sign-in");
    await fillSignIn(this.page, { email, password });
    await menu(this.page).waitFor();
  }

  async signOut(page = this.page) {
    await menu(page).click();
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await signInLink(page).waitFor();
  }

  /** Adds a passkey on the account page. */
  async addPasskey() {
    await this.page.goto("/account");
    const passkeys = this.page.getByRole("region", { name: "Passkeys" });
    await passkeys.getByRole("button", { name: "Add a passkey" }).click();
    await this.page.getByText(/^Passkey added: /).waitFor();
  }
}

/** @param {Page} page @param {{ email: string, password: string }} who */
export async function fillSignIn(page, { email, password }) {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** The button with one's initials: there exactly while somebody is signed in. @param {Page} page */
export function menu(page) {
  return page.getByRole("button", { name: /^Your account: / });
}

/** The header's link: there exactly while nobody is signed in. @param {Page} page */
export function signInLink(page) {
  return page.getByRole("banner").getByRole("link", { name: "Sign in" });
}

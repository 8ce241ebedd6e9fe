/** Chromium, and visitors in it whose pages must not complain. */

import { chromium } from "playwright-core";

/** A password that is long and odd enough for the server. */
export const PASSWORD = "seven mauve herons file tax returns";

let count = 0;

/** An address that nobody else in this run has. */
export const newEmail = () => `ada-${process.pid}-${(count += 1)}@example.com`;

/**
 * Starts the system's Chromium; Playwright's own is never downloaded.
 * @param {LaunchOptions} [options]
 *
 * @typedef {object} LaunchOptions
 * @property {string[]} [without] switches of Playwright's that make it unlike people's browsers
 */
export function launch({ without = [] } = {}) {
  return chromium.launch({
    ignoreDefaultArgs: without,
    executablePath: process.env.PORTCULLIS_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A browser of its own in which nobody is signed in. */
export class Visitor {
  /** Errors that its pages reported. @type {string[]} */
  problems = [];
  /** Paths of all that its pages asked for. @type {string[]} */
  requested = [];

  /** @param {import("playwright-core").BrowserContext} context */
  constructor(context) {
    this.context = context;
    context.on("weberror", (error) => this.problems.push(String(error.error())));
    context.on("console", (message) => {
      // A session may end just before a tab asks to listen: being refused is how it learns of it.
      const tooLate = message.location().url.endsWith("/api/auth/events");
      if (message.type() === "error" && !tooLate) this.problems.push(message.text());
    });
    context.on("request", (request) => this.requested.push(new URL(request.url()).pathname));
  }

  /** @param {import("playwright-core").Browser} browser */
  static async arrive(browser) {
    return new Visitor(await browser.newContext());
  }

  /**
   * Opens a page of the app under test, which has put a client into `window.auth`.
   * @param {string} url
   */
  async open(url) {
    const page = await this.context.newPage();
    await page.goto(url);
    await page.waitForFunction(() => "auth" in window);
    return page;
  }

  /** How often its pages have asked for the module. */
  get modules() {
    return this.requested.filter((path) => path.endsWith(".wasm")).length;
  }

  /** The problems so far, which are dealt with. */
  excuse() {
    return this.problems.splice(0);
  }

  leave() {
    return this.context.close();
  }
}

/**
 * Gives a page a passkey authenticator that says yes, always or when it is told to.
 * @param {import("playwright-core").Page} page
 * @param {{ willing?: boolean }} [options]
 */
export async function authenticator(page, { willing = true } = {}) {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: willing,
    },
  });
  return {
    /** @param {boolean} enabled */
    say: (enabled) =>
      session.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled }),
    /** How many passkeys it holds. */
    count: async () =>
      (await session.send("WebAuthn.getCredentials", { authenticatorId })).credentials.length,
    /** What its passkeys are called: user name and display name. */
    names: async () => {
      const { credentials } = await session.send("WebAuthn.getCredentials", { authenticatorId });
      return credentials.map((one) => [one.userName, one.userDisplayName]);
    },
  };
}

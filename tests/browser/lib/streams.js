/** The event streams that a browser has open. */

import assert from "node:assert/strict";

/** @typedef {import("playwright-core").Request} Request */

export class Streams {
  /** @type {Set<Request>} */
  #open = new Set();
  #context;

  /** Watches from now on. @param {import("playwright-core").BrowserContext} context */
  constructor(context) {
    this.#context = context;
    context.on("request", (request) => {
      if (isStream(request)) this.#open.add(request);
    });
    context.on("requestfinished", (request) => this.#open.delete(request));
    context.on("requestfailed", (request) => this.#open.delete(request));
  }

  /** The tabs that listen to the server now. */
  listeners() {
    const pages = [...this.#open].map((request) => request.frame().page());
    return pages.filter((page) => !page.isClosed());
  }

  /** The one tab that listens; it is an error if there are more. */
  leader() {
    const [leader, ...others] = this.listeners();
    assert.ok(leader, "a tab listens");
    assert.equal(others.length, 0, "one tab alone listens");
    return leader;
  }

  /** Waits until some tab begins to listen. */
  async begun() {
    if (this.listeners().length) return;
    await this.#context.waitForEvent("request", isStream);
  }
}

/** @param {Request} request */
function isStream(request) {
  return new URL(request.url()).pathname === "/api/auth/events";
}

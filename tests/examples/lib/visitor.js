/** A browser of its own whose pages must not complain. */

export class Visitor {
  /** Errors and warnings that its pages reported. @type {string[]} */
  problems = [];

  /** @param {import("playwright-core").BrowserContext} context */
  constructor(context) {
    this.context = context;
    context.on("weberror", (error) => this.problems.push(String(error.error())));
    context.on("console", (message) => {
      // A session may end just before a tab asks to listen: being refused is how it learns of it.
      const tooLate = message.location().url.endsWith("/api/auth/events");
      const serious = message.type() === "error" || message.type() === "warning";
      if (serious && !tooLate) this.problems.push(message.text());
    });
  }

  /** @param {import("playwright-core").Browser} browser */
  static async arrive(browser) {
    return new Visitor(await browser.newContext());
  }

  /** @param {string} url */
  async open(url) {
    const page = await this.context.newPage();
    page.setDefaultTimeout(15_000);
    await page.goto(url);
    return page;
  }

  /** The problems so far, which are dealt with. */
  excuse() {
    return this.problems.splice(0);
  }

  leave() {
    return this.context.close();
  }
}

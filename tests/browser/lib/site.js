/** Pages of other origins: the applications of OAuth clients, and those of attackers. */

import { createServer } from "node:http";

/**
 * @typedef {object} Answer
 * @property {string | Buffer} body
 * @property {string} [type]
 */

export class Site {
  #server;
  /** @type {Map<string, Answer | ((path: string) => Promise<Answer | undefined>)>} */
  #pages = new Map();

  /** @param {import("node:http").Server} server @param {number} port */
  constructor(server, port) {
    this.#server = server;
    /** On the server's own host name, which browsers call the same site and another origin. */
    this.sameSite = `http://localhost:${port}`;
    /** On another host: another site. */
    this.crossSite = `http://127.0.0.1:${port}`;
  }

  /** @returns {Promise<Site>} */
  static start() {
    return new Promise((resolve, reject) => {
      /** @type {Site} */
      let site;
      const server = createServer((request, response) => {
        const { pathname } = new URL(request.url ?? "/", "http://localhost");
        void site.#find(pathname).then(
          (answer) => {
            response.writeHead(answer ? 200 : 404, {
              "content-type": answer?.type ?? "text/html; charset=utf-8",
            });
            response.end(answer?.body ?? "no such page");
          },
          (error) => response.writeHead(500).end(String(error)),
        );
      });
      server.once("error", reject);
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        if (address === null || typeof address === "string") return reject(new Error("no port"));
        site = new Site(server, address.port);
        resolve(site);
      });
    });
  }

  /** @param {string} path */
  async #find(path) {
    const exact = this.#pages.get(path);
    if (typeof exact === "function") return exact(path);
    if (exact) return exact;
    for (const [prefix, answer] of this.#pages) {
      if (prefix.endsWith("/") && path.startsWith(prefix) && typeof answer === "function") {
        return answer(path);
      }
    }
    return undefined;
  }

  /**
   * Serves a page at `path`, or whatever a function answers for a path that begins with it.
   * @param {string} path
   * @param {string | Answer | ((path: string) => Promise<Answer | undefined>)} answer
   */
  put(path, answer) {
    this.#pages.set(path, typeof answer === "string" ? { body: answer } : answer);
  }

  /** @returns {Promise<void>} */
  stop() {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

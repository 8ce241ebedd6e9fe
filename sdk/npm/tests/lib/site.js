/** A static site of another origin than the server's. */

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";

/** @type {Record<string, string>} */
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
};

/** A port that nothing listens on. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class Site {
  /**
   * @param {import("node:http").Server} server
   * @param {string} url
   */
  constructor(server, url) {
    this.#server = server;
    this.url = url;
  }

  #server;
  /** Paths of all that was asked of it. @type {string[]} */
  requested = [];

  /**
   * Serves a folder; what has no extension is its `index.html`.
   * @param {string} folder
   * @param {Record<string, string>} [headers]
   */
  static async start(folder, headers = {}) {
    /** @type {string[]} */
    const requested = [];
    const server = createServer(async (request, response) => {
      const { pathname } = new URL(request.url ?? "/", "http://localhost");
      requested.push(pathname);
      const name = extname(pathname) ? pathname : "/index.html";
      try {
        const body = await readFile(join(folder, name));
        response.writeHead(200, { "content-type": TYPES[extname(name)] ?? "", ...headers });
        response.end(body);
      } catch {
        response.writeHead(404).end();
      }
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
    const address = /** @type {import("node:net").AddressInfo} */ (server.address());
    return Object.assign(new Site(server, `http://localhost:${address.port}`), { requested });
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

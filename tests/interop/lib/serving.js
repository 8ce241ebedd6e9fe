/** Applications with a server of their own, in the language of these tests. */

import { createServer } from "node:http";

/**
 * @typedef {import("node:http").RequestListener} Handler
 */

/**
 * Serves an application while `use` runs.
 * @param {(url: string) => Handler | Promise<Handler>} make the application, by its own address
 * @param {(url: string) => Promise<void>} use
 */
export async function serving(make, use) {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const url = `http://localhost:${port}`;
  try {
    const application = await make(url);
    server.on("request", (request, response) => {
      if (request.url === "/favicon.ico") response.writeHead(204).end();
      else application(request, response);
    });
    await use(url);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** The JSON that a page shows. @param {import("./suite.js").Page} page @returns {Promise<any>} */
export async function shown(page) {
  return JSON.parse(await page.evaluate(() => document.body.textContent ?? ""));
}

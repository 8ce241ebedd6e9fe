/** An admin of a server under test, past any browser: gives roles and takes them away. */

import { PASSWORD } from "./browser.js";

export class Admin {
  #url;
  #cookie = "";

  /** @param {string} url */
  constructor(url) {
    this.#url = url;
  }

  /**
   * Makes the server's first admin by the link that it printed.
   * @param {import("./server.js").Server} server
   */
  static async of(server) {
    const admin = new Admin(server.url);
    const token = new URL(server.setupLink).hash.replace("#token=", "");
    const account = { email: "grace@example.com", name: "Grace", password: PASSWORD };
    await admin.ask("POST", "/api/setup", { token, ...account });
    return admin;
  }

  /** @param {string} user @param {string} role */
  give(user, role) {
    return this.ask("PUT", `/api/admin/users/${user}/roles/${role}`);
  }

  /** @param {string} user @param {string} role */
  take(user, role) {
    return this.ask("DELETE", `/api/admin/users/${user}/roles/${role}`);
  }

  /** @param {string} method @param {string} path @param {object} [body] */
  async ask(method, path, body) {
    const response = await fetch(this.#url + path, {
      method,
      headers: { "x-portcullis": "1", "content-type": "application/json", cookie: this.#cookie },
      body: body ? JSON.stringify(body) : null,
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ""] = cookie.split(";");
      // There are others, such as the one that browsers are known by.
      if (pair.startsWith("__Host-portcullis=")) this.#cookie = pair;
    }
  }
}

/** A real `portcullis serve` with a database of its own, and its API for preparing a test. */

import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { freePort } from "./ports.js";
import { PASSWORD } from "./words.js";

/** What an account's own session, beside those of its browsers, says it is. */
const PHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";

/** Settings under which a test is not slowed down or limited by what it does not test. */
const SETTINGS = {
  PORTCULLIS_PASSWORD__ARGON2_MEMORY_KIB: "64",
  PORTCULLIS_PASSWORD__ARGON2_PASSES: "1",
  PORTCULLIS_LIMITS__REGISTRATIONS_PER_IP: "10000",
  PORTCULLIS_LIMITS__CEREMONIES_PER_IP: "10000",
  PORTCULLIS_LIMITS__SIGN_INS_PER_IP: "10000",
};

/**
 * @typedef {object} Client an OAuth client, as in the configuration file
 * @property {string} id
 * @property {string} name
 * @property {string[]} redirectUris
 * @property {Record<string, string | string[]>} [more] what else it is registered as
 *
 * @typedef {object} ServerOptions
 * @property {Client[]} [clients]
 * @property {{ name: string, permissions: string[] }[]} [roles] besides the demo's
 * @property {Record<string, string>} [settings] further `PORTCULLIS_*` variables
 * @property {boolean} [plain] without the demo
 * @property {string} [ui] what it serves; left out: what is in the program
 * @property {string} [publicUrl] where people reach it, if that is not where it listens
 *
 * @typedef {object} Account
 * @property {string} id
 * @property {string} email
 * @property {string} name
 * @property {string} password
 * @property {Api} api its own session, beside those of its browsers
 */

/** @param {string} name */
function needed(name) {
  const value = process.env[name];
  if (!value)
    throw new Error(`${name} is not set; run these tests with \`cargo xtask test browser\``);
  return value;
}

/** @param {ServerOptions} options */
function configuration({ clients = [], roles = [] }) {
  /** @param {string} name @param {object} settings */
  const table = (name, settings) => {
    const lines = Object.entries(settings).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`);
    return `[[${name}]]\n${lines.join("")}`;
  };
  return [
    ...roles.map((role) => table("roles", { description: role.name, ...role })),
    ...clients.map(({ id, name, redirectUris, more = {} }) =>
      table("clients", { id, name, redirect_uris: redirectUris, ...more }),
    ),
  ].join("\n");
}

/** The server's API as one session uses it, past any browser. */
export class Api {
  /** @type {string | undefined} */
  token;

  /** @param {string} url @param {string} [userAgent] the browser it speaks for */
  constructor(url, userAgent) {
    this.url = url;
    this.userAgent = userAgent;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @returns {Promise<any>} the answer's body
   */
  async ask(method, path, body) {
    const answer = await this.try(method, path, body);
    if (answer.status >= 300) {
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @returns {Promise<{ status: number, body: any }>}
   */
  async try(method, path, body) {
    /** @type {Record<string, string>} */
    const headers = { "x-portcullis": "1" };
    if (this.userAgent) headers["user-agent"] = this.userAgent;
    if (this.token) headers.cookie = `__Host-portcullis=${this.token}`;
    if (body !== undefined) headers["content-type"] = "application/json";
    const response = await fetch(this.url + path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, value] = /^__Host-portcullis=([^;]*)/.exec(cookie) ?? [];
      if (value !== undefined) this.token = value || undefined;
    }
    const text = await response.text();
    return { status: response.status, body: text && JSON.parse(text) };
  }
}

export class Server {
  #process;
  #folder;
  #log = "";
  #count = 0;
  /** The first admin. @type {Account} */
  admin;

  /**
   * @param {import("node:child_process").ChildProcess} process
   * @param {string} folder
   * @param {string} url
   * @param {string} setupLink
   */
  constructor(process, folder, url, setupLink) {
    this.#process = process;
    this.#folder = folder;
    this.url = url;
    /** Where it listens. */
    this.address = url;
    this.setupLink = setupLink;
    this.admin = /** @type {Account} */ (/** @type {unknown} */ (undefined));
    process.stderr?.on("data", (text) => {
      this.#log = (this.#log + text).slice(-8_000);
    });
  }

  /** What the server logged last. */
  get log() {
    return this.#log;
  }

  /** @param {ServerOptions} [options] */
  static async start(options = {}) {
    const folder = await mkdtemp(join(tmpdir(), "portcullis-browser-"));
    const file = join(folder, "portcullis.toml");
    await writeFile(file, configuration(options));
    const port = options.publicUrl ? await freePort() : 0;
    const arguments_ = ["serve", "--port", String(port), "--config", file];
    if (!options.plain) arguments_.push("--demo");
    if (options.ui) arguments_.push("--ui", options.ui);
    arguments_.push("--data-dir", folder);
    if (options.publicUrl) arguments_.push("--public-url", options.publicUrl);
    const child = spawn(needed("PORTCULLIS_BIN"), arguments_, {
      // Nothing of the surroundings: they could hold settings.
      env: { ...SETTINGS, ...options.settings },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const { url, link } = await said(child);
    const server = new Server(child, folder, url, link);
    if (port) server.address = `http://127.0.0.1:${port}`;
    return server;
  }

  /** Makes the first admin by the set-up link. */
  async setUp() {
    const api = new Api(this.address);
    const token = new URL(this.setupLink).hash.replace("#token=", "");
    const [email, name] = ["grace@example.com", "Grace Hopper"];
    const answer = await api.ask("POST", "/api/setup", { token, email, password: PASSWORD, name });
    this.admin = { id: answer.session.user.id, email, name, password: PASSWORD, api };
  }

  /**
   * Makes an account with a password.
   * @param {{ name?: string, roles?: string[] }} [options] roles besides `user`
   * @returns {Promise<Account>}
   */
  async account({ name = "Ada Lovelace", roles = [] } = {}) {
    const api = new Api(this.address, PHONE);
    this.#count += 1;
    const email = `${/^\w*/.exec(name)?.[0].toLowerCase()}.${this.#count}@example.com`;
    const answer = await api.ask("POST", "/api/auth/register", { email, password: PASSWORD, name });
    const account = { id: answer.session.user.id, email, name, password: PASSWORD, api };
    for (const role of roles) await this.setRole(account, role, true);
    return account;
  }

  /** Somebody who has made their account themselves. @param {string} email */
  async find(email) {
    const path = `/api/admin/users?search=${encodeURIComponent(email)}`;
    const { users } = await this.admin.api.ask("GET", path);
    return /** @type {{ id: string }} */ (users[0]);
  }

  /** @param {{ id: string }} account @param {string} role @param {boolean} on */
  async setRole(account, role, on) {
    const path = `/api/admin/users/${account.id}/roles/${role}`;
    await this.admin.api.ask(on ? "PUT" : "DELETE", path);
  }

  async stop() {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = new Promise((resolve) => this.#process.once("exit", resolve));
      this.#process.kill("SIGTERM");
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/**
 * The address and the set-up link that the server prints once it listens.
 * @param {import("node:child_process").ChildProcess} child
 * @returns {Promise<{ url: string, link: string }>}
 */
function said(child) {
  return new Promise((resolve, reject) => {
    let out = "";
    let errors = "";
    child.stdout?.on("data", (text) => {
      out += text;
      const url = /Portcullis is at (\S+)/.exec(out)?.[1];
      const link = /(http\S+#token=\S+)\n/.exec(out)?.[1];
      if (url && link) resolve({ url, link });
    });
    child.stderr?.on("data", (text) => (errors += text));
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}:\n${errors}`)));
  });
}

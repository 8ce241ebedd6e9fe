/** The network between browsers and a server: notes what passes, and does to it what it is told. */

import { createServer } from "node:http";

import { Exchange } from "./exchange.js";

/** @typedef {import("./exchange.js").Answer} Answer */

/** What is done to a request. @typedef {(exchange: Exchange) => unknown} Act */

/**
 * Which requests: those of a path and what is below, with a grant, or with one of some tokens.
 * @typedef {object} Which
 * @property {string} path
 * @property {string} [grant]
 * @property {Iterable<string>} [bearers]
 * @property {boolean} [preflights] also those by which browsers ask beforehand (CORS)
 *
 * @typedef {object} When
 * @property {number} [times] how often; left out: always
 * @property {boolean} [acted] after the server has acted on it, and not before it hears of it
 */

export const TOKEN = { path: "/oauth/token" };
export const REDEEM = { ...TOKEN, grant: "authorization_code" };
export const REFRESH = { ...TOKEN, grant: "refresh_token" };
export const REVOKE = { path: "/oauth/revoke" };
export const NOTES = { path: "/api/notes" };
export const SESSION = { path: "/api/auth/session" };

/** The connection breaks off: the request, or its answer, is lost. @type {Act} */
export const lost = (exchange) => exchange.cut();

/**
 * Something in front of the server answers in its place.
 * @param {number} status
 * @param {import("node:http").OutgoingHttpHeaders} [headers]
 * @returns {Act}
 */
export const gateway = (status, headers) => (exchange) =>
  exchange.reply({ status, headers: { "content-type": "text/html", ...headers }, body: "<h1>Sorry</h1>" });

/** The answer arrives as something else. @param {(answer: Answer) => Partial<Answer>} change @returns {Act} */
export const changed = (change) => (exchange) => {
  const answer = /** @type {Answer} */ (exchange.answer);
  exchange.reply({ ...answer, ...change(answer) });
};

export class Network {
  #server;
  #target = "";
  /** @type {(Which & When & { act: Act, left: number })[]} */
  #disturbances = [];
  /** @type {Set<() => void>} */
  #watchers = new Set();
  #underWay = 0;
  /** What lets go what is held back. @type {(() => void)[]} */
  #holds = [];

  /** All that has passed since the last {@link Network.begin}, as it arrived. @type {Exchange[]} */
  passed = [];

  /** @param {import("node:http").Server} server @param {number} port */
  constructor(server, port) {
    this.#server = server;
    /** Where the server seems to be. */
    this.url = `http://localhost:${port}`;
  }

  /** @returns {Promise<Network>} */
  static start() {
    return new Promise((resolve) => {
      /** @type {Network} */
      let network;
      const server = createServer((request, response) => void network.#pass(request, response));
      server.listen(0, "127.0.0.1", () => {
        const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
        resolve((network = new Network(server, port)));
      });
    });
  }

  /** Leads to a server. @param {string} address */
  lead(address) {
    this.#target = address;
  }

  /** Forgets what has passed and what was to be disturbed, and lets go what is held back. */
  begin() {
    this.passed = [];
    this.#disturbances = [];
    for (const release of this.#holds.splice(0)) release();
  }

  /**
   * Disturbs such requests from now on.
   * @param {Which & When} which
   * @param {Act} act
   * @returns {() => void} what ends it
   */
  disturb(which, act) {
    const disturbance = { ...which, act, left: which.times ?? Infinity };
    this.#disturbances.push(disturbance);
    return () => (disturbance.left = 0);
  }

  /** Nothing gets through. @param {Act} [act] @returns {() => void} what ends it */
  fail(act = lost) {
    return this.disturb({ path: "", preflights: true }, act);
  }

  /** Holds back the next such request, or its answer. @param {Which & When} which */
  hold(which) {
    /** @type {() => void} */
    let release = () => {};
    const released = new Promise((resolve) => (release = () => resolve(undefined)));
    this.#holds.push(release);
    /** @type {Promise<Exchange>} */
    const held = new Promise((resolve) => {
      this.disturb({ times: 1, ...which }, async (exchange) => {
        resolve(exchange);
        await released;
        // Whoever has gone meanwhile took the request along.
        if (exchange.isGone) return;
        if (!which.acted) await exchange.act();
        exchange.reply();
      });
    });
    return { held, release };
  }

  /** Requests with these access tokens are answered as if they had been revoked. @param {...string} bearers */
  refuse(...bearers) {
    const headers = { "www-authenticate": 'DPoP error="invalid_token"' };
    return this.disturb({ path: "/api/", bearers }, gateway(401, headers));
  }

  /**
   * Such requests since the first `from`, without those that only asked for a nonce.
   * @param {Which} which @param {number} [from]
   */
  all(which, from = 0) {
    const since = this.passed.slice(from);
    return since.filter((exchange) => matches(exchange, which) && !exchange.isChallenge);
  }

  /**
   * Waits for so many of these to have passed.
   * @param {Which} which @param {number} [count] @param {number} [from] @returns {Promise<Exchange[]>}
   */
  async until(which, count = 1, from = 0) {
    const over = () => this.all(which, from).filter((exchange) => exchange.isOver);
    await this.#when(() => over().length >= count);
    return over();
  }

  /** What was granted last. */
  get granted() {
    const granted = this.all(TOKEN).filter(({ answer }) => answer?.status === 200);
    const last = granted.at(-1);
    if (!last) throw new Error("Nothing was granted.");
    return last.tokens;
  }

  /** Those since the first `from` that prove who is signed in, other than to end that. @param {number} [from] */
  proving(from = 0) {
    return this.passed.slice(from).filter((exchange) => exchange.proves);
  }

  /** Waits until nothing is under way but streams. */
  quiet() {
    return this.#when(() => this.#underWay === 0);
  }

  /** @param {() => boolean} is @returns {Promise<void>} */
  #when(is) {
    return new Promise((resolve) => {
      const look = () => {
        if (!is()) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
  async #pass(request, response) {
    /** @type {Buffer[]} */
    const parts = [];
    for await (const part of request) parts.push(part);
    const exchange = new Exchange(request, response, Buffer.concat(parts).toString(), this.#target);
    this.passed.push(exchange);
    this.#underWay += 1;
    try {
      await this.#deal(exchange);
    } catch {
      // There is no server, or it went away.
      exchange.cut();
    }
    exchange.isOver = true;
    this.#underWay -= 1;
    for (const look of [...this.#watchers]) look();
  }

  /** @param {Exchange} exchange */
  async #deal(exchange) {
    const disturbance = this.#disturbances.find((one) => one.left > 0 && matches(exchange, one));
    if (!disturbance) {
      await exchange.act();
      return exchange.reply();
    }
    disturbance.left -= 1;
    if (disturbance.acted) {
      await exchange.act();
      if (exchange.isChallenge) {
        disturbance.left += 1;
        return exchange.reply();
      }
    }
    await disturbance.act(exchange);
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** @param {Exchange} exchange @param {Which} which */
function matches({ method, path, form, bearer }, { path: prefix, grant, bearers, preflights }) {
  return (
    path.startsWith(prefix) &&
    (method !== "OPTIONS" || !!preflights) &&
    (!grant || form.get("grant_type") === grant) &&
    (!bearers || [...bearers].includes(bearer ?? ""))
  );
}

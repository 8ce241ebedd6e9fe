/** One request on its way through the network of a scenario, and its answer. */

import { request as ask } from "node:http";

/** @typedef {{ status: number, headers: import("node:http").OutgoingHttpHeaders, body: string | Buffer }} Answer */

/**
 * @typedef {object} Tokens
 * @property {string} access_token
 * @property {string} refresh_token
 * @property {string} [id_token]
 */

export class Exchange {
  #response;
  #url;

  /** What the server has answered, if it was asked; whether that has arrived or not. @type {Answer | undefined} */
  answer;
  /** Nothing more will become of it. */
  isOver = false;

  /**
   * @param {import("node:http").IncomingMessage} request
   * @param {import("node:http").ServerResponse} response
   * @param {string} body
   * @param {string} target the address of the server
   */
  constructor(request, response, body, target) {
    this.#response = response;
    this.#url = new URL(request.url ?? "/", target);
    this.method = request.method ?? "GET";
    this.path = this.#url.pathname;
    this.headers = request.headers;
    this.body = body;
    this.form = new URLSearchParams(body);
    /** When it arrived, in milliseconds. */
    this.at = performance.now();
  }

  /** The access token that it brings. */
  get bearer() {
    return this.headers.authorization?.replace(/^\w+ /, "");
  }

  /** The refresh token that it brings. */
  get presented() {
    return this.form.get("refresh_token");
  }

  /** Whether it proves who is signed in. A revocation brings its token as well, to end that. */
  get proves() {
    return this.bearer !== undefined || this.presented !== null;
  }

  /** Whether the server only asked for a proof with its nonce (RFC 9449 section 8): nothing has happened yet. */
  get isChallenge() {
    const { body, headers } = this.answer ?? { body: "", headers: {} };
    return [body, headers["www-authenticate"]].join().includes("use_dpop_nonce");
  }

  /** Whether the browser waits no longer. */
  get isGone() {
    return this.#response.destroyed;
  }

  /** What was granted. @returns {Tokens} */
  get tokens() {
    return JSON.parse(String(this.answer?.body));
  }

  /** Hands it to the server. @returns {Promise<void>} */
  act() {
    const { "accept-encoding": _, ...headers } = this.headers;
    return new Promise((resolve, reject) => {
      const sent = ask(this.#url, { method: this.method, headers, agent: false }, (answer) => {
        this.#take(answer).then(resolve, reject);
      });
      sent.on("error", reject);
      sent.end(this.body);
    });
  }

  /** @param {import("node:http").IncomingMessage} answer */
  async #take(answer) {
    const { statusCode: status = 0, headers } = answer;
    if (headers["content-type"]?.startsWith("text/event-stream")) {
      this.answer = { status, headers, body: "" };
      this.#response.writeHead(status, headers);
      this.#response.on("close", () => answer.destroy());
      answer.on("error", () => this.cut());
      answer.pipe(this.#response);
      return;
    }
    /** @type {Buffer[]} */
    const parts = [];
    for await (const part of answer) parts.push(part);
    this.answer = { status, headers, body: Buffer.concat(parts) };
  }

  /** Hands an answer to the browser; left out: the server's. */
  reply(answer = this.answer) {
    if (!answer || this.#response.headersSent || this.#response.destroyed) return;
    const { "transfer-encoding": _, "content-length": __, ...headers } = answer.headers;
    if (answer !== this.answer && this.headers.origin) {
      // Pages of another origin get to read what is not the server's, too.
      headers["access-control-allow-origin"] = this.headers.origin;
      headers["access-control-expose-headers"] ??= "retry-after, www-authenticate";
    }
    // Where a connection breaks off that was used before, browsers send the request again unasked.
    headers["connection"] = "close";
    this.#response.writeHead(answer.status, headers).end(answer.body);
  }

  /** Breaks off the connection. */
  cut() {
    this.#response.destroy();
  }
}

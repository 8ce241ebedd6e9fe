/**
 * What token mode does where the server offers it: pushed authorization requests (RFC 9126) and
 * tokens that are bound to a key of this browser (DPoP, RFC 9449).
 */

import { exchange, failure, type Valued } from "./http.js";
import type { Machine } from "./machine.js";
import { encode } from "./webauthn.js";

/** This file, as it is loaded when it is first needed. */
export interface Late {
  discover(server: string): Promise<Valued<Offer>>;
  makeProver(server: string): Promise<Prover>;
}

/** What a server offers. */
export interface Offer {
  /** Tokens that are bound to a key. */
  dpop: boolean;
  /** Hands over an authorization request, and says what is left for the address. */
  push(
    machine: Machine,
    fields: Record<string, string>,
  ): Promise<Valued<Record<string, string>>>;
}

/** Asks the server what it offers (RFC 8414). */
export async function discover(server: string): Promise<Valued<Offer>> {
  const url = `${server}/.well-known/openid-configuration`;
  const answer = await exchange(url, { cache: "default", credentials: "omit" });
  if (!answer || answer.status >= 500) return failure("network");
  const said = (answer.body ?? {}) as Record<string, unknown>;
  // Another server's word counts for nothing here (RFC 8414 section 3.3).
  if (said["issuer"] !== server) return failure("unexpected_answer");
  const algorithms = said["dpop_signing_alg_values_supported"];
  const pushed = said["pushed_authorization_request_endpoint"];
  return {
    ok: true,
    value: {
      dpop: Array.isArray(algorithms) && algorithms.includes("ES256"),
      async push(machine, fields) {
        if (pushed !== `${server}/oauth/par`) return { ok: true, value: fields };
        const answer = await machine.post("/oauth/par", fields);
        if (!answer || answer.status >= 500) return failure("network");
        const uri = (answer.body as { request_uri?: unknown } | undefined)?.request_uri;
        if (answer.status >= 300 || typeof uri !== "string") return failure("redirect_refused");
        const { client_id = "" } = fields;
        return { ok: true, value: { client_id, request_uri: uri } };
      },
    },
  };
}

/** How many tokens' keys are remembered: those in use, and a few before them. */
const REMEMBERED = 32;
/** Milliseconds by which the clocks may differ before that is mended. */
const TOLERANCE = 3_000;

/** Makes a prover with a key of its own, by the server's clock. */
export async function makeProver(server: string): Promise<Prover> {
  const key = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, [
    "sign",
  ]);
  const prover = new Prover(server, key);
  await prover.setClock();
  return prover;
}

/** Proves that who sends a token has the key that it is bound to. */
export class Prover {
  readonly #server: string;
  /** The key that new sign-ins are bound to; its private half cannot be read by anybody. */
  readonly own: CryptoKeyPair;
  /** Which key a token is bound to: those of another tab's sign-in have that tab's. */
  readonly #keys = new Map<string, CryptoKeyPair>();
  /** The nonce that each origin has given last (section 8). */
  readonly #nonces = new Map<string, string>();
  /** The server's clock minus ours, in milliseconds. */
  #skew = 0;

  constructor(server: string, own: CryptoKeyPair) {
    this.#server = server;
    this.own = own;
  }

  /** The key that a token is bound to. */
  of(token: string): CryptoKeyPair | undefined {
    return this.#keys.get(token);
  }

  /** Remembers which key tokens are bound to. */
  hold(tokens: readonly unknown[], key: CryptoKeyPair): void {
    for (const token of tokens) {
      if (typeof token === "string") this.#keys.set(token, key);
    }
    for (const token of this.#keys.keys()) {
      if (this.#keys.size <= REMEMBERED) break;
      this.#keys.delete(token);
    }
  }

  /** Measures the server's clock, at the middle of the round trip. */
  async setClock(): Promise<void> {
    const sent = Date.now();
    const answer = await exchange(`${this.#server}/api/auth/session`, { credentials: "omit" });
    const time = (answer?.body as { server_time?: unknown } | undefined)?.server_time;
    if (typeof time === "number") this.#skew = time - (sent + Date.now()) / 2;
  }

  /** Sends a request with a proof, and with the token if there is one. */
  async send(request: Request, key: CryptoKeyPair, token?: string): Promise<Response> {
    const { origin } = new URL(request.url);
    for (let tries = 1; ; tries += 1) {
      // The last try needs no copy.
      const sent = tries === 1 ? request.clone() : request;
      sent.headers.set("dpop", await this.#proof(sent, key, token));
      if (token !== undefined) sent.headers.set("authorization", `DPoP ${token}`);
      const response = await fetch(sent);
      const { headers } = response;
      const nonce = headers.get("dpop-nonce");
      if (nonce) this.#nonces.set(origin, nonce);
      const time = Date.parse(headers.get("date") ?? "");
      if (Math.abs(time - Date.now() - this.#skew) > TOLERANCE) this.#skew = time - Date.now();
      if (tries === 2) return response;
      const said = await complaint(response);
      if (said === "invalid_dpop_proof") await this.setClock();
      else if (said !== "use_dpop_nonce" || !nonce) return response;
    }
  }

  /** A proof for one request (section 4.2). */
  async #proof(request: Request, { privateKey, publicKey }: CryptoKeyPair, token?: string) {
    const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", publicKey);
    const { origin, pathname } = new URL(request.url);
    const nonce = this.#nonces.get(origin);
    const head = { typ: "dpop+jwt", alg: "ES256", jwk: { kty, crv, x, y } };
    const body = {
      jti: encode(crypto.getRandomValues(new Uint8Array(16)).buffer),
      htm: request.method,
      htu: origin + pathname,
      iat: Math.floor((Date.now() + this.#skew) / 1000),
      ...(token !== undefined && { ath: encode(await sha256(bytes(token))) }),
      ...(nonce !== undefined && { nonce }),
    };
    const text = [head, body].map((part) => encode(bytes(JSON.stringify(part)).buffer)).join(".");
    const way = { name: "ECDSA", hash: "SHA-256" };
    return `${text}.${encode(await crypto.subtle.sign(way, privateKey, bytes(text)))}`;
  }
}

const bytes = (text: string) => new TextEncoder().encode(text);

const sha256 = (data: Uint8Array<ArrayBuffer>) => crypto.subtle.digest("SHA-256", data);

/** What a server does not like about a proof: in the header of a resource (section 9), or in the
 * body of the token endpoint (section 8). */
async function complaint(response: Response): Promise<unknown> {
  const { status, headers } = response;
  if (status === 401) {
    return /error="(use_dpop_nonce|invalid_dpop_proof)"/.exec(
      headers.get("www-authenticate") ?? "",
    )?.[1];
  }
  if (status !== 400) return undefined;
  const body = (await response.clone().json().catch(() => undefined)) as { error?: unknown } | null;
  return body?.error;
}

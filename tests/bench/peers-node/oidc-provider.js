/**
 * A peer to be measured beside Portcullis: oidc-provider, which keeps everything in memory and nothing
 * beyond the process.
 *
 * `POST /token` and `POST /token/introspection` are what is measured; `POST /begin` gives a refresh
 * token that somebody could have got by signing in.
 */

import { createServer } from "node:http";
import { parseArgs } from "node:util";

import { Provider } from "oidc-provider";

/**
 * Keeps things in memory. The adapter that oidc-provider brings along for trying it out remembers the
 * last thousand only: fewer than are in use here.
 */
class Memory {
  static #things = new Map();
  static #ofGrants = new Map();

  #kind;

  constructor(kind) {
    this.#kind = `${kind}:`;
  }

  async upsert(id, thing) {
    const key = this.#kind + id;
    Memory.#things.set(key, thing);
    if (thing.grantId) {
      const all = Memory.#ofGrants.get(thing.grantId);
      if (all) all.push(key);
      else Memory.#ofGrants.set(thing.grantId, [key]);
    }
  }

  async find(id) {
    return Memory.#things.get(this.#kind + id);
  }

  async consume(id) {
    Memory.#things.get(this.#kind + id).consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    Memory.#things.delete(this.#kind + id);
  }

  async revokeByGrantId(grant) {
    for (const key of Memory.#ofGrants.get(grant) ?? []) Memory.#things.delete(key);
    Memory.#ofGrants.delete(grant);
  }
}

const { values } = parseArgs({
  options: { port: { type: "string" }, secret: { type: "string" } },
});
const origin = `http://localhost:${values.port}`;
const known = { client_secret: values.secret, token_endpoint_auth_method: "client_secret_basic" };
const provider = new Provider(origin, {
  adapter: Memory,
  clients: [
    {
      ...known,
      client_id: "service",
      grant_types: ["client_credentials"],
      response_types: [],
      redirect_uris: [],
      scope: "orders:read",
    },
    {
      ...known,
      client_id: "shop",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      redirect_uris: ["https://shop.example/callback"],
    },
  ],
  scopes: ["orders:read", "offline_access"],
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    devInteractions: { enabled: false },
  },
  // As ours does: every refresh token is good for one use.
  rotateRefreshToken: true,
  findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
  ttl: { AccessToken: 900, ClientCredentials: 900, RefreshToken: 86400, Grant: 86400 },
});

/** A refresh token of the client `shop` for an account. */
async function begin() {
  const client = await provider.Client.find("shop");
  const of = { accountId: "ada", client };
  const grant = new provider.Grant({ accountId: "ada", clientId: "shop" });
  grant.addOIDCScope("orders:read offline_access");
  const grantId = await grant.save();
  const scope = "orders:read offline_access";
  const authTime = Math.floor(Date.now() / 1000);
  const gty = "authorization_code";
  const token = new provider.RefreshToken({ ...of, grantId, gty, scope, authTime });
  return token.save();
}

const callback = provider.callback();
createServer(async (request, response) => {
  if (request.url !== "/begin") {
    callback(request, response);
    return;
  }
  const body = JSON.stringify({ refresh_token: await begin() });
  response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
  response.end(body);
}).listen(Number(values.port), "127.0.0.1");

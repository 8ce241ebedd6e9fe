/** What clients are registered as that are no application with a sign-in button. */

export const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
export const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
/** A service that a shop calls, and one that it calls in turn. */
export const ORDERS = "https://orders.example";
export const MAIL = "https://mail.example";

const NO_BROWSER = { redirect_uris: [], post_logout_redirect_uris: [] };

/** Makes reports at night. */
export const reports = {
  ...NO_BROWSER,
  token_endpoint_auth_method: "client_secret_basic",
  grant_types: ["client_credentials"],
  scopes: ["reports:read"],
};

/** Calls mail for whoever has called it. */
export const ordersService = {
  ...NO_BROWSER,
  token_endpoint_auth_method: "client_secret_basic",
  grant_types: [EXCHANGE],
  serves: [ORDERS],
  resources: [MAIL],
  may_exchange: [{ from: ["*"], to: [MAIL], scopes: ["openid", "profile", "email"] }],
};

/** Has no browser. */
export const tv = {
  ...NO_BROWSER,
  grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
};

/** A client with a key of its own: what it is registered as, and the key. */
export async function keyPair() {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const jwks = { keys: [{ kty, crv, x, y, kid: "first", use: "sig", alg: "ES256" }] };
  return {
    registration: { token_endpoint_auth_method: "private_key_jwt", jwks },
    key: { key: pair.privateKey, kid: "first" },
  };
}

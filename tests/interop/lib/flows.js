/** The flows that clients are driven through: the rows of the table in `docs/interop.md`. */

/** What each flow shows, in the order of the table. */
export const FLOWS = /** @type {const} */ ({
  discovery: "Discovery (OpenID Connect Discovery, RFC 8414)",
  registration: "Dynamic registration (RFC 7591)",
  code: "Sign-in: authorization code + PKCE, ID token verified",
  nonceAndState: "A forged state, nonce or issuer is refused",
  popup: "Sign-in in a popup",
  userinfo: "Userinfo",
  refresh: "Refresh, with rotation",
  silent: "Sign-in without a page (prompt=none)",
  clientCredentials: "Client credentials",
  privateKeyJwt: "private_key_jwt",
  par: "Pushed requests (RFC 9126)",
  jar: "Signed requests (RFC 9101)",
  dpop: "DPoP, with the server's nonces (RFC 9449)",
  device: "Device code (RFC 8628)",
  exchange: "Token exchange (RFC 8693)",
  introspection: "Introspection (RFC 7662)",
  revocation: "Revocation (RFC 7009)",
  logout: "Sign-out (RP-initiated logout)",
  backchannel: "Sign-out behind the browser (back-channel logout)",
});

/** @typedef {keyof typeof FLOWS} Flow */

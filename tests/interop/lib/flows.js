/** The flows that clients are driven through: the rows of the table in `docs/interop.md`. */

/** What each flow shows, in the order of the table. */
export const FLOWS = /** @type {const} */ ({
  discovery: "Discovery (OpenID Connect Discovery, RFC 8414)",
  registration: "Registers itself (RFC 7591)",
  code: "Sign-in: authorization code + PKCE",
  codeWithoutPkce: "Sign-in without PKCE (`require_pkce = false`)",
  formPost: "Sign-in, answered by form (form_post)",
  popup: "Sign-in in a popup",
  silent: "Sign-in without a page (prompt=none)",
  par: "Pushed requests (RFC 9126)",
  jar: "Signed requests (JAR, RFC 9101)",
  dpop: "DPoP, with the server's nonces (RFC 9449)",
  userinfo: "Userinfo",
  refresh: "Refresh, with rotation",
  clientSecretBasic: "client_secret_basic",
  clientSecretPost: "client_secret_post",
  clientSecretJwt: "client_secret_jwt",
  privateKeyJwt: "private_key_jwt",
  mtls: "tls_client_auth, with bound tokens (RFC 8705)",
  clientCredentials: "Client credentials",
  device: "Device code (RFC 8628)",
  exchange: "Token exchange (RFC 8693)",
  introspection: "Introspection (RFC 7662)",
  revocation: "Revocation (RFC 7009)",
  logout: "Sign-out (RP-initiated logout)",
  backchannelLogout: "Is told of a sign-out elsewhere (Back-Channel Logout)",
  session: "Notices a sign-out elsewhere (Session Management)",
});

/** @typedef {keyof typeof FLOWS} Flow */

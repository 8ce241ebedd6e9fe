import type { SignedInSession, SignedOutSession } from "./session.js";

/** Settings of {@link createAuth}: by cookie, or by tokens. */
export type AuthOptions = CookieOptions | TokenOptions;

/** Settings that both modes have. */
export interface CommonOptions {
  /**
   * The server's public URL, such as `https://auth.example.com`, which is also its OAuth issuer.
   * Left out: the page's own origin.
   */
  server?: string | undefined;
  /**
   * Where the WebAssembly module is, for tools that do not follow
   * `new URL("…", import.meta.url)`. Left out: beside the script that loads it.
   */
  wasm?: string | URL | undefined;
  /**
   * The session that a server has rendered this page for, handed down so that the first paint is
   * right on both sides. It is shown until the server has been asked.
   */
  session?: SignedInSession | SignedOutSession | undefined;
}

/**
 * Settings of cookie mode: requests prove who is signed in by the server's `HttpOnly` session
 * cookie. The page has to be on the server's own origin.
 */
export interface CookieOptions extends CommonOptions {
  /** By cookie, which is also what happens without a `mode`. */
  mode?: "cookie" | undefined;
}

/**
 * Settings of token mode: requests prove who is signed in by OAuth access tokens, which are kept
 * in memory only and shared between the open tabs of an origin. Works from any origin that is
 * registered with the server.
 */
export interface TokenOptions extends CommonOptions {
  /** By tokens. */
  mode: "token";
  /** The id under which this application is registered with the server. */
  clientId: string;
  /**
   * Where the server sends the browser back to: an address of this application, registered with
   * the server. What begins with `/` is a path of the page's own origin.
   */
  redirectUri: string;
  /** Scopes to ask for, separated by spaces; left out: `openid`. */
  scope?: string | undefined;
  /**
   * Further origins, such as `https://api.example.com`, to which {@link Auth.fetch} may send the
   * access token. The server's own is always among them.
   */
  tokenOrigins?: readonly string[] | undefined;
}

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
   * The WebAssembly module or where it is, for tools that do not follow
   * `new URL("…", import.meta.url)`. Left out: beside the script that loads it.
   */
  wasm?: WasmSource | (() => WasmSource | Promise<WasmSource>) | undefined;
  /**
   * What {@link Auth.fetch} does when the server wants the user to confirm it is them: `return` its
   * 403, or `resume`: wait until the user has done so and send the request again. Either way the
   * session is `stepUp`. Left out: `return`.
   */
  stepUp?: "resume" | "return" | undefined;
  /**
   * For how many seconds in all {@link Auth.fetch} may wait to send a GET, HEAD, OPTIONS, PUT or
   * DELETE again which was answered with 429 or 503 and `Retry-After`. Left out: 10; 0: never.
   */
  retryWithin?: number | undefined;
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
 * in memory only. Works from any origin that is registered with the server.
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
  /**
   * Whether the tokens are kept in a worker, where no script of the page can read them. Each tab
   * then has a sign-in of its own. `false`: in the page's memory, shared between the open tabs.
   * Left out: `true`; where the worker cannot be started, nobody can sign in.
   */
  isolate?: boolean | undefined;
  /**
   * Where the worker's script is, for tools that do not follow
   * `new Worker(new URL("…", import.meta.url))`: a copy of the package's `dist/worker.js` on the
   * page's own origin.
   */
  worker?: string | URL | undefined;
  /**
   * Whether tokens are bound to a key that cannot leave the browser (DPoP, RFC 9449), where the
   * server offers it. Left out: `true`.
   */
  dpop?: boolean | undefined;
}

/** The WebAssembly module: compiled, as bytes, on its way, or where it is. */
export type WasmSource = string | URL | Response | BufferSource | WebAssembly.Module;

import { camelCase } from "../http.js";
import type { SignedInSession, SignedOutSession, SessionDetails } from "../session.js";

/** Settings of {@link readSession}. */
export interface ReadSessionOptions {
  /**
   * Where this server reaches Portcullis, such as `http://localhost:8080`. An address of your own
   * network is fine; people's browsers need not reach it.
   */
  server: string;
  /** The `Cookie` header of the request that the page is rendered for, as it came. */
  cookie: string | null | undefined;
  /** Milliseconds to wait for an answer; left out: 3,000. A page should not wait for longer. */
  timeout?: number | undefined;
  /** Ends the wait, such as when the browser has gone. */
  signal?: AbortSignal | undefined;
  /** In place of the runtime's `fetch`, such as a framework's own. */
  fetch?: ((input: string, init: RequestInit) => Promise<Response>) | undefined;
}

const COOKIE = "__Host-portcullis";
const TIMEOUT = 3_000;

/**
 * Asks Portcullis who is signed in, to hand it down to `createAuth({ session })` on both sides, so
 * that what is rendered first is right. Never rejects; `undefined` if there was no answer: hand that
 * down too, and the browser finds out.
 *
 * Of the browser's cookies only the session's own is passed on, and to no other address, whatever the
 * answer says. What was read belongs to one person: let no cache keep a page that holds it.
 *
 * ```ts
 * const cookie = request.headers.get("cookie");
 * const session = await readSession({ server: "http://localhost:8080", cookie });
 * ```
 *
 * @throws TypeError - If `server` is no `http:` or `https:` URL.
 */
export async function readSession(
  options: ReadSessionOptions,
): Promise<SignedInSession | SignedOutSession | undefined> {
  const { server, signal, timeout = TIMEOUT, fetch: ask = fetch } = options;
  if (!/^https?:$/.test(new URL(server).protocol)) {
    throw new TypeError("readSession needs the http: or https: address of the server.");
  }
  const cookie = own(options.cookie);
  if (!cookie) return { status: "signedOut", reason: "anonymous" };
  const limit = AbortSignal.timeout(timeout);
  try {
    const response = await ask(`${server.replace(/\/+$/, "")}/api/auth/session`, {
      headers: { accept: "application/json", cookie },
      // A redirect would take the cookie elsewhere, and a cache would show one user to another.
      redirect: "manual",
      cache: "no-store",
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    if (response.status !== 200) return undefined;
    const { session } = camelCase(await response.json()) as { session?: unknown };
    if (session === null) return { status: "signedOut", reason: "anonymous" };
    return isSession(session) ? { ...session, status: "signedIn", stale: false } : undefined;
  } catch {
    return undefined;
  }
}

/** The session's cookie out of all that a browser has sent. */
function own(header: string | null | undefined): string {
  const pairs = (header ?? "").split(";").map((pair) => pair.trim());
  return pairs.filter((pair) => /^[\w-]+=[\w-]+$/.test(pair) && pair.startsWith(`${COOKIE}=`)).join("; ");
}

/** Whether an answer is what the types promise: what is in between may answer in its place. */
function isSession(value: unknown): value is SessionDetails {
  const session = (value ?? {}) as { [name in keyof SessionDetails]?: unknown };
  const user = (session.user ?? {}) as { [name in keyof SessionDetails["user"]]?: unknown };
  return (
    are("string", session.id, user.id, user.email, user.name) &&
    are("boolean", user.hasPassword) &&
    are("number", session.version, session.authTime, session.idleExpiresAt, session.expiresAt) &&
    are("number", user.createdAt) &&
    [session.roles, session.permissions, session.amr].every(
      (list) => Array.isArray(list) && are("string", ...(list as unknown[])),
    )
  );
}

const are = (type: string, ...values: unknown[]) => values.every((value) => typeof value === type);

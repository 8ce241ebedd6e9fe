/** The machine's own requests: the session, refreshing and revoking tokens. */

import type { Reply, Request_ } from "./core.js";
import type { Driver } from "./driver.js";
import { exchange, fields, postForm } from "./http.js";

/** Sends a request; what came of it. Never rejects. */
export async function answer(
  driver: Driver,
  request: Request_,
  signal: AbortSignal,
): Promise<Reply> {
  try {
    return await reply(driver, request, signal);
  } catch {
    return {};
  }
}

async function reply(
  driver: Driver,
  { what, token = "" }: Request_,
  signal: AbortSignal,
): Promise<Reply> {
  if (what === "session") {
    const { status, body, retryAfter } = await exchange(
      driver,
      "/api/auth/session",
      token
        ? { signal, credentials: "omit", headers: { authorization: `Bearer ${token}` } }
        : { signal },
    );
    if (status === 401) return { rejected: true };
    return { session: status === 200 ? body : undefined, retryAfter };
  }
  if (what === "refresh") {
    const form = { grant_type: "refresh_token", refresh_token: token };
    const { status, body, retryAfter } = await postForm(driver, "/oauth/token", form, { signal });
    // Anything else at 400 is a mistake of set-up, and signs nobody out (RFC 6749 section 5.2).
    const rejected =
      (status === 400 || status === 401) && fields(body)["error"] === "invalid_grant";
    return { tokens: status === 200 ? body : undefined, rejected, retryAfter };
  }
  // The user may close the tab as soon as they have signed out.
  const init = { signal, keepalive: true };
  const { status, retryAfter } = await postForm(driver, "/oauth/revoke", { token }, init);
  return { done: status < 500 && status !== 429, retryAfter };
}

/** Requests of the application's own that prove who is signed in. */

import type { Settled } from "./core.js";
import { CSRF_HEADER, failure, type Valued } from "./http.js";
import type { Machine } from "./machine.js";
import type { Session } from "./session.js";

/** What is wished of a request besides what `fetch` knows. */
export interface Wishes {
  /** Wait for the user to confirm it is them where that is needed. */
  resume: boolean;
  /** Milliseconds to wait in all for a server that has no time now. */
  wait: number;
  /** The caller wants redirects to be followed. */
  follow: boolean;
  /** The body is a stream. */
  stream: boolean;
}

/** Methods that may be sent again whatever came of them (RFC 9110 section 9.2.2). */
const IDEMPOTENT = /^(GET|HEAD|OPTIONS|PUT|DELETE)$/;
/** Even a server that says "at once" is given so many milliseconds. */
const BREATH = 250;

/** Sends a request to an origin that may see who is signed in. Throws as `fetch` does. */
export async function send(
  machine: Machine,
  byToken: boolean,
  request: Request,
  { resume, wait, follow, stream }: Wishes,
): Promise<Valued<Response>> {
  const again = IDEMPOTENT.test(request.method) && wait > 0;
  const repeatable = byToken || resume || again;
  if (stream && repeatable) return failure("body_not_replayable");
  const manual = !follow && request.redirect === "follow";
  const { signal } = request;
  const token = (rejected?: number) =>
    byToken ? heeding(signal, machine.token(rejected)) : undefined;
  let bearer: Settled | undefined = await token();
  let refreshed = false;
  for (;;) {
    if (bearer?.reason === "network") return failure("network");
    // What is sent is a copy for as long as it may have to be sent again.
    const sent = new Request(
      repeatable ? request.clone() : request,
      manual ? { redirect: "manual" } : {},
    );
    if (!byToken) sent.headers.set(CSRF_HEADER, "1");
    const response = await machine.send(sent, bearer?.token);
    if (manual && response.type === "opaqueredirect") return failure("redirected");
    const answered = { ok: true, value: response } as const;
    const { status } = response;
    if (status === 401 && byToken && bearer?.token !== undefined && !refreshed) {
      // One refresh, one retry.
      refreshed = true;
      bearer = await token(bearer.generation);
      if (bearer?.token === undefined) return answered;
    } else if (status === 401 && !byToken) {
      machine.tell("refused", "not_authenticated");
      return answered;
    } else if (status === 403) {
      const told = refusalOf(response).then((code) => {
        const { session } = machine;
        machine.tell("refused", code);
        return code === "step_up_required" && session;
      });
      if (!resume) return answered;
      const before = await told;
      if (!before || !(await heeding(signal, proven(machine, before)))) return answered;
      bearer = await token();
    } else if ((status === 429 || status === 503) && again) {
      const millis = retryAfter(response);
      if (millis === undefined || millis > wait) return answered;
      wait -= millis;
      await heeding(signal, new Promise((resolve) => setTimeout(resolve, millis)));
      bearer = await token();
    } else {
      return answered;
    }
    void response.body?.cancel();
  }
}

/** The code of a problem document. The application reads the body itself: this reads a copy. */
const refusalOf = (response: Response): Promise<string | undefined> =>
  response
    .clone()
    .json()
    .then(
      (problem: { code?: string } | null) => problem?.code,
      () => undefined,
    );

/** Waits for the user: whether the same one has proved themselves since. */
async function proven(machine: Machine, before: Session): Promise<boolean> {
  const now = await machine.until(({ status }) => status !== "stepUp" && status !== "loading");
  return (
    now.status === "signedIn" &&
    "authTime" in before &&
    now.user.id === before.user.id &&
    now.authTime > before.authTime
  );
}

/** Milliseconds that the server wants to be left alone for (RFC 9110 section 10.2.3). */
function retryAfter({ headers }: Response): number | undefined {
  const text = headers.get("retry-after");
  if (!text) return undefined;
  const millis = /^\d+$/.test(text)
    ? Number(text) * 1000
    : Date.parse(text) - (Date.parse(headers.get("date") ?? "") || Date.now());
  return Number.isNaN(millis) ? undefined : Math.max(millis, BREATH);
}

/** The promise, unless the signal is heard first. */
export function heeding<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => reject(signal.reason as Error);
    if (signal.aborted) end();
    signal.addEventListener("abort", end, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", end));
  });
}

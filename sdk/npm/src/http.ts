/** Requests to the server, and what its answers mean. */

import { fail } from "./failure.js";
import type {
  BrowserReason,
  Failure,
  Outcome,
  PageReason,
  Reason,
  ServerReason,
} from "./outcome.js";

/** The static header that a cross-site form cannot send; see the server's CSRF check. */
export const CSRF_HEADER = "x-portcullis";

/** An outcome in whose `value` is what there is to say. */
export type Valued<T> = Outcome<{ value: T }>;

/** An answer whose body has been read. */
export interface Answer {
  status: number;
  /** As JSON; `undefined` if it is empty or something else. */
  body: unknown;
  /** Seconds, from the header. */
  retryAfter: number | undefined;
}

const MESSAGES: { [reason in Reason]?: string } = {
  network: "The server cannot be reached. Check the connection and try again.",
  unexpected_answer: "The server's answer could not be understood.",
  signed_out: "Nobody is signed in.",
  wrong_mode: "In token mode, sign in by redirect.",
  cancelled: "Nothing was chosen.",
  timed_out: "That took too long. Please try again.",
  aborted: "A newer attempt took the place of this one.",
  not_supported: "This browser or device cannot do that here.",
  not_allowed_here: "Passkeys cannot be used on this page.",
  already_registered: "This device already holds a passkey of the account.",
  redirect_invalid: "This sign-in was not begun here. Please start again.",
  redirect_refused: "The sign-in was refused.",
  no_credential: "There is no passkey at hand.",
  popup_closed: "The window was closed before the sign-in was finished.",
  popup_isolated: "The window of the sign-in cannot be seen from here.",
  redirected: "The server sent the request elsewhere.",
  body_not_replayable: "A stream cannot be sent again. Use a Blob, or text.",
};

/** The codes of the server that this version knows. */
const CODES: { [code in Exclude<ServerReason, "unknown">]: 1 } = {
  invalid_request: 1,
  not_found: 1,
  method_not_allowed: 1,
  request_timeout: 1,
  payload_too_large: 1,
  unsupported_media_type: 1,
  not_authenticated: 1,
  invalid_credentials: 1,
  forbidden: 1,
  step_up_required: 1,
  csrf_rejected: 1,
  cookie_session_required: 1,
  rate_limited: 1,
  busy: 1,
  email_invalid: 1,
  name_invalid: 1,
  profile_invalid: 1,
  password_too_short: 1,
  password_too_long: 1,
  password_too_weak: 1,
  registration_refused: 1,
  ceremony_invalid: 1,
  passkey_rejected: 1,
  passkey_unknown: 1,
  passkey_exists: 1,
  passkey_limit: 1,
  second_factor_required: 1,
  totp_limit: 1,
  last_credential: 1,
  not_yourself: 1,
  last_admin: 1,
  conflict: 1,
  setup_unavailable: 1,
  link_invalid: 1,
  code_invalid: 1,
  mail_unavailable: 1,
  internal: 1,
};

/** A failure with its usual message. */
export function failure(reason: BrowserReason | PageReason | "rate_limited"): Failure {
  return fail(reason, MESSAGES[reason] ?? "The server refused.");
}

/** The failure that an answer other than 2xx stands for. */
export function refusal({ status, body, retryAfter }: Answer): Failure {
  const problem = body as { code?: unknown; detail?: unknown; field?: string } | undefined;
  if (typeof problem?.code !== "string" || typeof problem.detail !== "string") {
    // Not our server's words: a proxy in between, or a gateway whose upstream is down.
    const upstream = status >= 502 && status <= 504;
    return failure(status === 429 ? "rate_limited" : upstream ? "network" : "unexpected_answer");
  }
  const reason = Object.hasOwn(CODES, problem.code) ? (problem.code as ServerReason) : "unknown";
  const refused = fail(reason, problem.detail);
  if (problem.field) refused.field = problem.field;
  if (retryAfter !== undefined) refused.retryAfter = retryAfter;
  return refused;
}

/** Sends a request and reads the answer, whatever its status; `undefined`: there was none. */
export async function exchange(
  url: string,
  init: RequestInit,
  send: (request: Request) => Promise<Response> = fetch,
): Promise<Answer | undefined> {
  try {
    const response = await send(new Request(url, { cache: "no-store", ...init }));
    const text = await response.text();
    const body: unknown = parse(text);
    const named = (body as { retry_after?: unknown } | undefined)?.retry_after;
    const wait = Number(named ?? response.headers.get("retry-after") ?? NaN);
    return { status: response.status, body, retryAfter: Number.isFinite(wait) ? wait : undefined };
  } catch {
    return undefined;
  }
}

/** JSON text as a value; `undefined` if it is none. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A copy in which every key is in camelCase: the wire has snake_case, JavaScript has not. */
export function camelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCase);
  if (typeof value !== "object" || !value) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      camelCase(item),
    ]),
  );
}

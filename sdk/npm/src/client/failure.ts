/** Failures on their way out: thrown inside the client, and returned by its calls. */

import type { BrowserReason, Failure, LoadReason, Reason, ServerReason } from "../outcome.js";

const MESSAGES: Record<Exclude<BrowserReason, LoadReason>, string> & { [code: string]: string } = {
  network: "The server cannot be reached. Check the connection and try again.",
  unexpected_answer: "The server's answer could not be understood.",
  signed_out: "Nobody is signed in.",
  wrong_mode: "In token mode, sign in by redirect.",
  cancelled: "Nothing was chosen.",
  timed_out: "That took too long. Please try again.",
  aborted: "A newer attempt took the place of this one.",
  not_supported: "This browser or device cannot use passkeys here.",
  not_allowed_here: "Passkeys cannot be used on this page.",
  already_registered: "This device already holds a passkey of the account.",
  redirect_invalid: "This sign-in was not begun here. Please start again.",
  redirect_refused: "The sign-in was refused.",
};

/** The codes that the server is known to refuse with. */
const CODES: Record<Exclude<ServerReason, "unknown">, 1> & { [code: string]: 1 } = {
  invalid_request: 1,
  not_found: 1,
  method_not_allowed: 1,
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
  password_too_short: 1,
  password_too_long: 1,
  password_too_weak: 1,
  registration_refused: 1,
  ceremony_invalid: 1,
  passkey_rejected: 1,
  passkey_exists: 1,
  passkey_limit: 1,
  last_credential: 1,
  not_yourself: 1,
  setup_unavailable: 1,
  internal: 1,
};

/** The code, if this version knows it. */
export const known = (code: string): ServerReason =>
  Object.hasOwn(CODES, code) ? (code as ServerReason) : "unknown";

/** A failure with the usual message, to be thrown. */
export const failure = (reason: Reason, message?: string): Failure => ({
  ok: false,
  reason,
  message: message ?? MESSAGES[reason] ?? "The server refused.",
});

/** What a call comes to, whatever is thrown inside. */
export async function attempt<T>(
  run: () => Promise<T>,
): Promise<{ ok: true; value: T } | Failure> {
  try {
    return { ok: true, value: await run() };
  } catch (error) {
    if (error && (error as Failure).ok === false) return error as Failure;
    console.error(error);
    return failure("internal", "Something went wrong.");
  }
}

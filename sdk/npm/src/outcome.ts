/**
 * What a call comes to. Calls do not throw: look at `ok`.
 *
 * ```ts
 * const outcome = await auth.password.signIn({ email, password });
 * if (!outcome.ok) showMessage(outcome.message);
 * ```
 *
 * @typeParam Success - What comes with success, besides `ok`.
 */
export type Outcome<Success extends object = object> = ({ ok: true } & Success) | Failure;

/** A call that came to nothing. */
export interface Failure {
  /** It did not work. */
  ok: false;
  /** Why, for programs. */
  reason: Reason;
  /** What happened and what to mend, in a sentence for people (English). */
  message: string;
  /** Where the reason is explained for developers: its cause, and what to do about it. */
  docs: string;
  /** The field of the form that is wrong, where one is: `email`, `password`, `name` and so on. */
  field?: string;
  /** Seconds to wait before trying again, where waiting helps. */
  retryAfter?: number;
}

/** Why a call came to nothing. */
export type Reason = ServerReason | BrowserReason | PageReason;

/** The server refused. These are the codes of its problem documents. */
export type ServerReason =
  /** The request is malformed. */
  | "invalid_request"
  /** No such thing, or none that the caller may know of. */
  | "not_found"
  /** The path exists, the method does not. */
  | "method_not_allowed"
  /** The request was not there in time, or took too long to answer. */
  | "request_timeout"
  /** The body is larger than the limit. */
  | "payload_too_large"
  /** The body is not JSON. */
  | "unsupported_media_type"
  /** Nobody is signed in, or the session has ended. */
  | "not_authenticated"
  /** The email and password, or the passkey, did not lead to an account that may sign in. */
  | "invalid_credentials"
  /** Signed in, but not allowed to do this. */
  | "forbidden"
  /** Allowed after signing in again, because the last sign-in is too long ago. */
  | "step_up_required"
  /** The request did not provably come from the site's own pages. */
  | "csrf_rejected"
  /** This needs a cookie session; a token is not enough. */
  | "cookie_session_required"
  /** Too many tries; `retryAfter` says when the next one counts. */
  | "rate_limited"
  /** The server has more work than it takes on; `retryAfter` says when to try again. */
  | "busy"
  /** The email address is not one. */
  | "email_invalid"
  /** The name is empty, too long or has control characters. */
  | "name_invalid"
  /** Something that one says of oneself is not of its field's kind. */
  | "profile_invalid"
  /** The password is too short. */
  | "password_too_short"
  /** The password is longer than 128 code points. */
  | "password_too_long"
  /** The password is too easy to guess. */
  | "password_too_weak"
  /** The account could not be made. */
  | "registration_refused"
  /** The ceremony is unknown, spent, expired or another browser's. */
  | "ceremony_invalid"
  /** The authenticator's answer did not verify. */
  | "passkey_rejected"
  /** No account has this passkey (any more). */
  | "passkey_unknown"
  /** This passkey is registered already. */
  | "passkey_exists"
  /** The account has as many passkeys as it may have. */
  | "passkey_limit"
  /** The password was right, and a second factor is needed as well. */
  | "second_factor_required"
  /** The account has as many authenticator apps as it may have. */
  | "totp_limit"
  /** The last way to sign in cannot be removed. */
  | "last_credential"
  /** An admin may not do this to their own account. */
  | "not_yourself"
  /** The last admin who may sign in stays an admin, and enabled. */
  | "last_admin"
  /** What is to be made or changed clashes with what is there. */
  | "conflict"
  /** There is an admin already, or the link is wrong or used. */
  | "setup_unavailable"
  /** The link of a mail was used, is too old or is not the latest one. */
  | "link_invalid"
  /** The code of a mail is not it, is too old or was tried too often. */
  | "code_invalid"
  /** The server sends no mail. */
  | "mail_unavailable"
  /** Something failed; nothing was changed. */
  | "internal"
  /** A reason that this version of the SDK does not know. */
  | "unknown";

/** It did not work for a reason on this side. */
export type BrowserReason =
  /** The server could not be reached. */
  | "network"
  /** The server answered with something that is not of its contract. */
  | "unexpected_answer"
  /** Nobody is signed in, so that there is no token to send. */
  | "signed_out"
  /** This works with the cookie only, and the client is in token mode. */
  | "wrong_mode"
  /** The user dismissed the browser's dialog, or chose nothing. Needs no message. */
  | "cancelled"
  /** The browser's dialog was open for as long as it may be. */
  | "timed_out"
  /** A newer attempt took the place of this one, or the program ended it. Needs no message. */
  | "aborted"
  /** This browser or device cannot do it, or there is no browser (on a server, say). */
  | "not_supported"
  /** Passkeys do not work on this page: no secure context, or another site's domain. */
  | "not_allowed_here"
  /** This authenticator already holds a passkey of the account. */
  | "already_registered"
  /** The answer that came with the redirect does not belong to a sign-in begun here. */
  | "redirect_invalid"
  /** The server refused the sign-in and said so with the redirect. */
  | "redirect_refused"
  | LoadReason;

/** It did not work for a reason that is about what the page asked for. */
export type PageReason =
  /** Asked for at once, and there is no passkey at hand, or the user chose none of them. */
  | "no_credential"
  /** The browser did not let a window be opened: call from a click's handler. */
  | "popup_blocked"
  /** The user closed the window of the sign-in. */
  | "popup_closed"
  /** Whether the window is still open cannot be told. If its sign-in succeeds, the session follows. */
  | "popup_isolated"
  /** The server redirected a request that proves who is signed in; the proof goes nowhere else. */
  | "redirected"
  /** The body is a stream, which cannot be sent again, and the request may have to be. */
  | "body_not_replayable";

/** The SDK's WebAssembly module could not be put to work. The next call tries again. */
export type LoadReason =
  /** It could not be fetched. */
  | "load_failed"
  /** The browser does not run it: the page's policy lacks `'wasm-unsafe-eval'`, or it has none. */
  | "wasm_blocked"
  /** The worker that keeps the tokens could not be started. */
  | "worker_failed";

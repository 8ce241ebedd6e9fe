/**
 * Unions: whoever handles all their members hears of a new one, and what is no member does not
 * compile. Type-checked only; see `types.test.js`.
 */

import {
  type AuthOptions,
  type BrowserReason,
  createAuth,
  type Explanation,
  type Failure,
  type LoadReason,
  type Outcome,
  type PageReason,
  type Reason,
  type ServerReason,
  type Session,
  type SignedInSession,
  type SignedOutSession,
  type StepUpSession,
  type Verdict,
} from "@portcullis/sdk";

/** Compiles only where the two are the same type. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>): void => {};

// Sessions.
same<Session["status"], "loading" | "unreachable" | "signedOut" | "signedIn" | "stepUp" | "error">(true);
same<Extract<Session, { user: unknown }>, SignedInSession | StepUpSession>(true);
same<SignedOutSession["reason"], "anonymous" | "signedOut" | "ended">(true);
// @ts-expect-error: there are more
same<Session["status"], "signedIn" | "signedOut">(true);

export function greeting(session: Session): string {
  switch (session.status) {
    case "signedIn":
    case "stepUp":
      return session.user.name;
    case "signedOut":
      return session.reason;
    case "error":
      return session.docs;
    default:
      // @ts-expect-error: a session may yet be loading, or unreachable
      session satisfies never;
      return session.status satisfies "loading" | "unreachable";
  }
}
export function nameOf(session: Session): string | undefined {
  if ("user" in session) return session.user.name;
  // @ts-expect-error: nobody is signed in
  return session.user;
}
// @ts-expect-error: there is no such status
({ status: "signed_in" }) satisfies Session;
// @ts-expect-error: whoever is signed in is somebody
({ status: "signedIn", stale: false }) satisfies Session;
// @ts-expect-error: nobody is signed out for such a reason
({ status: "signedOut", reason: "expired" }) satisfies Session;
// @ts-expect-error: an error says why
({ status: "error" }) satisfies Session;
export function impossible(session: Session): void {
  // @ts-expect-error: there is no such status
  if (session.status === "signedin") nameOf(session);
}

// Outcomes.
declare const outcome: Outcome<{ ended: number }>;
same<Outcome["ok"], boolean>(true);
same<Extract<typeof outcome, { ok: false }>, Failure>(true);
export const ended: number = outcome.ok ? outcome.ended : 0;
export const why: Reason | undefined = outcome.ok ? undefined : outcome.reason;
// @ts-expect-error: what succeeded has no reason
if (outcome.ok) nameOf(outcome.reason);
// @ts-expect-error: what failed has ended nothing
if (!outcome.ok) nameOf(outcome.ended);
// @ts-expect-error: success comes with something
({ ok: true }) satisfies Outcome<{ ended: number }>;
// @ts-expect-error: a failure links to where it is explained
({ ok: false, reason: "network", message: "No answer." }) satisfies Outcome;

// Reasons: each is of one kind, and loading is the browser's.
same<Reason, ServerReason | BrowserReason | PageReason>(true);
same<Failure["reason"], Reason>(true);
same<ServerReason & (BrowserReason | PageReason), never>(true);
same<BrowserReason & PageReason, never>(true);
same<LoadReason & BrowserReason, LoadReason>(true);
export const retries: Record<LoadReason, boolean> = {
  load_failed: true,
  wasm_blocked: false,
  worker_failed: false,
};
// @ts-expect-error: one is missing
({ load_failed: 1, wasm_blocked: 1 }) satisfies Record<LoadReason, number>;
export const messages: Record<PageReason, string> = {
  no_credential: "",
  popup_blocked: "",
  popup_closed: "",
  popup_isolated: "",
  redirected: "",
  body_not_replayable: "",
  // @ts-expect-error: this one is of the server
  rate_limited: "",
};
export function isQuiet(reason: Reason): boolean {
  // @ts-expect-error: there is no such reason
  return reason === "cancelled" || reason === "canceled";
}

// Verdicts.
same<Verdict, "loading" | "offline" | "error" | "signedOut" | "denied" | "stepUp" | "allowed">(true);
export function shows(verdict: Verdict): string {
  switch (verdict) {
    case "allowed":
    case "stepUp":
      return "open";
    case "denied":
    case "signedOut":
      return "closed";
    case "loading":
    case "offline":
    case "error":
      return "unknown";
    default:
      return verdict satisfies never;
  }
}
export function forgets(verdict: Verdict): string {
  if (verdict === "allowed") return "open";
  if (verdict === "denied") return "closed";
  // @ts-expect-error: five are left
  return verdict satisfies never;
}
// @ts-expect-error: there is no such verdict
"forbidden" satisfies Verdict;
same<
  Explanation["reason"],
  "granted" | "not_granted" | "not_a_permission" | "signed_out" | "not_known_yet"
>(true);

// Options: by cookie or by tokens, and what goes with each.
same<AuthOptions["mode"], "cookie" | "token" | undefined>(true);
export function clientOf(options: AuthOptions): string {
  if (options.mode === "token") return options.clientId;
  // @ts-expect-error: by cookie there is none
  return options.clientId;
}
const token = { mode: "token", clientId: "notes", redirectUri: "/callback" } as const;
createAuth(token);
createAuth({ ...token, isolate: false, dpop: false, tokenOrigins: ["https://api.example.com"] });
createAuth({ mode: "cookie", server: "https://auth.example.com" });
// @ts-expect-error: there is no such mode
createAuth({ mode: "bearer" });
// @ts-expect-error: any text may be no mode
createAuth({ ...token, mode: String(token.mode) });
// @ts-expect-error: no clientId
createAuth({ mode: "token", redirectUri: "/callback" });
// @ts-expect-error: tokens go to no origin by cookie
createAuth({ mode: "cookie", tokenOrigins: [] });
// @ts-expect-error: there is no worker by cookie
createAuth({ isolate: true });

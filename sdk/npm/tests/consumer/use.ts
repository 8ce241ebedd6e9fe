/** What users write, in the strictest TypeScript. Type-checked only; see `types.test.js`. */

import {
  type Auth,
  createAuth,
  type Explanation,
  type Failure,
  type Outcome,
  type Passkey,
  type Reason,
  type Session,
  type SessionSummary,
  type Verdict,
} from "@portcullis/sdk";

declare const email: string;
declare const password: string;
declare function render(session: Session): void;
declare function show(text: string): void;

// The tour of the README.
const auth: Auth = createAuth({ server: "https://auth.example.com" });
await auth.ready;
const stop: () => void = auth.subscribe((session) => render(session));
stop();
await auth.passkey.signIn({ autofill: true });
await auth.passkey.register({ name: "Laptop" });
await auth.password.signIn({ email, password });
await auth.signInWithRedirect({ returnTo: "/notes" });
const granted: boolean =
  auth.can("notes:delete") || auth.canAny(["a:b"]) || auth.canAll(["a:b", "c:d"] as const);
const response: Response = await auth.fetch("/api/notes");
await auth.signOut({ everywhere: true });
show(`${granted} ${response.status}`);

// All of the session's states, and what each has.
export function describe(session: Session): string {
  switch (session.status) {
    case "loading":
    case "unreachable":
      return session.status;
    case "signedOut":
      return session.reason satisfies "anonymous" | "signedOut" | "ended";
    case "signedIn":
      return `${session.user.name} ${session.stale} ${session.roles.join()}`;
    case "stepUp":
      // @ts-expect-error: a stale session cannot step up
      session.stale;
      return session.user.email;
    case "error":
      return session.reason satisfies "load_failed" | "wasm_blocked" | "worker_failed";
    default:
      return session satisfies never;
  }
}
// @ts-expect-error: nobody may be signed in
auth.session.user;

// Outcomes: what came of it is there once `ok` has been looked at.
const added = await auth.passkey.register();
// @ts-expect-error: it may have come to nothing
added.passkey;
if (added.ok) {
  const passkey: Passkey = added.passkey;
  const used: Date | undefined = passkey.lastUsedAt === null ? undefined : new Date(passkey.lastUsedAt);
  show(`${passkey.name} ${used}`);
} else {
  const failure: Failure = added;
  const reason: Reason = failure.reason;
  const seconds: number = failure.retryAfter ?? 0;
  show(`${reason} ${seconds} ${failure.field ?? ""} ${failure.message} ${failure.docs}`);
  // @ts-expect-error: no such reason
  if (added.reason === "network_error") show("never");
}
const listed = await auth.sessions.list();
if (listed.ok) listed.sessions satisfies SessionSummary[];
const ended = await auth.sessions.endOthers();
if (ended.ok) show(ended.ended.toFixed());
const back: Outcome<{ returnTo?: string }> = await auth.handleRedirect();
if (back.ok) show(back.returnTo ?? "/");

// Options may be given as `undefined`, as forms and optional parameters do.
const name = email ? "Ada" : undefined;
await auth.register({ email, password, name });
await auth.passkey.signUp({ email, name });
await auth.passkey.register({ name });
await auth.password.set({ current: undefined, new: password, endOtherSessions: true });
createAuth({ server: undefined, mode: undefined });

// Token mode needs what it needs.
createAuth({ mode: "token", clientId: "notes", redirectUri: "/callback", scope: "openid" });
// @ts-expect-error: no redirectUri
createAuth({ mode: "token", clientId: "notes" });
// @ts-expect-error: no use for a clientId by cookie
createAuth({ clientId: "notes" });
// @ts-expect-error: misspelt
await auth.signOut({ everwhere: true });
// @ts-expect-error: no password
await auth.password.signIn({ email });
// @ts-expect-error: the session is not for writing
auth.session = { status: "loading" };

// Gates: a question, a verdict, and why.
const verdict: Verdict = auth.decide({ require: "notes:delete", on: "note:42", not: ["a:b"] });
const ending: () => void = auth.onChange(() => show(verdict));
ending();
// @ts-expect-error: no such thing to ask
auth.decide({ requires: "notes:delete" });
const checked = await auth.check("notes:delete", "note:42");
if (checked.ok) show(`${checked.allowed}`);
const { allowed, by, reason: why } = auth.explain("notes:delete");
show(`${allowed} ${by ?? ""} ${why satisfies Explanation["reason"]}`);

// A session that a server has rendered the page for.
createAuth({ session: { status: "signedOut", reason: "anonymous" } });
// @ts-expect-error: a server knows who is signed in, or hands nothing down
createAuth({ session: { status: "loading" } });

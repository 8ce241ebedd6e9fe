/** What a gate asks, and the verdict: one evaluation for React, Vue, Svelte and plain elements. */

import type { Session } from "./session.js";

/**
 * What a gate asks for. All that is given must hold. A question that asks for nothing is denied: it
 * is far more often one that got lost than a wish to let everybody in.
 */
export interface Question {
  /** This permission, such as `notes:delete`. */
  require?: string | undefined;
  /** At least one of these. */
  any?: readonly string[] | undefined;
  /** Every one of these. */
  all?: readonly string[] | undefined;
  /** None of these: for what is shown only to those who may not. */
  not?: string | readonly string[] | undefined;
  /**
   * On this resource, such as `note:42`: the server is asked, together with all others that are
   * asked about in the same frame, and until it answers the verdict is `loading`.
   */
  on?: string | undefined;
}

/**
 * What a gate is to show.
 *
 * - `loading`: it is not known yet who is signed in, or the server has not answered about the
 *   resource.
 * - `offline`: the server has not been reached since the page was loaded.
 * - `error`: the SDK's module could not be loaded.
 * - `signedOut`: nobody is signed in.
 * - `denied`: signed in, without what is asked for.
 * - `stepUp`: allowed once the user has confirmed it is them.
 * - `allowed`: open.
 */
export type Verdict =
  | "loading"
  | "offline"
  | "error"
  | "signedOut"
  | "denied"
  | "stepUp"
  | "allowed";

/** Whether a verdict is a yes, also where the user has yet to confirm it is them. */
export const isOpen = (verdict: Verdict): boolean =>
  verdict === "allowed" || verdict === "stepUp";

/** Whether the user has a permission, on a resource if there is one; `undefined`: not known yet. */
export type Can = (permission: string, on: string | undefined) => boolean | undefined;

const WITHOUT_USER: { [status in Session["status"]]?: Verdict } = {
  loading: "loading",
  unreachable: "offline",
  error: "error",
  signedOut: "signedOut",
};

/** Decides a question in a session. */
export function decide(session: Session, question: Question, can: Can): Verdict {
  const without = WITHOUT_USER[session.status];
  if (without) return without;
  const { require, any, all, not, on } = question;
  const none = typeof not === "string" ? [not] : (not ?? []);
  const must = [...(require === undefined ? [] : [require]), ...(all ?? [])];
  const answers = [
    ...must.map((permission) => can(permission, on)),
    ...none.map((permission) => negate(can(permission, on))),
  ];
  // An empty list asks for one of nothing, or for all of nothing: nobody has that.
  const empty = any?.length === 0 || all?.length === 0;
  if (any) answers.push(either(any.map((permission) => can(permission, on))));
  if (empty || !answers.length || answers.includes(false)) return "denied";
  if (answers.includes(undefined)) return "loading";
  return session.status === "stepUp" ? "stepUp" : "allowed";
}

const negate = (answer: boolean | undefined) => (answer === undefined ? answer : !answer);

const either = (answers: readonly (boolean | undefined)[]) =>
  answers.includes(true) || (answers.includes(undefined) ? undefined : false);

/**
 * Answers of the client that are followed where they are read. A script of its own, since the
 * components import it, which the application's tools compile.
 */

import { createSubscriber } from "svelte/reactivity";

import type { Auth } from "../auth.js";
import { type Asked, authorization, type Authorization, remembered } from "../authorization.js";
import { isOpen, type Question, type Verdict } from "../gate.js";
import type { Session } from "../session.js";
import { getAuth } from "./context.js";

export { slot } from "../slot.js";
export { getAuth, setAuth } from "./context.js";

/** An answer. Read in a template, an effect or a `$derived`, it is followed there. */
export interface Answer<T> {
  /** The answer as it is now. */
  readonly current: T;
}

/**
 * Follows what `read` makes of what is asked; who reads it hears of other answers only.
 *
 * Questions are asked by those who read alone: when the client has changed, a question may be about
 * what its component no longer has.
 */
function answer<Asked, T>(auth: Auth, ask: () => Asked, read: (asked: Asked) => T): Answer<T> {
  let asked: Asked;
  let told: T;
  const follow = createSubscriber((update) =>
    auth.onChange(() => {
      if (read(asked) !== told) update();
    }),
  );
  return {
    get current() {
      follow();
      asked = ask();
      return (told = read(asked));
    },
  };
}

const nothing = () => undefined;

/** Who is signed in. Another object after every change, and only then. */
export function getSession(): Answer<Session> {
  const auth = getAuth();
  return answer(auth, nothing, () => auth.session);
}

/**
 * What a gate with this question shows.
 *
 * @param question - What is asked; a function where it changes.
 */
export function verdict(question: Question | (() => Question)): Answer<Verdict> {
  const auth = getAuth();
  return answer(auth, () => copy(valueOf(question)), (asked) => auth.decide(asked));
}

/**
 * Whether the user has a permission; `false` while that is not known.
 *
 * ```ts
 * const mayDelete = permission("notes:delete", () => ({ on: `note:${note.id}` }));
 * // mayDelete.current
 * ```
 *
 * @param permission - The permission; a function where it changes.
 * @param about - What it is asked about, if that is a single resource; likewise.
 */
export function permission(
  permission: string | (() => string),
  about: Asked | (() => Asked) = {},
): Answer<boolean> {
  const auth = getAuth();
  const question = () => ({ require: valueOf(permission), on: valueOf(about).on });
  return answer(auth, question, (asked) => isOpen(auth.decide(asked)));
}

/** What the user may do, for whatever a component asks in its template. */
export function getAuthorization(): Authorization {
  const auth = getAuth();
  const verdicts = new Map<string, Answer<Verdict>>();
  const answers = new Map<string, Answer<boolean>>();
  const decide = (asked: Question) => auth.decide(asked);
  const open = (asked: Question) => isOpen(decide(asked));
  return authorization(
    (question) => remembered(answers, question, (asked) => answer(auth, () => asked, open)).current,
    (question) => remembered(verdicts, question, (asked) => answer(auth, () => asked, decide)).current,
  );
}

const valueOf = <T extends string | object>(value: T | (() => T)): T =>
  typeof value === "function" ? value() : value;

/** A question as it is now, with everything in it read. */
const copy = ({ require, any, all, not, on }: Question): Question => ({
  require,
  any: any && [...any],
  all: all && [...all],
  not: typeof not === "object" ? [...not] : not,
  on,
});

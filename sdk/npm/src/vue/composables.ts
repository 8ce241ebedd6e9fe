import {
  computed,
  type ComputedRef,
  type MaybeRefOrGetter,
  shallowRef,
  toValue,
  triggerRef,
} from "vue";

import type { Auth } from "../auth.js";
import { isOpen, type Question, type Verdict } from "../gate.js";
import type { Session } from "../session.js";
import { useAuth } from "./context.js";

/** What the user may do. Asked in a template or a `computed`, each answer is followed. */
export interface Authorization {
  /** Whether the user has `permission`, on the resource `on` if one is given. */
  hasPermission(permission: string, on?: string): boolean;
  /** Whether the user has at least one of `permissions`; none asked for: no. */
  hasAny(permissions: readonly string[], on?: string): boolean;
  /** Whether the user has all of `permissions`; none asked for: no. */
  hasAll(permissions: readonly string[], on?: string): boolean;
  /** What a gate with this question shows; the only answer that tells "no" from "not known yet". */
  decide(question: Question): Verdict;
}

/**
 * What is read to follow a client. One subscription serves all components: it lives as long as the
 * client, which is as long as there is anything to hear.
 */
const clocks = new WeakMap<Auth, { follow(): void }>();

/** Reads `read` from the client, again after every change; who uses it hears of other answers only. */
function following<T>(auth: Auth, read: () => T): ComputedRef<T> {
  let clock = clocks.get(auth);
  if (!clock) {
    const changes = shallowRef();
    auth.onChange(() => triggerRef(changes));
    clocks.set(auth, (clock = { follow: () => changes.value }));
  }
  const { follow } = clock;
  return computed(() => {
    follow();
    return read();
  });
}

/** Who is signed in. Another object after every change, and only then. */
export function useSession(): ComputedRef<Session> {
  const auth = useAuth();
  return following(auth, () => auth.session);
}

/**
 * What a gate with this question shows.
 *
 * @param question - What is asked; a getter or a ref where it changes.
 */
export function useVerdict(question: MaybeRefOrGetter<Question>): ComputedRef<Verdict> {
  const auth = useAuth();
  return following(auth, () => auth.decide(toValue(question)));
}

/**
 * Whether the user has a permission. `false` while that is not known.
 *
 * ```ts
 * const mayDelete = usePermission("notes:delete", () => `note:${props.note.id}`);
 * ```
 *
 * @param permission - The permission, or all that has to hold; a getter or a ref where it changes.
 * @param on - The resource, if it is about a single one.
 */
export function usePermission(
  permission: MaybeRefOrGetter<string | Question>,
  on?: MaybeRefOrGetter<string | undefined>,
): ComputedRef<boolean> {
  const verdict = useVerdict(() => {
    const asked = toValue(permission);
    return typeof asked === "string" ? { require: asked, on: toValue(on) } : asked;
  });
  return computed(() => isOpen(verdict.value));
}

/** What the user may do, for whatever a component asks while it renders. */
export function useAuthorization(): Authorization {
  const auth = useAuth();
  const verdicts = new Map<string, ComputedRef<Verdict>>();
  const answers = new Map<string, ComputedRef<boolean>>();

  const verdict = (question: Question) =>
    remembered(verdicts, question, (asked) => following(auth, () => auth.decide(asked)));
  const open = (question: Question) =>
    remembered(answers, question, (asked) => {
      const answer = verdict(asked);
      return computed(() => isOpen(answer.value));
    }).value;

  return {
    hasPermission: (permission, on) => open({ require: permission, on }),
    hasAny: (permissions, on) => open({ any: permissions, on }),
    hasAll: (permissions, on) => open({ all: permissions, on }),
    decide: (question) => verdict(question).value,
  };
}

/** What there is for a question, made for a copy of it: whoever asked may change theirs. */
function remembered<T>(made: Map<string, T>, question: Question, make: (asked: Question) => T): T {
  const { require, any, all, not, on } = question;
  const key = JSON.stringify({ require, any, all, not, on });
  let found = made.get(key);
  if (!found) made.set(key, (found = make(JSON.parse(key) as Question)));
  return found;
}

import {
  computed,
  type ComputedRef,
  type MaybeRefOrGetter,
  shallowRef,
  toValue,
  triggerRef,
} from "vue";

import type { Auth } from "../auth.js";
import { type Asked, authorization, type Authorization, remembered } from "../authorization.js";
import { isOpen, type Question, type Verdict } from "../gate.js";
import type { Session } from "../session.js";
import { useAuth } from "./context.js";

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
 * Whether the user has a permission; `false` while that is not known.
 *
 * ```ts
 * const mayDelete = usePermission("notes:delete", () => ({ on: `note:${props.note.id}` }));
 * ```
 *
 * @param permission - The permission; a getter or a ref where it changes.
 * @param about - What it is asked about, if that is a single resource; likewise.
 */
export function usePermission(
  permission: MaybeRefOrGetter<string>,
  about: MaybeRefOrGetter<Asked> = {},
): ComputedRef<boolean> {
  const verdict = useVerdict(() => ({ require: toValue(permission), on: toValue(about).on }));
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

  return authorization(open, (question) => verdict(question).value);
}

import { useEffect, useSyncExternalStore } from "react";

import { type Authorization, authorization } from "../authorization.js";
import { isOpen, type Question, type Verdict } from "../gate.js";
import { useSource } from "./source.js";

/** An answer that was given, and how to come by the present one. */
interface Given {
  answer: unknown;
  now: () => unknown;
}

/**
 * Answers about permissions, for components that ask several things or ask in a loop. Renders anew
 * only when one of the answers that it has given is another one.
 *
 * ```tsx
 * const { hasPermission, hasAny } = useAuthorization();
 * const items = menu.filter((item) => hasPermission(item.permission));
 * ```
 *
 * The functions are new ones in each render, so that memoised children ask again.
 */
export function useAuthorization(): Authorization {
  const source = useSource();
  // What this very render is told: React may throw a render away, and keep an earlier one's answers.
  const given = new Map<string, Given>();
  const isCurrent = () => {
    for (const { answer, now } of given.values()) if (now() !== answer) return false;
    return true;
  };
  let first = false;
  // The snapshot is whatever is unlike that of any other render, for as long as the answers hold.
  useSyncExternalStore(
    source.subscribe,
    () => (isCurrent() ? given : undefined),
    () => {
      first = true;
      return given;
    },
  );
  // From then on the same functions may be asked by whoever reacts to a click.
  useEffect(() => {
    first = false;
  });

  function answer<T>(question: Question, read: (verdict: Verdict) => T): T {
    const now = () => read(source.auth.decide(question));
    const told = first ? read(source.decideFirst(question)) : now();
    const key = JSON.stringify([question, typeof told]);
    // What was rendered is what has to be rendered anew: whoever asks later, by the same function and
    // perhaps before React has heard of a change, must not make it look like what holds now.
    if (!given.has(key)) given.set(key, { answer: told, now });
    return told;
  }
  return authorization(
    (question) => answer(question, isOpen),
    (question) => answer(question, itself),
  );
}

const itself = (verdict: Verdict) => verdict;

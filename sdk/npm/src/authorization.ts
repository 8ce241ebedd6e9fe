/** What a component may ask while it renders: the same words in every framework. */

import type { Question, Verdict } from "./gate.js";

/** What a permission is asked about, besides its name. */
export interface Asked {
  /** On this resource, such as `note:42`; `false` until the server has answered. */
  on?: string | undefined;
}

/** Answers about the user's permissions. Those that are given while rendering are kept current. */
export interface Authorization {
  /** Whether the user has `permission`; `false` while that is not known. */
  hasPermission(permission: string, about?: Asked): boolean;
  /** Whether the user has at least one of `permissions`; none asked for: no. */
  hasAny(permissions: readonly string[], about?: Asked): boolean;
  /** Whether the user has all of `permissions`; none asked for: no. */
  hasAll(permissions: readonly string[], about?: Asked): boolean;
  /** What a gate with this question is to show. */
  decide(question: Question): Verdict;
}

/** Puts the words to what answers whole questions. */
export function authorization(
  open: (question: Question) => boolean,
  decide: (question: Question) => Verdict,
): Authorization {
  return {
    hasPermission: (permission, { on } = {}) => open({ require: permission, on }),
    hasAny: (permissions, { on } = {}) => open({ any: permissions, on }),
    hasAll: (permissions, { on } = {}) => open({ all: permissions, on }),
    decide,
  };
}

/** What there is for a question, made for a copy of it: whoever asked may change theirs. */
export function remembered<T>(
  made: Map<string, T>,
  question: Question,
  make: (asked: Question) => T,
): T {
  const { require, any, all, not, on } = question;
  const key = JSON.stringify({ require, any, all, not, on });
  let found = made.get(key);
  if (!found) made.set(key, (found = make(JSON.parse(key) as Question)));
  return found;
}

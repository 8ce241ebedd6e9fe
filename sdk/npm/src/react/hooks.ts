import { useMemo, useSyncExternalStore } from "react";

import type { Auth } from "../auth.js";
import type { Asked } from "../authorization.js";
import { isOpen, type Question, type Verdict } from "../gate.js";
import type { Session } from "../session.js";
import { useSource } from "./source.js";

/** The client: for signing in and out, for `auth.fetch`, and for all else. Renders nothing anew. */
export function useAuth(): Auth {
  return useSource().auth;
}

/**
 * The session. Renders anew when it changes.
 *
 * ```tsx
 * const session = useSession();
 * if (session.status === "signedIn") return <p>Hello, {session.user.name}</p>;
 * ```
 */
export function useSession(): Session;

/**
 * What `select` takes from the session. Renders anew only when that is something else (by
 * `Object.is`).
 *
 * ```tsx
 * const status = useSession((session) => session.status);
 * ```
 */
export function useSession<T>(select: (session: Session) => T): T;

export function useSession(select: (session: Session) => unknown = itself): unknown {
  const source = useSource();
  // React compares what is taken from one session twice; an object made for it must be the same.
  const taken = useMemo(() => {
    let of: Session | undefined;
    let value: unknown;
    return (session: Session) => {
      if (session !== of) [of, value] = [session, select(session)];
      return value;
    };
  }, [select]);
  return useSyncExternalStore(
    source.subscribe,
    () => taken(source.auth.session),
    () => taken(source.auth.initial),
  );
}

const itself = (session: Session) => session;

/**
 * What a gate with this question is to show. Renders anew only when the verdict is another one. For
 * gates of one's own; {@link PermissionGate} is one.
 */
export function useVerdict(question: Question): Verdict {
  const source = useSource();
  return useSyncExternalStore(
    source.subscribe,
    () => source.auth.decide(question),
    () => source.decideFirst(question),
  );
}

/**
 * Whether the user has a permission; `false` while that is not known. Renders anew only when the
 * answer is another one.
 *
 * ```tsx
 * const mayDelete = usePermission("notes:delete", { on: `note:${id}` });
 * ```
 */
export function usePermission(permission: string, about: Asked = {}): boolean {
  const source = useSource();
  const question = { require: permission, on: about.on };
  return useSyncExternalStore(
    source.subscribe,
    () => isOpen(source.auth.decide(question)),
    () => isOpen(source.decideFirst(question)),
  );
}

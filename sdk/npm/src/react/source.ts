import { createContext, useContext } from "react";

import type { Auth } from "../auth.js";
import { decide, type Question, type Verdict } from "../gate.js";
import { createAuth } from "../index.js";
import { grants } from "../matching.js";
import type { AuthOptions } from "../options.js";

/** What hooks read from. */
export class Source {
  constructor(readonly auth: Auth) {}

  /** For `useSyncExternalStore`: the same function each time. */
  readonly subscribe = (listener: () => void): (() => void) => this.auth.onChange(listener);

  /**
   * What {@link Auth.decide} answers in the first paint, which is how the server has rendered it.
   * What is hydrated later than that has to begin with it as well, whatever is known by then.
   */
  decideFirst(question: Question): Verdict {
    const { initial } = this.auth;
    return decide(initial, question, (permission, on) =>
      on === undefined
        ? "permissions" in initial && grants(initial.permissions, permission)
        : undefined,
    );
  }
}

const SOURCES = new WeakMap<Auth, Source>();

/** The source of a client: one, however many providers there are. */
export function sourceOf(auth: Auth): Source {
  let source = SOURCES.get(auth);
  if (!source) SOURCES.set(auth, (source = new Source(auth)));
  return source;
}

const CLIENTS = new Map<string, Auth>();

/**
 * The client for these options. A page has one: React may begin to render a provider several times
 * before it keeps one of them, and each client would talk to the server. On a server each request
 * has its own.
 */
export function clientFor(options: AuthOptions): Auth {
  if (typeof document === "undefined") return createAuth(options);
  const key = JSON.stringify({ ...options, session: undefined });
  let auth = CLIENTS.get(key);
  if (!auth) CLIENTS.set(key, (auth = createAuth(options)));
  return auth;
}

/** What an `<AuthProvider>` gives to those below it. */
export const SourceContext = createContext<Source | undefined>(undefined);

/** The source of the nearest `<AuthProvider>`. */
export function useSource(): Source {
  const source = useContext(SourceContext);
  if (!source) throw new Error("Portcullis: there is no <AuthProvider> around this component.");
  return source;
}

/** Names a component for React's developer tools: function names do not survive being made small. */
export function named(component: object, displayName: string): void {
  Object.assign(component, { displayName });
}

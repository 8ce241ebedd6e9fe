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

/** By the module that they were given, as far as that is a thing and no text, and by all else. */
const CLIENTS = new WeakMap<object, Map<string, Auth>>();
const NO_MODULE = {};

/**
 * The client for these options. A page has one: React may begin to render a provider several times
 * before it keeps one of them, and each client would talk to the server. On a server each request
 * has its own.
 */
export function clientFor(options: AuthOptions): Auth {
  if (typeof document === "undefined") return createAuth(options);
  const { wasm } = options;
  // Functions, bytes and compiled modules all look alike as text.
  const isThing = wasm !== undefined && typeof wasm !== "string" && !(wasm instanceof URL);
  const module = isThing ? wasm : NO_MODULE;
  let clients = CLIENTS.get(module);
  if (!clients) CLIENTS.set(module, (clients = new Map()));
  const text = isThing ? undefined : wasm;
  const key = JSON.stringify({ ...options, session: undefined, wasm: text });
  let auth = clients.get(key);
  if (!auth) clients.set(key, (auth = createAuth(options)));
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

import { type ReactElement, type ReactNode, useState } from "react";

import type { Auth } from "../auth.js";
import type { AuthOptions } from "../options.js";
import { clientFor, named, SourceContext, sourceOf } from "./source.js";

/** A client, or the options for making one. */
export type AuthProviderProps = {
  /** What may use the hooks and components of this package. */
  children?: ReactNode;
} & (
  | {
      /** A client of your own making, where it is used outside of React as well. */
      auth: Auth;
    }
  | (AuthOptions & {
      /**
       * Left out: one is made of the other options. They are read once. Providers with the same
       * options share it; a `wasm` that is a function is the same only if it is the very same one,
       * so that it belongs outside of components.
       */
      auth?: undefined;
    })
);

/**
 * Tells the components below who is signed in.
 *
 * ```tsx
 * <AuthProvider>
 *   <App />
 * </AuthProvider>
 * ```
 *
 * Where a server renders the page, hand its session down: `<AuthProvider session={session}>` decides
 * the same on both sides.
 */
export function AuthProvider({ children, auth, ...options }: AuthProviderProps): ReactElement {
  const [made] = useState(() => auth ?? clientFor(options as AuthOptions));
  return (
    <SourceContext.Provider value={sourceOf(auth ?? made)}>{children}</SourceContext.Provider>
  );
}

named(AuthProvider, "AuthProvider");

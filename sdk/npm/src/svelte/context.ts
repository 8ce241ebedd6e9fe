import { getContext, setContext } from "svelte";

import type { Auth } from "../auth.js";

const KEY = Symbol.for("portcullis");

/**
 * Gives the client to this component and those below it. On a server make the client anew for each
 * request, as a layout's script does: a client knows who is signed in.
 *
 * ```ts
 * const { data, children } = $props();
 * const auth = setAuth(() => createAuth({ session: data.session }));
 * ```
 *
 * @param auth - The client, or what makes it: a function may read what will change later, but is
 * called once.
 */
export function setAuth(auth: Auth | (() => Auth)): Auth {
  return setContext(KEY, typeof auth === "function" ? auth() : auth);
}

/**
 * The client that this component was given.
 *
 * @throws Error - If it was given none.
 */
export function getAuth(): Auth {
  const auth = getContext<Auth | undefined>(KEY);
  if (!auth) throw new Error("There is no client here: setAuth(createAuth()).");
  return auth;
}

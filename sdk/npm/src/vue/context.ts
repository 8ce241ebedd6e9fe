import { type InjectionKey, inject, type Plugin, provide } from "vue";

import type { Auth } from "../auth.js";

const KEY: InjectionKey<Auth> = Symbol.for("portcullis");

/**
 * Gives the client to all components of an application. On a server make both anew for each
 * request: a client knows who is signed in.
 *
 * ```ts
 * createApp(App).use(portcullis, createAuth()).mount("#app");
 * ```
 */
export const portcullis: Plugin<[auth: Auth]> = {
  install: (app, auth) => app.provide(KEY, auth),
};

/** Gives the client to the components below this one, where that is not the whole application. */
export function provideAuth(auth: Auth): void {
  provide(KEY, auth);
}

/**
 * The client that this component was given.
 *
 * @throws Error - If it was given none.
 */
export function useAuth(): Auth {
  const auth = inject(KEY, undefined);
  if (!auth) throw new Error("There is no client here: app.use(portcullis, createAuth()).");
  return auth;
}

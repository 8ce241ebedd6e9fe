/**
 * A panel for developers: a timeline of refreshes, locks, tabs and gates, and of the session.
 *
 * ```ts
 * import { createAuth } from "@portcullis/sdk";
 * import { defineDevtools } from "@portcullis/sdk/devtools";
 *
 * const auth = createAuth();
 * if (import.meta.env.DEV) defineDevtools({ auth });
 * ```
 *
 * and `<pc-devtools></pc-devtools>` anywhere in the page.
 *
 * @packageDocumentation
 */

import type { Auth } from "../auth.js";
import { DevtoolsElement } from "./panel.js";
import { Recorder } from "./recorder.js";
import { current, show } from "./shown.js";

export { DevtoolsElement };

/** Settings of {@link defineDevtools}. */
export interface DevtoolsOptions {
  /** The client, as `createAuth` makes it. */
  auth: Auth;
  /** How many entries are kept at least; left out: 500. */
  keep?: number | undefined;
}

/**
 * Defines `<pc-devtools>`, and records from now on what this client does, also before there is such
 * an element in the page: call it right after `createAuth`. Does nothing where there is no browser.
 */
export function defineDevtools({ auth, keep = 500 }: DevtoolsOptions): void {
  if (typeof customElements === "undefined") return;
  if (current()?.auth !== auth) {
    current()?.stop();
    show(new Recorder(auth, keep));
  }
  if (!customElements.get("pc-devtools")) customElements.define("pc-devtools", DevtoolsElement);
}

declare global {
  interface HTMLElementTagNameMap {
    "pc-devtools": DevtoolsElement;
  }
}

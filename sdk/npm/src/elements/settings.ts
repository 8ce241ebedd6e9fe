/** What all elements of the page share: the client, and how they speak. */

import type { Auth } from "../auth.js";
import type { Language, Text } from "../text/index.js";
import { languageOf, loadText, preferredLanguage } from "../text/index.js";

/** Settings of {@link defineElements}. */
export interface ElementsOptions {
  /** The client, as `createAuth` makes it. */
  auth: Auth;
  /** The application's name, for titles; left out: the host of the page. */
  app?: string | undefined;
  /** The language; left out: the document's, else the browser's. An element's own `lang` wins. */
  language?: Language | undefined;
  /**
   * Whether people sign in on the server's own pages, as in token mode, instead of in a form of
   * this page.
   */
  redirect?: boolean | undefined;
}

let settings: ElementsOptions | undefined;

/** Sets them for all elements. */
export function configure(options: ElementsOptions): void {
  settings = options;
}

/** The settings. Elements are defined after there are any. */
export function current(): ElementsOptions {
  if (!settings) throw new TypeError("Call defineElements({ auth }) first.");
  return settings;
}

/** The texts for an element: of its own language, else the page's. */
export async function textFor(element: Element): Promise<Text> {
  const own = element.closest("[lang]:not(html)")?.getAttribute("lang");
  const language = languageOf(own ?? "") ?? current().language ?? preferredLanguage();
  for (;;) {
    try {
      return await loadText(language);
    } catch {
      // Most likely the network; until it is back there are no words.
      await new Promise((resolve) => setTimeout(resolve, 3_000));
    }
  }
}

/** The page of the React tests: takes over what a server has rendered, or renders by itself. */

import { createRoot, hydrateRoot } from "react-dom/client";

import { createAuth, type Session, type SignedInSession } from "../../src/index.js";
import { createTestAuth, type TestAuth } from "../../src/testing/index.js";
import { App, renders } from "./app.js";

declare global {
  interface Window {
    /** A client that does as the test says. */
    fake: TestAuth;
    /** What React had to mend after taking over. */
    mended: string[];
    /** All texts that a gate has shown, one after the other. */
    shown: (string | null)[];
    begin(how: "real" | "options" | "fake", session?: SignedInSession): void;
  }
}

const container = document.getElementById("root") as HTMLElement;
window.renders = renders;
window.mended = [];
window.shown = [];
window.begin = (how, session) => {
  window.fake = createTestAuth({ session: session ?? ({ status: "loading" } satisfies Session) });
  const props =
    how === "options" ? { session } : { auth: how === "real" ? createAuth() : window.fake };
  const note = () => {
    const text = document.getElementById("gate")?.textContent ?? null;
    if (window.shown.at(-1) !== text) window.shown.push(text);
  };
  note();
  new MutationObserver(note).observe(container, {
    childList: true,
    characterData: true,
    subtree: true,
  });
  if (container.firstChild) {
    hydrateRoot(container, <App {...props} />, {
      onRecoverableError: (error) => window.mended.push(String(error)),
    });
  } else {
    createRoot(container).render(<App {...props} />);
  }
};

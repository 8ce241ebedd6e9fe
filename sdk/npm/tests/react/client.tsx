/** The page of the React tests: takes over what a server has rendered, or renders by itself. */

import { StrictMode, useEffect } from "react";
import { createRoot, hydrateRoot } from "react-dom/client";

import {
  type Auth,
  type AuthOptions,
  createAuth,
  type Session,
  type SignedInSession,
} from "../../src/index.js";
import { AuthProvider, useAuth } from "../../src/react/index.js";
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
    /** Renders a provider with each of these options; of each, the first one with the same client. */
    clients(all: AuthOptions[]): Promise<number[]>;
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

window.clients = async (all) => {
  const found: Auth[] = [];
  const Note = ({ index }: { index: number }) => {
    const auth = useAuth();
    useEffect(() => void (found[index] = auth), [auth, index]);
    return null;
  };
  createRoot(document.createElement("div")).render(
    <StrictMode>
      {all.map((options, index) => (
        <AuthProvider key={index} {...options}>
          <Note index={index} />
        </AuthProvider>
      ))}
    </StrictMode>,
  );
  while (found.length < all.length) await new Promise((resolve) => setTimeout(resolve, 10));
  await Promise.all(found.map(({ ready }) => ready));
  return found.map((auth) => found.indexOf(auth));
};

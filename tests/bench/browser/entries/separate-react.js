/** What one would combine: react-oidc-context, SimpleWebAuthn and CASL. */

import { createElement as e, useEffect } from "react";
import { createMongoAbility } from "@casl/ability";
import { AbilityProvider, Can } from "@casl/react";
import { startAuthentication, startRegistration } from "@simplewebauthn/browser";
import { AuthProvider, useAuth } from "react-oidc-context";

/** @param {{ known: () => void }} props */
function App({ known }) {
  const auth = useAuth();
  useEffect(() => {
    if (!auth.isLoading) known();
  }, [auth.isLoading]);
  const signIn = () => startAuthentication({ optionsJSON: JSON.parse(document.title) });
  const register = () => startRegistration({ optionsJSON: JSON.parse(document.title) });
  return e(
    "main",
    null,
    e("button", { onClick: signIn }, "Sign in"),
    e("button", { onClick: register }, "Add a passkey"),
    e(Can, { I: "write", a: "notes" }, "Write"),
  );
}

/** @param {(app: import("react").ReactElement) => void} mount puts it into the page */
export function start(mount) {
  const { origin } = location;
  const settings = { authority: origin, client_id: "notes", redirect_uri: `${origin}/callback` };
  const ability = createMongoAbility([{ action: "write", subject: "notes" }]);
  return new Promise((known) =>
    mount(e(AuthProvider, settings, e(AbilityProvider, { value: ability }, e(App, { known })))),
  );
}

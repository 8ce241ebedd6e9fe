/** PKCE, passkeys, refresh and permission gates in React, all in one. */

import { createElement as e } from "react";
import { createAuth } from "@portcullis/sdk";
import { AuthProvider, PermissionGate, useAuth } from "@portcullis/sdk/react";

function App() {
  const auth = useAuth();
  return e(
    PermissionGate,
    { require: "notes:write", fallback: e("button", { onClick: () => auth.passkey.signIn() }, "Sign in") },
    "Write",
  );
}

/** @param {(app: import("react").ReactElement) => void} mount puts it into the page */
export async function start(mount) {
  const auth = createAuth();
  mount(e(AuthProvider, { auth }, e(App)));
  await auth.ready;
}

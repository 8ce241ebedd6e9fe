/** The same as an application on another origin: tokens in a worker, bound to a key. */

import { createElement as e } from "react";
import { createAuth } from "@portcullis/sdk";
import { AuthProvider, PermissionGate, useAuth } from "@portcullis/sdk/react";

function App() {
  const auth = useAuth();
  const fallback = e("button", { onClick: () => auth.signInWithRedirect() }, "Sign in");
  return e(PermissionGate, { require: "notes:write", fallback }, "Write");
}

/** @param {(app: import("react").ReactElement) => void} mount puts it into the page */
export async function start(mount) {
  const auth = createAuth({ mode: "token", clientId: "notes", redirectUri: "/callback" });
  mount(e(AuthProvider, { auth }, e(App)));
  await auth.ready;
}

/** The same without a framework. */

import { createAuth } from "@portcullis/sdk";

export async function start() {
  const auth = createAuth();
  await auth.ready;
  document.title = String(auth.can("notes:write"));
  document.onclick = () => auth.passkey.signIn();
}

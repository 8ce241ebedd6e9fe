/** Better Auth's client: sessions by cookie. */

import { createAuthClient } from "better-auth/react";

export async function start() {
  const client = createAuthClient();
  await client.getSession();
  document.onclick = () => client.signIn.email({ email: "", password: "" });
}

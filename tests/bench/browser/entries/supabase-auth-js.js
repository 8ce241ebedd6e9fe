/** supabase's auth-js: sessions, PKCE. */

import { GoTrueClient } from "@supabase/auth-js";

export async function start() {
  const client = new GoTrueClient({ url: location.origin, flowType: "pkce" });
  await client.getSession();
  document.onclick = () => client.signInWithPassword({ email: "", password: "" });
}

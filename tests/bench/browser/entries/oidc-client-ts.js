/** oidc-client-ts: PKCE and refresh. */

import { UserManager } from "oidc-client-ts";

export async function start() {
  const { origin } = location;
  const manager = new UserManager({
    authority: origin,
    client_id: "notes",
    redirect_uri: `${origin}/callback`,
  });
  await manager.getUser();
  document.onclick = () => manager.signinRedirect();
}

/** Auth0's client for single-page applications: PKCE and refresh. */

import { createAuth0Client } from "@auth0/auth0-spa-js";

export async function start() {
  const client = await createAuth0Client({ domain: location.host, clientId: "notes" });
  await client.isAuthenticated();
  document.onclick = () => client.loginWithRedirect();
}

/** Microsoft's client for browsers: PKCE and refresh. */

import { PublicClientApplication } from "@azure/msal-browser";

export async function start() {
  const client = new PublicClientApplication({ auth: { clientId: "notes" } });
  await client.initialize();
  await client.handleRedirectPromise();
  document.onclick = () => client.loginRedirect();
}

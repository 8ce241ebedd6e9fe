/** Answers of a sign-in by redirect: those that were asked for count once, all others never. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { build } from "esbuild";

import { ROOT } from "../lib/package.js";
import { changed, gateway, REDEEM, TOKEN } from "./lib/network.js";
import { APART, comeBack, notes, Person, ready, scenarios, SHARED } from "./lib/world.js";

/** @typedef {import("playwright-core").Page} Page */

const { scenario, world } = scenarios();
const AUTHORIZE = { path: "/oauth/authorize" };

/** What came of the redirect. @param {Page} tab */
const outcome = (tab) =>
  tab.evaluate(async () => {
    const outcome = await auth.handleRedirect();
    return outcome.ok || outcome.reason;
  });

/** What is done to an answer's address. @typedef {(answer: URLSearchParams) => void} Change */

/** The answer's address is changed on its way. @param {Change} change */
const answered = (change) =>
  changed(({ headers }) => {
    const address = new URL(String(headers["location"]));
    change(address.searchParams);
    return { headers: { ...headers, location: address.href } };
  });

for (const [what, change, reason, redeems] of /** @type {[string, Change, string, number][]} */ ([
  ["has a state that nobody knows", (answer) => answer.set("state", "forged"), "redirect_invalid", 0],
  ["comes from another issuer", (answer) => answer.set("iss", "https://evil.example"), "redirect_invalid", 0],
  ["does not say which issuer it is from", (answer) => answer.delete("iss"), "redirect_invalid", 0],
  ["has a code of somebody else's", (answer) => answer.set("code", `pc_ac_${"x".repeat(43)}`), "redirect_refused", 1],
  ["says that the user has not consented", (answer) => {
    answer.delete("code");
    answer.set("error", "access_denied");
  }, "redirect_refused", 0],
])) {
  scenario(`the answer ${what}: nobody is signed in`, APART, async (person, { network, site }) => {
    const tab = await person.tab();
    network.disturb({ ...AUTHORIZE, acted: true, times: 1 }, answered(change));
    await comeBack(tab);
    assert.equal(await outcome(tab), reason);
    assert.equal(await ready(tab), "signedOut");
    assert.equal(tab.url(), `${site.url}/callback`);
    assert.equal(network.all(REDEEM).length, redeems);
    assert.equal(network.proving().length, 0);
    // Nothing of it is in the way of the next one.
    await comeBack(tab);
    assert.equal(await outcome(tab), true);
    assert.deepEqual(await notes(tab), [200]);
  });
}

for (const [where, wishes] of /** @type {const} */ ([
  ["on the page", SHARED],
  ["in a worker", APART],
])) {
  scenario(`with tokens ${where}, the ID token has another nonce: nobody is signed in`, wishes, async (person, { network }) => {
    const tab = await person.tab();
    const forged = changed(({ body }) => {
      const tokens = JSON.parse(String(body));
      const [head, claims = "", signature] = tokens.id_token.split(".");
      const said = { ...JSON.parse(String(Buffer.from(claims, "base64url"))), nonce: "another" };
      const other = Buffer.from(JSON.stringify(said)).toString("base64url");
      return { body: JSON.stringify({ ...tokens, id_token: [head, other, signature].join(".") }) };
    });
    network.disturb({ ...REDEEM, acted: true, times: 1 }, forged);
    await comeBack(tab);
    assert.equal(await outcome(tab), "redirect_invalid");
    assert.equal(await ready(tab), "signedOut");
    assert.equal(network.proving().length, 0);
    assert.deepEqual(await notes(tab), [401]);
  });
}

scenario("an answer is replayed: going back to its address signs nobody in, and sends no code", APART, async (person, { network, site }) => {
  const tab = await person.tab();
  /** @type {string[]} */
  const seen = [];
  tab.on("request", (request) => {
    if (request.isNavigationRequest()) seen.push(request.url());
  });
  await comeBack(tab);
  assert.equal(await outcome(tab), true);
  const address = seen.find((url) => url.includes("code=")) ?? "";
  assert.ok(address.startsWith(`${site.url}/callback?`));
  const again = await person.tab(address.slice(site.url.length));
  await tab.goto(address);
  await tab.waitForFunction(() => "auth" in window);
  for (const page of [tab, again]) {
    assert.equal(await outcome(page), "redirect_invalid");
    assert.equal(await ready(page), "signedOut");
    assert.equal(page.url(), `${site.url}/callback`);
  }
  assert.equal(network.all(REDEEM).length, 1);
});

scenario("the page is loaded again while the code is being redeemed: the code is sent once", APART, async (person, { network }) => {
  const tab = await person.tab();
  const { held } = network.hold(REDEEM);
  await comeBack(tab);
  await held;
  await tab.reload();
  await tab.waitForFunction(() => "auth" in window);
  assert.equal(await ready(tab), "signedOut");
  assert.equal(network.all(REDEEM).length, 1);
});

scenario("the server is away when the code is to be redeemed: it says so, and the next try succeeds", APART, async (person, { network }) => {
  const tab = await person.tab();
  network.disturb({ ...REDEEM, times: 1 }, gateway(503));
  await comeBack(tab);
  assert.equal(await outcome(tab), "network");
  await comeBack(tab);
  assert.equal(await outcome(tab), true);
});

scenario("the button is pressed twice: one sign-in comes of it", APART, async (person, { network }) => {
  const tab = await person.tab();
  await tab.evaluate(() => {
    void auth.signInWithRedirect({ returnTo: "/first" });
    void auth.signInWithRedirect({ returnTo: "/second" });
  });
  await tab.waitForURL((url) => url.pathname === "/callback");
  await tab.waitForFunction(() => "auth" in window);
  assert.equal(await ready(tab), "signedIn");
  assert.equal(network.all(REDEEM).length, 1);
  assert.deepEqual(await notes(tab), [200]);
});

const STRICT = `
import { StrictMode, useEffect } from "react";
import { createRoot } from "react-dom/client";
import { AuthProvider, useAuth, useSession } from "@portcullis/sdk/react";

const mounts = (window.mounts = []);
function App() {
  const auth = useAuth();
  const session = useSession();
  useEffect(() => {
    window.auth = auth;
    mounts.push(auth);
    void auth.handleRedirect();
  }, [auth]);
  return session.status;
}
createRoot(document.body).render(
  <StrictMode>
    <AuthProvider {...window.options}>
      <App />
    </AuthProvider>
  </StrictMode>,
);
`;

for (const isolate of [true, false]) {
  test(`React mounts everything twice in StrictMode, with tokens ${isolate ? "in a worker" : "on the page"}: one client, and one redemption of the code`, async () => {
    const { network, folder, site } = world;
    network.begin();
    await build({
      stdin: { contents: STRICT, loader: "jsx", resolveDir: ROOT },
      alias: { "@portcullis/sdk/react": `${ROOT}dist/react/index.js` },
      define: { "process.env.NODE_ENV": '"development"' },
      jsx: "automatic",
      bundle: true,
      splitting: true,
      format: "esm",
      outdir: folder.at("strict"),
      logLevel: "error",
    });
    await folder.write({
      "strict.html": `<!doctype html><title>App</title><link rel="icon" href="data:,"><body></body>
<script>window.options = ${JSON.stringify({
        ...{ mode: "token", server: network.url, clientId: "strict", isolate },
        ...{ redirectUri: "/strict.html", worker: "/sdk/worker.js" },
        ...{ wasm: "/sdk/portcullis_sdk_bg.wasm" },
      })}</script><script type="module" src="/strict/stdin.js"></script>`,
    });
    const person = await Person.join(world);
    const tab = await person.open(`${site.url}/strict.html`);
    await tab.evaluate(() => void auth.signInWithRedirect());
    await tab.waitForURL((url) => url.searchParams.has("code"), { waitUntil: "commit" });
    await tab.getByText("signedIn").waitFor();
    const clients = await tab.evaluate(() => {
      const { mounts } = /** @type {any} */ (window);
      return [mounts.length, new Set(mounts).size];
    });
    assert.deepEqual(clients, [2, 1]);
    assert.equal(tab.workers().length, isolate ? 1 : 0);
    assert.equal(network.all(TOKEN).length, 1);
    assert.deepEqual(person.thrown, []);
    await person.leave();
  });
}

/** Applications of other origins: signing in by redirect, and keeping tokens fresh. */

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after } from "node:test";

import { registration, serveClient } from "../lib/client.js";
import { photograph } from "../lib/inspect.js";
import { suite } from "../lib/suite.js";
import { fillSignIn } from "../lib/visitor.js";

/**
 * @typedef {import("playwright-core").Page} Page
 * @typedef {import("../lib/visitor.js").Visitor} Visitor
 * @typedef {import("../lib/suite.js").World} World
 */

const it = suite((site) => ({ clients: [registration(site)] }));

/** @type {Promise<() => Promise<void>> | undefined} */
let served;
after(async () => (await served)?.());

/** @param {World} world @param {Record<string, string>} [more] */
function authorization(world, more) {
  const verifier = randomBytes(32).toString("base64url");
  const redirectUri = `${world.site.sameSite}/app/callback`;
  const query = new URLSearchParams({
    response_type: "code",
    client_id: "app",
    redirect_uri: redirectUri,
    scope: "openid",
    state: randomBytes(8).toString("hex"),
    nonce: randomBytes(8).toString("hex"),
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    ...more,
  });
  return { url: `/oauth/authorize?${query}`, query, verifier, redirectUri };
}

/** The parameters with which the client's page was called. @param {Page} page */
async function answer(page) {
  await page.waitForURL("**/app/callback?**", { waitUntil: "commit" });
  return new URL(page.url()).searchParams;
}

/** @param {World} world @param {string} page */
function plainClient(
  world,
  page = "<!doctype html><title>Back at the client</title><link rel=icon href=data:,>",
) {
  served = undefined;
  world.site.put("/app/callback", page);
}

it("sends who is signed out to sign in with a passkey, and then to the client with a code", async (world) => {
  plainClient(world);
  const anna = await world.user({ name: "Anna Winlock" });
  await anna.plugInAuthenticator();
  await anna.addPasskey();
  await anna.signOut();

  const { url, query, verifier, redirectUri } = authorization(world);
  await anna.page.goto(url);
  const got = await answer(anna.page);
  assert.equal(got.get("state"), query.get("state"));
  assert.equal(got.get("iss"), world.server.url);
  const code = got.get("code") ?? "";
  assert.match(code, /^pc_/);

  const redeem = () =>
    fetch(`${world.server.url}/oauth/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "authorization_code",
        client_id: "app",
        code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
      }),
    });
  const tokens = /** @type {any} */ (await (await redeem()).json());
  const claims = JSON.parse(Buffer.from(tokens.id_token.split(".")[1], "base64url").toString());
  assert.equal(claims.nonce, query.get("nonce"));
  assert.equal(claims.aud, "app");
  assert.equal(claims.sub, anna.account.id);
  assert.equal((await redeem()).status, 400, "a code counts once");
});

it("goes straight back for who is signed in, and asks again where the client wants that", async (world) => {
  plainClient(world);
  const ben = await world.user({ name: "Ben Banneker" });
  await ben.page.goto(authorization(world).url, { waitUntil: "commit" });
  assert.match((await answer(ben.page)).get("code") ?? "", /^pc_/);

  await ben.page.goto(authorization(world, { prompt: "login" }).url);
  await fillSignIn(ben.page, ben.account);
  assert.match((await answer(ben.page)).get("code") ?? "", /^pc_/);

  const nobody = await world.visitor();
  await nobody.page.goto(authorization(world, { prompt: "none" }).url, { waitUntil: "commit" });
  assert.equal((await answer(nobody.page)).get("error"), "login_required");
});

it("brings back to the byte what the client sends along, past the sign-in page", async (world) => {
  plainClient(world);
  const odd = "a+b/c=d&e=f g%2B%26ü#";
  const person = await world.visitor();
  const account = await world.server.account({ name: "Mary Somerville" });
  await person.page.goto(authorization(world, { state: odd }).url);
  await fillSignIn(person.page, account);
  const got = await answer(person.page);
  assert.equal(got.get("state"), odd);
  assert.match(got.get("code") ?? "", /^pc_/);
});

it("keeps who it does not know away from redirects, on a page of its own", async (world) => {
  const cara = (await world.visitor()).expectRefusals(400);
  for (const more of /** @type {Record<string, string>[]} */ ([
    { redirect_uri: "https://evil.example/callback" },
    { client_id: "nobody" },
  ])) {
    await cara.page.goto(authorization(world, more).url);
    assert.equal(new URL(cara.page.url()).origin, world.server.url);
  }
});

/** @param {Page} page @param {string} status */
const shows = (page, status) => page.locator("output", { hasText: status }).waitFor();

/** @param {Page} page */
const status = (page) => page.evaluate(() => /** @type {any} */ (globalThis).auth.session.status);

/**
 * Signs in to the application and opens it in five tabs. They share the tokens.
 * @param {World} world
 * @param {Visitor & { account: import("../lib/server.js").Account }} visitor
 */
async function fiveTabs(world, visitor) {
  // Each tab learns the nonce for its proofs by being asked for it.
  visitor.tolerate(/status of 400 .*oauth\/token/).tolerate(/status of 401 .*api\/auth\/session/);
  visitor.context.on("response", async (response) => {
    if (response.status() !== 400 || !response.url().endsWith("/oauth/token")) return;
    const { error } = await response.json();
    if (error !== "use_dpop_nonce") visitor.problems.push(`refused: ${error}`);
  });
  served = serveClient(world.site, world.server.url);
  await served;
  const first = visitor.page;
  await first.goto(`${world.site.sameSite}/app`);
  await shows(first, "signedOut");
  await first.evaluate(() =>
    /** @type {any} */ (globalThis).auth.signInWithRedirect({ returnTo: "/app" }),
  );
  await first.waitForURL("**/app/callback");
  await shows(first, "signedIn");
  const others = Array.from({ length: 4 }, async () => {
    const tab = await visitor.openTab(`${world.site.sameSite}/app`);
    await shows(tab, "signedIn");
    return tab;
  });
  return [first, ...(await Promise.all(others))];
}

/**
 * Makes all tabs ask for the notes at once with an access token that is not taken any more, while
 * the first `dropped` answers to refreshes get lost on their way back.
 * @param {Visitor} visitor
 * @param {Page[]} tabs
 * @param {number} dropped
 */
async function refreshAtOnce(visitor, tabs, dropped) {
  visitor.tolerate(/status of 401 .*api\/notes/).tolerate(/ERR_FAILED.*oauth\/token/);
  /** @type {string | undefined} */
  let old;
  await visitor.context.route("**/api/notes", async (route) => {
    const token = route.request().headers().authorization;
    if (!token) return route.continue();
    // The token that all of them hold is refused; the server itself judges those that come after.
    old ??= token;
    if (token !== old) return route.continue();
    return route.fulfill({ status: 401, headers: { "access-control-allow-origin": "*" } });
  });
  let lost = 0;
  let sent = 0;
  await visitor.context.route("**/oauth/token", async (route) => {
    sent += 1;
    const response = await route.fetch();
    if (lost < dropped) {
      lost += 1;
      return route.abort();
    }
    return route.fulfill({ response });
  });
  // A refresh whose answer was lost makes a request fail: the application tries again, as any
  // would, until the client has reached the server again.
  const ask = (/** @type {Page} */ tab) =>
    tab.evaluate(async (url) => {
      const { auth } = /** @type {any} */ (globalThis);
      for (;;) {
        const response = await auth.fetch(url).catch(() => undefined);
        if (response?.status === 200) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }, `${visitor.server.url}/api/notes`);
  await Promise.all(tabs.map(ask));
  for (const tab of tabs) {
    assert.equal(await status(tab), "signedIn");
    const seen = await tab.evaluate(() => /** @type {any} */ (globalThis).seen);
    assert.ok(!seen.slice(seen.indexOf("signedIn")).includes("signedOut"), seen.join(", "));
  }
  return { lost, sent };
}

it("refreshes in five tabs at once, with answers lost, and signs nobody out", async (world) => {
  const dora = await world.user({ name: "Dora Puelma" });
  const tabs = await fiveTabs(world, dora);
  const { lost, sent } = await refreshAtOnce(dora, tabs, 3);
  assert.equal(lost, 3);
  world.note(`five tabs shared ${sent} refreshes, of which the answers to ${lost} were lost`);
});

it("does so without locks, where the tabs cannot take turns", async (world) => {
  const ella = await world.user({ name: "Ella Nitzsche" });
  await ella.context.addInitScript(() => {
    Object.defineProperty(Navigator.prototype, "locks", { value: undefined });
  });
  const tabs = await fiveTabs(world, ella);
  const { lost, sent } = await refreshAtOnce(ella, tabs, 3);
  assert.equal(lost, 3);
  world.note(`five tabs without locks sent ${sent} refreshes; ${lost} answers were lost`);
});

it("signs all tabs of an application out when one of them signs out", async (world) => {
  const fay = await world.user({ name: "Fay Ajzenberg" });
  const tabs = await fiveTabs(world, fay);
  await tabs[2]?.evaluate(() => /** @type {any} */ (globalThis).auth.signOut());
  await Promise.all(tabs.map((tab) => shows(tab, "signedOut")));
  const stored = await tabs[0]?.evaluate(() => JSON.stringify(localStorage));
  assert.ok(!stored?.includes("pc_rt_"), "no token is kept in the browser's storage");
});

it("posts the answer by itself, or when the person says so where scripts are off", async (world) => {
  plainClient(world);
  const visitor = await world.user({ name: "Emmy Noether" });
  const { url, query, redirectUri } = authorization(world, { response_mode: "form_post" });
  const cookies = await visitor.page.context().cookies();
  const plain = await world.browser.newContext({ baseURL: world.server.url, javaScriptEnabled: false });
  await plain.addCookies(cookies);
  const page = await plain.newPage();
  await page.goto(url);
  await page.getByRole("heading", { name: "Going back" }).waitFor();
  await photograph(page, "form-post");
  for (const [posting, say] of /** @type {const} */ ([
    [page, () => page.getByRole("button", { name: "Continue" }).click()],
    [visitor.page, () => visitor.page.goto(url, { waitUntil: "commit" })],
  ])) {
    const sent = posting.waitForRequest((it) => it.method() === "POST" && it.url() === redirectUri);
    await say();
    const form = new URLSearchParams((await sent).postData() ?? "");
    assert.equal(form.get("state"), query.get("state"));
    assert.match(form.get("code") ?? "", /^pc_ac_/);
  }
  await plain.close();
});

/** oidc-client-ts: the client for pages, in a page of another origin. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

import { client, installed } from "../lib/suite.js";

/**
 * @typedef {import("../lib/suite.js").Scene} Scene
 * @typedef {import("../lib/suite.js").Person} Person
 * @typedef {import("../lib/suite.js").Page} Page
 * @typedef {import("oidc-client-ts").UserManager} UserManager
 * @typedef {import("oidc-client-ts").User} User
 * @typedef {{ manager: UserManager, back?: Promise<User | undefined>, signedOut: Promise<void> }}
 *   Globals what its pages have
 */

const it = client({
  client: "oidc-client-ts",
  version: await installed("oidc-client-ts"),
  // Off otherwise; its pages here are of the server's own site.
  settings: { PORTCULLIS_OAUTH__SESSION_MANAGEMENT: "true" },
});

const SCRIPT = createRequire(import.meta.url)
  .resolve("oidc-client-ts")
  .replace(/dist\/.*/, "dist/browser/oidc-client-ts.min.js");

/**
 * Registers the application and serves its two pages: one to begin at, and one to come back to.
 * @param {Scene} scene
 * @param {Record<string, unknown>} [settings] besides the usual
 * @param {Record<string, unknown>} [registration]
 * @returns {Promise<string>} the page to begin at
 */
async function serve(scene, settings, registration) {
  const { site, issuer, callback, goodbye } = scene;
  const { id } = await scene.register(registration);
  const all = {
    authority: issuer,
    client_id: id,
    redirect_uri: callback,
    post_logout_redirect_uri: goodbye,
    scope: "openid profile email",
    automaticSilentRenew: false,
    ...settings,
  };
  const page = (/** @type {string} */ more) =>
    `<!doctype html><title>Application</title><link rel=icon href=data:,>
     <script src="/oidc-client-ts.js"></script>
     <script>
       const settings = ${JSON.stringify(all)};
       if (settings.dpop) settings.dpop.store = new oidc.IndexedDbDPoPStore();
       globalThis.manager = new oidc.UserManager(settings);
       globalThis.signedOut = new Promise((resolve) => manager.events.addUserSignedOut(resolve));
       ${more}
     </script>`;
  site.put("/oidc-client-ts.js", { body: await readFile(SCRIPT), type: "text/javascript" });
  site.put("/app", page(""));
  site.put("/callback", page("globalThis.back = manager.signinCallback()"));
  return `${site.sameSite}/app`;
}

/** What the client knows of who is signed in. @param {Page} page */
function user(page) {
  return page.evaluate(async () => {
    const { manager } = /** @type {Globals} */ (/** @type {unknown} */ (globalThis));
    const found = await manager.getUser();
    if (!found) return undefined;
    const { profile, access_token, refresh_token, token_type, id_token, session_state } = found;
    return { profile, access_token, refresh_token, token_type, id_token, session_state };
  });
}

/**
 * Asks the manager for something.
 * @param {Page} page
 * @param {"signinRedirect" | "signinPopup" | "signinSilent" | "signoutRedirect" | "revokeTokens"} what
 */
async function ask(page, what) {
  await page.evaluate(async (name) => {
    const { manager } = /** @type {Globals} */ (/** @type {unknown} */ (globalThis));
    const done = manager[name]();
    // What leads away from the page takes its end with it.
    if (!name.endsWith("Redirect")) await done;
  }, what);
}

/** Signs in by redirect. @param {Person} person @param {string} app */
async function signIn(person, app) {
  const { page } = person;
  await page.goto(app);
  await ask(page, "signinRedirect");
  await person.signIn();
  await page.waitForURL("**/callback?**");
  await page.evaluate(() => /** @type {Globals} */ (/** @type {unknown} */ (globalThis)).back);
  const found = await user(page);
  assert.equal(found?.profile.sub, person.account.id);
  return found;
}

it("discovery", async (scene) => {
  const { page } = await scene.person();
  await page.goto(await serve(scene));
  const issuer = await page.evaluate(() =>
    /** @type {Globals} */ (/** @type {unknown} */ (globalThis)).manager.metadataService.getIssuer(),
  );
  assert.equal(issuer, scene.issuer);
});

it("code", async (scene) => {
  await signIn(await scene.person(), await serve(scene));
});

it("popup", async (scene) => {
  const app = await serve(scene);
  const person = await scene.person();
  await person.page.goto(app);
  const opened = person.page.waitForEvent("popup");
  const signedIn = ask(person.page, "signinPopup");
  await person.signIn(await opened);
  await signedIn;
  assert.equal((await user(person.page))?.profile.sub, person.account.id);
});

it("silent", async (scene) => {
  // One that may not refresh asks in a frame.
  const registration = { grant_types: ["authorization_code"] };
  const app = await serve(scene, {}, registration);
  const person = await scene.user();
  const before = await signIn(person, app);
  await ask(person.page, "signinSilent");
  const after = await user(person.page);
  assert.equal(after?.profile.sub, person.account.id);
  assert.notEqual(after?.access_token, before?.access_token);
});

it("dpop", async (scene) => {
  const settings = { dpop: { bind_authorization_code: true }, loadUserInfo: false };
  const app = await serve(scene, settings, { dpop_bound_access_tokens: true });
  const person = await scene.user();
  // It learns the server's nonce by being refused once.
  person.visitor.tolerate(/status of 400 .*oauth\/token/);
  const before = await signIn(person, app);
  assert.equal(before?.token_type, "DPoP");
  await ask(person.page, "signinSilent");
  const after = await user(person.page);
  assert.equal(after?.token_type, "DPoP");
  assert.notEqual(after?.refresh_token, before?.refresh_token);
});

it("userinfo", async (scene) => {
  const person = await scene.user();
  const asked = person.page.waitForRequest((request) => request.url().endsWith("/oauth/userinfo"));
  const found = await signIn(person, await serve(scene, { loadUserInfo: true }));
  assert.equal((await (await asked).response())?.status(), 200);
  assert.equal(found?.profile.email, person.account.email);
});

it("refresh", async (scene) => {
  const person = await scene.user();
  const before = await signIn(person, await serve(scene));
  const asked = person.page.waitForRequest((request) => request.url().endsWith("/oauth/token"));
  await ask(person.page, "signinSilent");
  assert.match((await asked).postData() ?? "", /grant_type=refresh_token/);
  const after = await user(person.page);
  assert.notEqual(after?.refresh_token, before?.refresh_token);
  assert.notEqual(after?.access_token, before?.access_token);
});

it("revocation", async (scene) => {
  const person = await scene.user();
  const before = await signIn(person, await serve(scene));
  await ask(person.page, "revokeTokens");
  const headers = { authorization: `Bearer ${before?.access_token}` };
  const answer = await fetch(`${scene.issuer}/oauth/userinfo`, { headers });
  assert.equal(answer.status, 401);
});

it("logout", async (scene) => {
  const person = await scene.user();
  await signIn(person, await serve(scene));
  assert.ok(await person.isSignedIn());
  await ask(person.page, "signoutRedirect");
  await person.page.waitForURL("**/goodbye**");
  assert.ok(!(await person.isSignedIn()));
});

it("session", async (scene) => {
  const settings = { monitorSession: true, checkSessionIntervalInSeconds: 1 };
  const person = await scene.user();
  // The silent request, by which it makes sure, comes back to the page that it signs in at.
  const app = await serve(scene, { ...settings, silent_redirect_uri: scene.callback });
  const { page } = person;
  const framed = page.waitForResponse((answer) => answer.url().endsWith("/oauth/check-session"));
  const before = await signIn(person, app);
  assert.match(before?.session_state ?? "", /^[\w-]{43}\.[\w-]{22}$/);
  assert.equal((await framed).status(), 200);
  // In another tab, and not at the application.
  const other = await page.context().newPage();
  await other.goto(`${scene.issuer}/oauth/logout?id_token_hint=${before?.id_token}`);
  await page.evaluate(
    () => /** @type {Globals} */ (/** @type {unknown} */ (globalThis)).signedOut,
  );
});

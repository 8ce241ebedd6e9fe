/** Token mode: an application on another origin that signs in by redirect, at the real server. */

import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { after, before, test } from "node:test";

import { launch, newEmail, PASSWORD, Visitor } from "./lib/browser.js";
import { Folder, ROOT } from "./lib/package.js";
import { Server } from "./lib/server.js";
import { Site } from "./lib/site.js";

/** @param {string} options */
const app = (options) => ({
  "index.html": `<!doctype html><html lang="en"><meta charset="utf-8"><title>App</title>
<link rel="icon" href="data:,"><script type="module" src="/main.js"></script></html>\n`,
  "main.js": `import { createAuth } from "/sdk/index.js";
window.auth = createAuth(${options});
`,
});

/** What the application, and the server's own pages, are made of. @type {[Folder, Folder]} */
let folders;
/** Where the application is. @type {Site} */
let site;
/** @type {Server} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;

before(async () => {
  const [theirs, ours] = (folders = [await Folder.make(), await Folder.make()]);
  for (const folder of folders) await cp(`${ROOT}dist`, folder.at("sdk"), { recursive: true });
  site = await Site.start(theirs.path);
  await ours.write(app(""));
  const config = `
[[clients]]
id = "notes"
name = "Notes"
redirect_uris = ${JSON.stringify([`${site.url}/callback`, `${site.url}/shared/callback`])}
`;
  server = await Server.start({ ui: ours.path, config });
  const options = {
    server: server.url,
    mode: "token",
    clientId: "notes",
    redirectUri: "/callback",
  };
  // Below /shared/ the tokens are on the page, and other tabs get them.
  const shared = { ...options, redirectUri: "/shared/callback", isolate: false };
  const [apart, together] = [options, shared].map((options) => JSON.stringify(options));
  await theirs.write(app(`location.pathname.startsWith("/shared/") ? ${together} : ${apart}`));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await site?.stop();
  await Promise.all(folders?.map((folder) => folder.remove()) ?? []);
});

/** A visitor who is signed in at the server, though not in the application. */
async function known() {
  const visitor = await Visitor.arrive(browser);
  const page = await visitor.open(server.url);
  const account = { email: newEmail(), password: PASSWORD, name: "Ada" };
  assert.deepEqual(await page.evaluate((account) => auth.register(account), account), { ok: true });
  await page.close();
  return visitor;
}

/**
 * Signs in by redirect, on a page of the application.
 * @param {import("playwright-core").Page} page
 */
async function signIn(page) {
  // The page goes away while this is under way.
  await page.evaluate(() => void auth.signInWithRedirect({ returnTo: "/notes?sort=new#top" }));
  await page.waitForURL((url) => url.pathname.endsWith("/callback"));
  await page.waitForFunction(() => "auth" in window);
}

for (const [path, where] of [
  ["/", "in a worker"],
  ["/shared/", "on the page"],
]) {
  test(`signs in by redirect with tokens ${where}, and proves it with a token to the server alone`, async () => {
    const visitor = await known();
    const page = await visitor.open(site.url + path);
    assert.equal(await page.evaluate(async () => (await auth.ready).status), "signedOut");
    await signIn(page);
    const [ready, redirect, again, can] = await page.evaluate(async () => [
      await auth.ready,
      await auth.handleRedirect(),
      await auth.handleRedirect(),
      auth.can("notes:write"),
    ]);
    assert.ok(typeof ready === "object" && "status" in ready && ready.status === "signedIn");
    assert.equal(ready.user.name, "Ada");
    assert.deepEqual(redirect, { ok: true, returnTo: "/notes?sort=new#top" });
    assert.deepEqual(again, redirect);
    assert.equal(can, true);
    assert.equal(page.url(), `${site.url}${path}callback`, "the code is out of the address");

    const asked = page.waitForRequest(`${server.url}/api/notes`);
    const statuses = await page.evaluate(
      async (server) => [
        (await auth.fetch(`${server}/api/notes`)).status,
        (await auth.fetch("/main.js")).status,
      ],
      server.url,
    );
    assert.deepEqual(statuses, [200, 200]);
    // A token that is bound to a key, with a proof of it.
    const { authorization, dpop } = (await asked).headers();
    assert.match(authorization ?? "", /^DPoP ey/);
    assert.match(dpop ?? "", /^ey/);
    const own = page.waitForRequest(`${site.url}/main.js?again`);
    await page.evaluate(() => auth.fetch("/main.js?again"));
    assert.equal((await own).headers().authorization, undefined);
    // Not by cookie, and nowhere that outlives the page.
    const kept = await page.evaluate(() =>
      JSON.stringify([localStorage, sessionStorage, document.cookie]),
    );
    assert.equal(kept, '[{},{},""]');
    // The server asks for a proof with its nonce, once; Chromium reports answers of 4xx.
    assert.ok(visitor.excuse().every((problem) => /status of 40[01]/.test(problem)));
    assert.deepEqual(visitor.problems, []);
    await visitor.leave();
  });
}

test("nobody sees a moment of being signed out on the way back", async () => {
  const visitor = await known();
  await visitor.context.addInitScript(() => {
    window.heard = [];
    const timer = setInterval(() => {
      if (!("auth" in window)) return;
      clearInterval(timer);
      auth.subscribe((session) => window.heard.push(session));
    });
  });
  const page = await visitor.open(site.url);
  await signIn(page);
  await page.waitForFunction(() => auth.session.status === "signedIn");
  const heard = await page.evaluate(() => window.heard.map(({ status }) => status));
  assert.deepEqual(heard, ["loading", "signedIn"]);
  await visitor.leave();
});

test("who is not known to the server signs in there on the way", async () => {
  const visitor = await known();
  await visitor.context.clearCookies();
  const page = await visitor.open(site.url);
  await page.evaluate(() => void auth.signInWithRedirect());
  await page.waitForURL((url) => url.origin === server.url && url.pathname === "/sign-in");
  await page.waitForFunction(() => "auth" in window);
  await page.evaluate(async ({ email, password }) => {
    await auth.register({ email, password });
    location.assign(new URLSearchParams(location.search).get("return_to") ?? "");
  }, { email: newEmail(), password: PASSWORD });
  await page.waitForURL((url) => url.origin === site.url && url.pathname === "/callback");
  await page.waitForFunction(() => "auth" in window);
  const outcome = await page.evaluate(() => auth.handleRedirect());
  assert.deepEqual(outcome, { ok: true, returnTo: "/" });
  assert.equal(await page.evaluate(() => auth.session.status), "signedIn");
  await visitor.leave();
});

test("an answer that was not asked for is refused, and nobody is signed in", async () => {
  const visitor = await known();
  const answer = new URLSearchParams({ code: "stolen", state: "forged", iss: server.url });
  const page = await visitor.open(`${site.url}/callback?${answer}`);
  const outcome = await page.evaluate(() => auth.handleRedirect());
  assert.equal(!outcome.ok && outcome.reason, "redirect_invalid");
  assert.equal(await page.evaluate(async () => (await auth.ready).status), "signedOut");
  assert.equal(page.url(), `${site.url}/callback`);

  // On any other page such parameters are somebody else's.
  const other = await visitor.open(`${site.url}/other?code=1&state=2`);
  assert.deepEqual(await other.evaluate(() => auth.handleRedirect()), { ok: true });
  assert.equal(other.url(), `${site.url}/other?code=1&state=2`);
  await visitor.leave();
});

for (const path of ["/", "/shared/"]) {
  test(`a refused token is renewed once, and the request sent again, from ${path}`, async () => {
    const visitor = await known();
    const page = await visitor.open(site.url + path);
    await signIn(page);
    await page.evaluate(() => auth.ready);
    /** @type {string[]} */
    const sent = [];
    await visitor.context.route(`${server.url}/api/notes`, async (route) => {
      sent.push(route.request().headers().authorization ?? "");
      // As if the first token had been revoked a moment ago.
      if (sent.length === 1) {
        await route.fulfill({ status: 401, headers: { "access-control-allow-origin": site.url } });
      } else {
        await route.continue();
      }
    });
    const renewed = page.waitForResponse(`${server.url}/oauth/token`);
    const answer = await page.evaluate(async (server) => {
      const response = await auth.fetch(`${server}/api/notes`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ text: "Once only" }),
      });
      return [response.status, (await response.json()).text];
    }, server.url);
    assert.deepEqual(answer, [201, "Once only"]);
    assert.equal((await renewed).status(), 200);
    assert.equal(new Set(sent).size, 2);
    await visitor.leave();
  });
}

test("a second tab takes over the tokens, and both sign out together", async () => {
  const visitor = await known();
  const first = await visitor.open(`${site.url}/shared/`);
  await signIn(first);
  await first.evaluate(() => auth.ready);
  const second = await visitor.open(`${site.url}/shared/`);
  assert.equal(await second.evaluate(async () => (await auth.ready).status), "signedIn");

  const revoked = visitor.context.waitForEvent("response", (response) =>
    response.url().endsWith("/oauth/revoke"),
  );
  assert.deepEqual(await second.evaluate(() => auth.signOut()), { ok: true });
  await first.waitForFunction(() => auth.session.status === "signedOut");
  assert.equal((await revoked).status(), 200);
  await visitor.leave();
});

test("what needs the cookie says that this is token mode", async () => {
  const visitor = await known();
  const page = await visitor.open(site.url);
  const reasons = await page.evaluate(async () => {
    const outcomes = [
      await auth.password.signIn({ email: "ada@example.com", password: "x" }),
      await auth.passkey.signIn(),
      await auth.signOut({ everywhere: true }),
    ];
    return outcomes.map((outcome) => outcome.ok || outcome.reason);
  });
  assert.deepEqual(reasons, ["wrong_mode", "wrong_mode", "wrong_mode"]);
  await visitor.leave();
});

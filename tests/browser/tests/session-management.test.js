/** The frame that says whether the browser is signed in as it was (OpenID Connect Session Management 1.0). */

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";

import { suite } from "../lib/suite.js";

/** @type {import("../lib/site.js").Site} */
let site;

const it = suite((served) => {
  site = served;
  return {
    settings: { PORTCULLIS_OAUTH__SESSION_MANAGEMENT: "true" },
    clients: [
      { id: "shop", name: "Shop", redirectUris: [`${site.sameSite}/callback`] },
      { id: "far", name: "Far", redirectUris: [`${site.crossSite}/callback`] },
    ],
  };
});

/** A page with the frame in it, and what asks it. @param {string} issuer */
const page = (issuer) =>
  `<!doctype html><title>Application</title><link rel=icon href=data:,>
   <iframe id=op src="${issuer}/oauth/check-session"></iframe>
   <script>
     globalThis.ask = (message) => new Promise((resolve) => {
       addEventListener("message", ({ data, origin }) => resolve({ data, origin }), { once: true });
       document.querySelector("#op").contentWindow.postMessage(message, "${issuer}");
       setTimeout(() => resolve("silence"), 3000);
     });
   </script>`;

/**
 * What the frame in a page answers.
 * @param {import("playwright-core").Page} page @param {unknown} message
 * @returns {Promise<unknown>}
 */
const ask = (page, message) =>
  page.evaluate((said) => /** @type {any} */ (globalThis).ask(said), message);

/**
 * What an application is told of the browser.
 * @param {import("playwright-core").Page} page @param {string} issuer @param {string} client
 * @param {string} callback
 */
async function told(page, issuer, client, callback) {
  const verifier = randomBytes(32).toString("base64url");
  const parameters = {
    client_id: client,
    redirect_uri: callback,
    response_type: "code",
    scope: "openid",
    prompt: "none",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  };
  await page.goto(`${issuer}/oauth/authorize?${new URLSearchParams(parameters)}`);
  const { searchParams } = new URL(page.url());
  return { code: searchParams.get("code"), state: searchParams.get("session_state") ?? "" };
}

it("a page of the same site hears when the browser is signed out, and no sooner", async (world) => {
  const issuer = world.server.url;
  const ada = await world.user();
  site.put("/callback", "<!doctype html><title>Back</title><link rel=icon href=data:,>");
  site.put("/app", page(issuer));
  const { code, state } = await told(ada.page, issuer, "shop", `${site.sameSite}/callback`);
  assert.ok(code);
  await ada.page.goto(`${site.sameSite}/app`);
  const answer = { data: "unchanged", origin: issuer };
  assert.deepEqual(await ask(ada.page, `shop ${state}`), answer);
  assert.deepEqual(await ask(ada.page, `shop ${state}`), answer);
  // Another application's, a bent one, and what is none.
  assert.deepEqual(await ask(ada.page, `far ${state}`), { data: "changed", origin: issuer });
  const bent = state.replace(/^./, (first) => (first === "A" ? "B" : "A"));
  assert.deepEqual(await ask(ada.page, `shop ${bent}`), { data: "changed", origin: issuer });
  for (const none of ["", "shop", `shop  ${state}`, `shop ${state} x`, "shop a.b", 7, null, { state }]) {
    assert.deepEqual(await ask(ada.page, none), { data: "error", origin: issuer }, String(none));
  }
  // Signed out in another tab, by the server's own page.
  const tab = await ada.context.newPage();
  await tab.goto(`${issuer}/oauth/logout`);
  await tab.locator("form button").first().click();
  await tab.waitForLoadState();
  assert.deepEqual(await ask(ada.page, `shop ${state}`), { data: "changed", origin: issuer });
  // Nobody signed in is a state of its own.
  const after = await told(ada.page, issuer, "shop", `${site.sameSite}/callback`);
  assert.equal(after.code, null);
  await ada.page.goto(`${site.sameSite}/app`);
  assert.deepEqual(await ask(ada.page, `shop ${after.state}`), answer);
  assert.deepEqual(await ask(ada.page, `shop ${state}`), { data: "changed", origin: issuer });
});

it("where the browser keeps cookies from frames the answer is error, and sets off nothing", async (world) => {
  const issuer = world.server.url;
  const ada = await world.user();
  site.put("/callback", "<!doctype html><title>Back</title><link rel=icon href=data:,>");
  site.put("/far", page(issuer));
  const { state } = await told(ada.page, issuer, "far", `${site.crossSite}/callback`);
  await ada.page.goto(`${site.crossSite}/far`);
  const frame = ada.page.frames().find((frame) => frame.url().startsWith(issuer));
  const sees = await frame?.evaluate(() => document.hasStorageAccess());
  const expected = sees ? "unchanged" : "error";
  assert.deepEqual(await ask(ada.page, `far ${state}`), { data: expected, origin: issuer });
});

it("no page but an application's gets it into a frame", async (world) => {
  const issuer = world.server.url;
  const ada = (await world.user()).tolerate(
    /frame-ancestors|framing|refused to connect|postMessage/i,
  );
  site.put("/evil", page(issuer).replace("<title>", "<meta name=referrer content=no-referrer><title>"));
  await ada.page.goto(`${site.sameSite}/evil`);
  assert.equal(await ask(ada.page, "shop x").catch(() => "silence"), "silence");
});

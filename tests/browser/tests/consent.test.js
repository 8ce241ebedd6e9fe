/** Applications that ask: the consent page, the page for devices, and taking it back. */

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";

import { suite } from "../lib/suite.js";
import { fillSignIn } from "../lib/visitor.js";

/**
 * @typedef {import("playwright-core").Page} Page
 * @typedef {import("../lib/suite.js").World} World
 */

const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";
const LOGO = "https://logos.example/partner.svg";

const it = suite((site) => ({
  clients: /** @type {import("../lib/server.js").Client[]} */ ([
    {
      id: "partner",
      name: "Partner Books",
      redirectUris: [`${site.sameSite}/partner/callback`],
      more: {
        consent: "remembered",
        // Remembered for those alone who prove that it is them.
        token_endpoint_auth_method: "private_key_jwt",
        jwks_uri: "https://partner.example/jwks",
        scopes: ["openid", "profile", "email", "invoices:read"],
        logo_uri: LOGO,
        policy_uri: "https://partner.example/privacy",
        tos_uri: "https://partner.example/terms",
      },
    },
    {
      id: "tv",
      name: "Living room TV",
      redirectUris: [],
      more: { grant_types: [DEVICE_GRANT], consent: "required" },
    },
  ]),
}));

/** @param {World} world @param {Record<string, string>} [more] */
function authorization(world, more) {
  const query = new URLSearchParams({
    response_type: "code",
    client_id: "partner",
    redirect_uri: `${world.site.sameSite}/partner/callback`,
    scope: "openid profile email",
    state: randomBytes(8).toString("hex"),
    code_challenge: createHash("sha256").update(randomBytes(8).toString("hex")).digest("base64url"),
    code_challenge_method: "S256",
    ...more,
  });
  world.site.put(
    "/partner/callback",
    "<!doctype html><title>Back at the client</title><link rel=icon href=data:,>",
  );
  return `/oauth/authorize?${query}`;
}

/** With which parameters the client's page was called. @param {Page} page */
async function answer(page) {
  await page.waitForURL("**/partner/callback?**", { waitUntil: "commit" });
  return new URL(page.url()).searchParams;
}

/** Serves the application's logo. @param {import("../lib/visitor.js").Visitor} visitor */
function hangLogo({ context }) {
  const body = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">
    <rect width="8" height="8" rx="1.5" fill="#7a3e9d"/><path d="M2 6V2h4v4z" fill="#fff"/></svg>`;
  return context.route(LOGO, (route) => route.fulfill({ contentType: "image/svg+xml", body }));
}

/** @param {Page} page @param {string} name */
const button = (page, name) => page.getByRole("button", { name, exact: true });

it("says who wants what, and lets a person allow it, see it and take it back", async (world) => {
  const hedy = await world.user({ name: "Hedy Lamarr" });
  await hangLogo(hedy);
  const { page } = hedy;
  await page.goto(authorization(world, { scope: "openid profile email invoices:read" }));
  await page.getByRole("heading", { name: "Partner Books wants to use your account" }).waitFor();
  for (const words of ["Know who you are", "See your name and your profile", "Use “invoices:read”"]) {
    await page.getByRole("listitem").getByText(words, { exact: true }).waitFor();
  }
  await page.getByText(`Signed in as ${hedy.account.email}`).waitFor();
  await page.getByText(`You’ll go back to ${new URL(world.site.sameSite).host}.`).waitFor();
  const logo = page.locator(".pc-logo img");
  await logo.evaluate((img) => /** @type {HTMLImageElement} */ (img).decode());
  await world.inspect(page, "consent");
  await button(page, "Allow").click();
  assert.match((await answer(page)).get("code") ?? "", /^pc_/);
  await page.goto(authorization(world), { waitUntil: "commit" });
  assert.match((await answer(page)).get("code") ?? "", /^pc_/, "it is remembered");

  await page.goto("/account");
  const section = page.getByRole("region", { name: "Connected applications" });
  await section.getByText("Partner Books").waitFor();
  await section.getByText("See your email address").waitFor();
  await world.inspect(page, "connected-applications");
  await section.getByRole("button", { name: "Disconnect Partner Books" }).click();
  const dialog = page.getByRole("dialog", { name: "Disconnect Partner Books?" });
  await dialog.waitFor();
  await world.inspect(page, "disconnect");
  await dialog.getByRole("button", { name: "Disconnect" }).click();
  await page.getByText("Disconnected: Partner Books").waitFor();
  await section.getByText("No connected applications").waitFor();
  await world.inspect(page, "no-connected-applications");
  await page.goto(authorization(world));
  await page.getByRole("heading", { name: "Partner Books wants to use your account" }).waitFor();
});

it("tells the application of a no, and the page of a request that is over", async (world) => {
  const ida = (await world.user({ name: "Ida Rhodes" })).expectRefusals(422);
  await hangLogo(ida);
  const { page } = ida;
  await page.goto(authorization(world));
  await button(page, "Don’t allow").waitFor();
  const asked = page.url();
  await button(page, "Don’t allow").click();
  assert.equal((await answer(page)).get("error"), "access_denied");

  await page.goto(asked);
  await button(page, "Allow").click();
  await page.getByRole("heading", { name: "This request is over" }).waitFor();
  await world.inspect(page, "consent-over");
  await page.goto("/consent#request=forged");
  await page.reload();
  await page.getByRole("heading", { name: "This request is over" }).waitFor();
});

it("asks somebody else who signs in instead, and goes back to the right page", async (world) => {
  const first = await world.server.account({ name: "Jean Bartik" });
  const kay = await world.user({ name: "Kay Antonelli" });
  await hangLogo(kay);
  const { page } = kay;
  await page.goto(authorization(world));
  await page.getByRole("link", { name: "Use another account" }).click();
  await fillSignIn(page, first);
  await page.getByText(`Signed in as ${first.email}`).waitFor();
  await button(page, "Allow").click();
  assert.match((await answer(page)).get("code") ?? "", /^pc_/);
  const { consents } = await first.api.ask("GET", "/api/auth/consents");
  assert.equal(consents[0].client_id, "partner");
  const { consents: none } = await kay.account.api.ask("GET", "/api/auth/consents");
  assert.deepEqual(none, []);
});

it("shows initials where a logo does not come, and works by keyboard alone", async (world) => {
  const lou = (await world.user({ name: "Lou Hay" })).tolerate(/logos\.example/);
  await lou.context.route(LOGO, (route) => route.abort());
  const { page } = lou;
  await page.goto(authorization(world));
  await button(page, "Allow").waitFor();
  await page.locator(".pc-logo img").waitFor({ state: "detached" });
  await button(page, "Don’t allow").focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.match((await answer(page)).get("code") ?? "", /^pc_/);
});

it("signs in with the address and in the language that the application says", async (world) => {
  const { page } = await world.visitor({ locale: "en-GB" });
  const hints = { login_hint: "mary.jackson@example.com", ui_locales: "nl fr-CA en" };
  await page.goto(authorization(world, hints));
  await page.getByRole("heading", { level: 1 }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), "fr");
  assert.equal(await page.locator("input[type=email]").inputValue(), hints.login_hint);
  await page.waitForFunction(
    () => /** @type {HTMLInputElement} */ (document.activeElement).type === "password",
  );
  await world.inspect(page, "sign-in-hinted");
  // What somebody has chosen here counts more.
  await page.getByRole("contentinfo").getByRole("combobox").selectOption("de");
  await page.waitForFunction(() => document.documentElement.lang === "de");
  // What is no address is not put in the place of one.
  await page.goto(authorization(world, { login_hint: "+1 555 0100" }));
  await page.locator("input[type=email]").waitFor();
  assert.equal(await page.locator("input[type=email]").inputValue(), "");
});

it("asks in the application's language, too", async (world) => {
  const nora = await world.user({ name: "Nora Barlow" });
  await hangLogo(nora);
  await nora.page.goto(authorization(world, { ui_locales: "de" }));
  await button(nora.page, "Erlauben").waitFor();
  await world.inspect(nora.page, "consent-de");
});

/** A device that begins to wait. @param {World} world */
async function waiting(world) {
  const response = await fetch(`${world.server.url}/oauth/device_authorization`, {
    method: "POST",
    body: new URLSearchParams({ client_id: "tv", scope: "openid profile" }),
  });
  const device = /** @type {any} */ (await response.json());
  const poll = async () => {
    const body = new URLSearchParams({
      grant_type: DEVICE_GRANT,
      client_id: "tv",
      device_code: device.device_code,
    });
    const answer = await fetch(`${world.server.url}/oauth/token`, { method: "POST", body });
    return /** @type {any} */ (await answer.json());
  };
  return { ...device, poll };
}

it("lets a device in whose code somebody types", async (world) => {
  const olga = (await world.user({ name: "Olga Taussky" })).expectRefusals(404);
  const { page } = olga;
  const device = await waiting(world);
  await page.goto("/device");
  await page.getByRole("heading", { name: "Connect a device" }).waitFor();
  await world.inspect(page, "device");
  await button(page, "Continue").click();
  await page.getByText("Type the code first.").waitFor();
  await page.getByLabel("Code").fill("BCDF-GHJK");
  await button(page, "Continue").click();
  await page.getByText("That code isn’t known, was used, or has expired.").waitFor();
  await page.getByLabel("Code").fill(device.user_code.toLowerCase().replace("-", " "));
  await button(page, "Continue").click();
  await page.getByRole("heading", { name: "Connect Living room TV?" }).waitFor();
  await page.getByText(device.user_code).waitFor();
  await world.inspect(page, "device-question");
  await button(page, "Allow").click();
  await page.getByRole("heading", { name: "Your device is connected" }).waitFor();
  await world.inspect(page, "device-connected");
  assert.ok((await device.poll()).access_token);
});

it("leads from the QR code through signing in to the device, and takes a no", async (world) => {
  const pia = await world.visitor();
  const account = await world.server.account({ name: "Pia Nalli" });
  const device = await waiting(world);
  const picture = await pia.page.goto(device.verification_uri_qr);
  assert.equal(picture?.headers()["content-type"], "image/svg+xml");
  await pia.page.goto(device.verification_uri_complete);
  await fillSignIn(pia.page, account);
  await pia.page.getByRole("heading", { name: "Connect Living room TV?" }).waitFor();
  await button(pia.page, "Don’t allow").click();
  await pia.page.getByRole("heading", { name: "Your device is not connected" }).waitFor();
  assert.equal((await device.poll()).error, "access_denied");
});

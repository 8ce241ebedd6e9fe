/** The sign-in card as a custom element on plain pages, against the real server and its strict policy. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { authenticator, newEmail, PASSWORD, Visitor } from "./lib/browser.js";
import { focused, inspect, suite, until } from "./lib/elements.js";
import { Server } from "./lib/server.js";
import { signUp } from "./lib/suite.js";

const { world, visit } = suite();

/** @typedef {import("playwright-core").Page} Page */

/** A passkey authenticator whose owner is there or not. @param {Page} page */
async function presence(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      ...{ protocol: "ctap2", ctap2Version: "ctap2_1", transport: "internal" },
      ...{ hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
      automaticPresenceSimulation: true,
    },
  });
  /** @param {boolean} enabled */
  const setPresence = (enabled) =>
    session.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled });
  return { setPresence };
}

visit("signs in with a password, and says what is wrong where it is", "/card.html", async (visitor, page) => {
  const { email } = await signUp(page);
  await page.getByText("You’re signed in as Ada.").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  const button = page.getByRole("button", { name: "Sign in", exact: true });
  await button.click();
  await page.getByText("Enter your email address.").waitFor();
  await page.getByText("Enter your password.").waitFor();
  assert.equal(await focused(page), "input email");
  await page.getByLabel("Email").fill(` ${email} `);
  await page.getByLabel("Password", { exact: true }).fill("not the password at all");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("That email and password don’t match.").waitFor();
  assert.equal(await focused(page), "input password");
  assert.equal(await page.getByLabel("Email").inputValue(), email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.evaluate(() => {
    const entered = () => ((globalThis.verdicts = ["entered"]));
    addEventListener("pc-signed-in", entered);
  });
  await button.click();
  await page.getByText("You’re signed in as Ada.").waitFor();
  await page.waitForFunction(() => globalThis.verdicts?.[0] === "entered");
  assert.equal(await page.locator("pc-sign-in form").count(), 0);
  assert.equal(visitor.excuse().length, 1);
});

visit("makes an account, and keeps what is wrong at its field", "/card.html", async (visitor, page) => {
  await page.getByRole("button", { name: "Create an account" }).click();
  await page.getByRole("heading", { name: "Create your account" }).waitFor();
  assert.equal(await focused(page), "input email");
  await page.getByLabel("Email").fill("nobody");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account", exact: true }).click();
  await page.locator('input[name="email"][aria-invalid="true"]').waitFor();
  assert.equal(await focused(page), "input email");
  await page.getByLabel("Email").fill(newEmail());
  await page.getByLabel("Password", { exact: true }).fill("aaaaaaaaaaaaaaaa");
  await page.keyboard.press("Enter");
  await page.locator('input[name="password"][aria-invalid="true"]').waitFor();
  await page.getByLabel("Name").fill("Grace");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByText("You’re signed in as Grace.").waitFor();
  assert.equal(visitor.excuse().length, 2);
});

visit("signs in with a passkey: by its button, and from the autofill", "/card.html", async (_, page) => {
  const { setPresence } = await presence(page);
  await page.getByRole("button", { name: "Create an account" }).click();
  const email = newEmail();
  await page.getByRole("button", { name: "Create account with a passkey" }).click();
  await page.getByText("Enter your email address.").waitFor();
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Create account with a passkey" }).click();
  await page.getByText(/^You’re signed in as/).waitFor();
  // Nobody chooses from the autofill until the button was pressed.
  await setPresence(false);
  await page.getByRole("button", { name: "Sign out" }).click();
  const key = page.getByRole("button", { name: "Sign in with a passkey" });
  await key.waitFor();
  // It was the last way in, so that it is the first offered.
  const order = await page.evaluate(() => {
    const body = document.querySelector("pc-sign-in")?.shadowRoot?.querySelector(".body");
    return body?.firstElementChild?.getAttribute("part");
  });
  assert.equal(order, "button passkey");
  await setPresence(true);
  // Out of the page and back in, it offers passkeys anew.
  await page.locator("pc-sign-in").evaluate((card) => {
    const { parentNode } = card;
    card.remove();
    parentNode?.append(card);
  });
  await until(page, "signedIn");
  await page.getByText(/^You’re signed in as/).waitFor();
  await page.evaluate(() => {
    const get = navigator.credentials.get.bind(navigator.credentials);
    // Nobody chooses from the autofill.
    navigator.credentials.get = (options) =>
      options?.mediation === "conditional"
        ? new Promise((_, reject) => {
            options.signal?.addEventListener("abort", () => reject(options.signal?.reason));
          })
        : get(options);
  });
  await page.getByRole("button", { name: "Sign out" }).click();
  await key.click();
  await page.getByText(/^You’re signed in as/).waitFor();
});

test("asks to confirm it is them, with the password or not at all", async () => {
  const config = "[session]\nsensitive_seconds = 1\n";
  const impatient = await Server.start({ ui: world.ui.path, config });
  const visitor = await Visitor.arrive(world.browser);
  const page = await visitor.open(`${impatient.url}/card.html`);
  await authenticator(page);
  await signUp(page);
  const act = async () => {
    await page.waitForTimeout(1_500);
    await page.evaluate(() => void auth.passkey.register());
    await page.getByRole("heading", { name: "Confirm it’s you" }).waitFor();
  };
  await act();
  assert.deepEqual(await inspect(page, "confirm"), []);
  await page.getByRole("button", { name: "Cancel" }).click();
  await until(page, "signedIn");
  await act();
  await page.getByLabel("Password", { exact: true }).fill("not the password at all");
  await page.getByRole("button", { name: "Confirm", exact: true }).click();
  await page.getByRole("alert").getByText("don’t match").waitFor();
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Confirm", exact: true }).click();
  await until(page, "signedIn");
  await visitor.leave();
  await impatient.stop();
});

visit("says when the server is away, and comes back by itself", "/card.html", async (visitor, page) => {
  await page.getByLabel("Email").fill("ada@example.com");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.route("**/api/**", (route) => route.abort());
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("alert").getByText("The server can’t be reached.").waitFor();
  // What was typed is kept.
  assert.equal(await page.getByLabel("Password", { exact: true }).inputValue(), PASSWORD);
  assert.ok(visitor.excuse().length > 0);
});

test("says when the module cannot be loaded, and tries again", async () => {
  const visitor = await Visitor.arrive(world.browser);
  const page = await visitor.context.newPage();
  let away = true;
  await page.route("**/*.wasm", (route) => (away ? route.abort() : route.continue()));
  await page.goto(`${world.server.url}/card.html`);
  await page.getByRole("heading", { name: "Sign-in isn’t working" }).waitFor();
  assert.deepEqual(await inspect(page, "failed"), []);
  away = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByLabel("Email").waitFor();
  await visitor.leave();
});

visit("waits without a flash until it is known who is signed in", "/index.html", async (visitor, page) => {
  const tab = await visitor.context.newPage();
  await tab.route("**/api/auth/session", () => undefined);
  await tab.goto(`${world.server.url}/card.html`);
  await tab.locator('pc-sign-in[view="waiting"]').waitFor();
  await tab.waitForTimeout(300);
  assert.deepEqual(await inspect(tab, "waiting"), []);
  assert.equal(await page.evaluate(() => auth.session.status !== "error"), true);
});

visit("goes to the server's pages and says so where people sign in there", "/redirect.html", async (_, page) => {
  await page.getByRole("heading", { name: "Sign in to Orders" }).waitFor();
  assert.deepEqual(await inspect(page, "redirect"), []);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.waitForURL("**/sign-in?**");
});

visit("every question of the card is fit to be seen, and to be asked by keyboard alone", "/card.html", async (visitor, page) => {
  const { setPresence } = await presence(page);
  await setPresence(false);
  const email = newEmail();
  await page.getByLabel("Email").waitFor();
  assert.deepEqual(await inspect(page, "sign-in"), []);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  assert.deepEqual(await inspect(page, "sign-in-incomplete"), []);
  await page.getByLabel("Email").focus();
  const stops = [];
  for (let press = 0; press < 7; press += 1) {
    stops.push(await focused(page));
    await page.keyboard.press("Tab");
  }
  assert.deepEqual(stops, [
    "input email",
    "input password",
    "button Show what you typed",
    "input remember",
    "button Sign in",
    "button Sign in with a passkey",
    "button Create an account",
  ]);
  await page.getByRole("button", { name: "Create an account" }).press("Enter");
  await page.keyboard.type(email);
  assert.deepEqual(await inspect(page, "sign-up"), []);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByText(/^You’re signed in as/).waitFor();
  assert.deepEqual(await inspect(page, "signed-in"), []);
  assert.deepEqual(visitor.excuse(), []);
});

visit("takes its look from the page's custom properties and parts", "/card.html", async (_, page) => {
  await page.getByLabel("Email").waitFor();
  const look = await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`:root { --pc-accent: rgb(180, 0, 90); --pc-radius: 0; --pc-font: monospace; }
      pc-sign-in::part(card) { border-width: 3px; }`);
    document.adoptedStyleSheets.push(sheet);
    const card = document.querySelector("pc-sign-in");
    const submit = card?.querySelector('[type="submit"]') ?? document.body;
    const frame = card?.shadowRoot?.querySelector(".card") ?? document.body;
    const { backgroundColor, borderRadius, fontFamily } = getComputedStyle(submit);
    const { borderWidth, fontFamily: inside } = getComputedStyle(frame);
    return { backgroundColor, borderRadius, fontFamily, borderWidth, inside };
  });
  assert.deepEqual(look, {
    backgroundColor: "rgb(180, 0, 90)",
    borderRadius: "0px",
    fontFamily: "monospace",
    borderWidth: "3px",
    inside: "monospace",
  });
});

test("goes on to a page of this site only", async () => {
  for (const [to, arrives] of [
    ["//evil.example/x", "/card.html"],
    ["javascript:alert(1)", "/card.html"],
    ["/menu.html?from=card", "/menu.html?from=card"],
  ]) {
    const visitor = await Visitor.arrive(world.browser);
    const page = await visitor.open(`${world.server.url}/card.html`);
    const { email } = await signUp(page);
    await page.evaluate(() => auth.signOut());
    const card = page.locator("pc-sign-in");
    await card.evaluate((card, to) => card.setAttribute("return-to", to), to ?? "");
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.keyboard.press("Enter");
    if (arrives === "/card.html") await page.getByText("You’re signed in as Ada.").waitFor();
    else await page.waitForURL(`**${arrives}`);
    assert.equal(await page.evaluate(() => location.pathname + location.search), arrives);
    await visitor.leave();
  }
});

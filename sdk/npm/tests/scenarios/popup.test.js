/** Signing in in a window of its own: blocked, closed, hidden from the page, or done. */

import assert from "node:assert/strict";

import { newEmail, PASSWORD } from "../lib/browser.js";
import { changed, REDEEM, TOKEN } from "./lib/network.js";
import { APART, notes, ready, scenarios, SHARED, until } from "./lib/world.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./lib/world.js").Person} Person */

const { scenario } = scenarios({ browser: { without: ["--disable-popup-blocking"] } });

/** Clicks what opens the window, with nothing said of it yet. @param {Page} tab */
async function click(tab) {
  await ready(tab);
  await tab.evaluate(() => {
    window.clicked = () => {
      window.outcome = auth.signInWithPopup();
    };
  });
  const [popup] = await Promise.all([
    tab.waitForEvent("popup"),
    tab.getByRole("button", { name: "Sign in" }).click(),
  ]);
  return popup;
}

/** What came of it. @param {Page} tab */
const outcome = (tab) =>
  tab.evaluate(async () => {
    const outcome = await window.outcome;
    return outcome.ok || outcome.reason;
  });

/** Makes an account on the server's page in that window, and goes on from there. @param {Page} popup */
async function signUpThere(popup) {
  await popup.waitForFunction(() => "auth" in window);
  await popup.evaluate(async (account) => {
    await auth.register(account);
    location.assign(new URLSearchParams(location.search).get("return_to") ?? "");
  }, { email: newEmail(), password: PASSWORD });
}

/** The client looks at the window every quarter of a second: it has, once a later timer is due. @param {Page} tab */
const looked = (tab) => tab.evaluate(() => new Promise((resolve) => setTimeout(resolve, 600)));

/** At the server nobody knows them any more. @param {Person} person */
const forget = (person) => person.context.clearCookies();

for (const [where, wishes] of /** @type {const} */ ([
  ["on the page", SHARED],
  ["in a worker", APART],
])) {
  scenario(`with tokens ${where}, the window signs in and closes itself, and the page stays`, wishes, async (person, { network }) => {
    const tab = await person.tab("/orders?page=2");
    const popup = await click(tab);
    const closed = popup.waitForEvent("close");
    assert.equal(await outcome(tab), true);
    await closed;
    await until(tab, "signedIn");
    assert.deepEqual(await notes(tab), [200]);
    assert.ok(tab.url().endsWith("/orders?page=2"));
    assert.equal(network.all(REDEEM).length, 1);
  });
}

scenario("the browser blocks the window", APART, async (person, { network }) => {
  const tab = await person.tab();
  await ready(tab);
  const devtools = await person.context.newCDPSession(tab);
  // Not as Playwright does it, for which a user seems to have clicked.
  const expression = `(async () => {
    // Whatever a click has allowed is used up.
    while (navigator.userActivation.isActive) window.open("about:blank")?.close();
    const outcome = await auth.signInWithPopup();
    return outcome.ok || outcome.reason;
  })()`;
  const { result } = await devtools.send("Runtime.evaluate", {
    ...{ expression, awaitPromise: true, returnByValue: true },
  });
  assert.equal(result.value, "popup_blocked");
  assert.equal(network.all({ path: "/oauth/" }).length, 0);
});

scenario("the user closes the window on the server's page", APART, async (person, { network }) => {
  // A server that does not keep its windows apart, so that it can be seen.
  network.disturb({ path: "/", acted: true }, changed(({ headers }) => ({
    headers: { ...headers, "cross-origin-opener-policy": "unsafe-none" },
  })));
  await forget(person);
  const tab = await person.tab();
  const popup = await click(tab);
  await popup.waitForURL((url) => url.pathname === "/sign-in");
  await looked(tab);
  await popup.close();
  assert.equal(await outcome(tab), "popup_closed");
  assert.equal(network.all(TOKEN).length, 0);
});

scenario("the server keeps its window apart: the page says that it cannot see it, and the sign-in succeeds after all", APART, async (person, { network }) => {
  await forget(person);
  const tab = await person.tab();
  const popup = await click(tab);
  await popup.waitForURL((url) => url.pathname === "/sign-in");
  await looked(tab);
  await tab.bringToFront();
  await tab.locator("body").click();
  assert.equal(await outcome(tab), "popup_isolated");
  assert.equal(network.all(REDEEM).length, 0);
  await signUpThere(popup);
  await until(tab, "signedIn");
  assert.deepEqual(await notes(tab), [200]);
});

scenario("the program ends the waiting, and an answer that comes later is nobody's", APART, async (person, { network }) => {
  await forget(person);
  const tab = await person.tab();
  await ready(tab);
  await tab.evaluate(() => {
    window.clicked = () => {
      window.end = new AbortController();
      window.outcome = auth.signInWithPopup({ signal: window.end.signal });
    };
  });
  const [popup] = await Promise.all([
    tab.waitForEvent("popup"),
    tab.getByRole("button", { name: "Sign in" }).click(),
  ]);
  await popup.waitForURL((url) => url.pathname === "/sign-in");
  await tab.evaluate(() => window.end.abort());
  assert.equal(await outcome(tab), "aborted");
  await signUpThere(popup);
  await popup.waitForURL((url) => url.pathname === "/callback");
  await popup.waitForFunction(() => "auth" in window);
  const there = await popup.evaluate(() => auth.handleRedirect());
  assert.equal(!there.ok && there.reason, "redirect_invalid");
  assert.equal(await tab.evaluate(() => auth.session.status), "signedOut");
  assert.equal(network.all(REDEEM).length, 0);
});

/** What other sites, and pages that were tampered with, try. */

import assert from "node:assert/strict";

import { suite } from "../lib/suite.js";
import { fillSignIn, menu } from "../lib/visitor.js";

const it = suite();

/** @typedef {import("../lib/suite.js").World} World */

/**
 * A page with a form that posts by itself.
 * @param {string} action @param {string} type @param {Record<string, string>} fields
 */
function formPage(action, type, fields) {
  const quote = (/** @type {string} */ text) =>
    text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${quote(name)}" value="${quote(value)}">`,
  );
  return `<!doctype html><title>You have won</title><link rel="icon" href="data:,">
    <form method="post" enctype="${type}" action="${action}">${inputs.join("")}</form>
    <script>document.querySelector("form").submit()</script>`;
}

/** Pages of another site, and of another origin of the same site, to which cookies do go along. */
const ORIGINS = /** @type {const} */ (["crossSite", "sameSite"]);

it("refuses forms that other sites post, whatever they say they are", async (world) => {
  const { server, site } = world;
  const anna = (await world.user({ name: "Anna Winlock" })).expectRefusals(403, 405, 415, 422, 400);
  const admin = (await world.admin()).expectRefusals(403, 405, 415, 422, 400);
  const victim = await server.account({ name: "Ben Banneker" });
  const json = { '{"text":"Planted","x":"': '"}' };
  /** @type {[import("../lib/visitor.js").Visitor, string, string, Record<string, string>][]} */
  const attempts = [
    [anna, "/api/notes", "text/plain", json],
    [anna, "/api/notes", "application/x-www-form-urlencoded", { text: "Planted" }],
    [anna, "/api/notes", "multipart/form-data", { text: "Planted" }],
    [anna, "/api/auth/sign-out", "text/plain", { '{"everywhere":true,"x":"': '"}' }],
    [anna, "/api/auth/sign-out", "application/x-www-form-urlencoded", {}],
    [anna, "/api/auth/sessions/end-others", "application/x-www-form-urlencoded", {}],
    [admin, `/api/admin/users/${victim.id}/disable`, "text/plain", { "{}": "" }],
    [admin, `/api/admin/users/${victim.id}/disable`, "application/x-www-form-urlencoded", {}],
  ];
  let sentWithCookie = 0;
  for (const [visitor, path, type, fields] of attempts) {
    for (const origin of ORIGINS) {
      site.put("/attack", formPage(server.url + path, type, fields));
      const posted = visitor.page.waitForResponse(
        (response) =>
          response.request().method() === "POST" && response.url() === server.url + path,
      );
      await visitor.page.goto(`${site[origin]}/attack`, { waitUntil: "commit" });
      const response = await posted;
      assert.equal(response.status(), 403, `${type} to ${path} from ${origin}`);
      assert.match(response.headers()["content-type"] ?? "", /^application\/problem\+json/);
      const headers = await response.request().allHeaders();
      if (headers.cookie?.includes("__Host-portcullis=")) sentWithCookie += 1;
      await visitor.page.waitForLoadState();
    }
  }
  assert.equal(sentWithCookie, attempts.length, "from the same site, the cookie went along");

  await anna.page.goto("/notes");
  await menu(anna.page).waitFor();
  await anna.page.getByText("No notes yet").waitFor();
  assert.equal((await victim.api.try("GET", "/api/notes")).status, 200, "not disabled");
});

it("refuses what scripts of other origins send, and lets them read nothing", async (world) => {
  const { server, site } = world;
  const anna = await world.user({ name: "Cara Attack" });
  anna.tolerate(
    /CORS policy|ERR_FAILED|status of (401|403|405|415)|Cross-Origin-Resource-Policy|NotSameOrigin/,
  );
  site.put("/attack", '<!doctype html><title>Attack</title><link rel="icon" href="data:,">');
  for (const origin of ORIGINS) {
    await anna.page.goto(`${site[origin]}/attack`);
    const read = await anna.page.evaluate(async (url) => {
      /** @param {string} path @param {RequestInit} init */
      const attempt = (path, init) =>
        fetch(url + path, { credentials: "include", ...init }).then(
          async (response) => `${response.type} ${await response.text()}`,
          () => "refused",
        );
      const text = '{"text":"Planted"}';
      const json = { "content-type": "application/json" };
      navigator.sendBeacon(`${url}/api/notes`, new Blob([text], { type: "text/plain" }));
      return Promise.all([
        attempt("/api/notes", { method: "POST", mode: "no-cors", body: text }),
        attempt("/api/notes", { method: "POST", body: text, headers: json }),
        attempt("/api/notes", {
          method: "POST",
          body: text,
          headers: { ...json, "x-portcullis": "1" },
        }),
        attempt("/api/auth/session", {}),
        attempt("/api/notes", {}),
        attempt("/api/auth/session", { mode: "no-cors" }),
      ]);
    }, server.url);
    for (const answer of read) assert.ok(["refused", "opaque "].includes(answer), answer);
  }
  const { notes } = await anna.account.api.ask("GET", "/api/notes");
  assert.deepEqual(notes, []);
});

it("cannot be put into a frame", async (world) => {
  const anna = await world.user({ name: "Dora Framed" });
  anna.tolerate(/frame-ancestors|X-Frame-Options|chrome-error/);
  world.site.put(
    "/attack",
    `<!doctype html><title>Attack</title><link rel="icon" href="data:,"><iframe src="${world.server.url}/account"></iframe>`,
  );
  await anna.page.goto(`${world.site.sameSite}/attack`);
  const frame = anna.page.frames()[1];
  assert.ok(frame);
  assert.ok(!frame.url().startsWith(world.server.url), frame.url());
});

it("stays on the site, whatever the address says where to return to", async (world) => {
  const { server } = world;
  const evil = [
    "//evil.example",
    "/\\evil.example",
    "https://evil.example/",
    "javascript:alert(document.domain)",
    "/\t/evil.example",
    "/%2e%2e//evil.example",
    "data:text/html,<h1>evil</h1>",
  ];
  const ben = await world.user({ name: "Ben Banneker" });
  /** @type {string[]} */
  const asked = [];
  ben.context.on("request", (request) => {
    if (!request.url().startsWith(server.url)) asked.push(request.url());
  });
  ben.page.on("dialog", (dialog) => {
    asked.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  for (const target of evil) {
    // Who is signed in is sent on at once.
    await ben.page.goto(`/sign-in?return_to=${encodeURIComponent(target)}`);
    await ben.page.waitForURL(`${server.url}/notes`);
    await menu(ben.page).waitFor();
  }
  await ben.signOut();
  for (const target of evil.slice(0, 4)) {
    await ben.page.goto(`/sign-in?return_to=${encodeURIComponent(target)}`);
    await fillSignIn(ben.page, ben.account);
    await ben.page.waitForURL(`${server.url}/notes`);
    await ben.signOut();
  }
  assert.deepEqual(asked, []);
  // What is a page of this site is returned to, with its query.
  await ben.page.goto(`/sign-in?return_to=${encodeURIComponent("/account?from=test#passkeys")}`);
  await fillSignIn(ben.page, ben.account);
  await ben.page.waitForURL(`${server.url}/account?from=test#passkeys`);
});

it("says so when WebAssembly is blocked, instead of showing a white page", async (world) => {
  const cara = (await world.visitor()).tolerate(/WebAssembly|wasm-eval|unsafe-eval|was preloaded/);
  await cara.page.route("**/sign-in", async (route) => {
    const response = await route.fetch();
    const headers = response.headers();
    const policy = headers["content-security-policy"]?.replace(" 'wasm-unsafe-eval'", "") ?? "";
    assert.ok(policy && !policy.includes("wasm"));
    await route.fulfill({ response, headers: { ...headers, "content-security-policy": policy } });
  });
  await cara.page.goto("/sign-in");
  await cara.page.getByRole("heading", { name: "This page couldn’t start" }).waitFor();
  await cara.page.getByRole("alert").getByText("doesn’t run WebAssembly").waitFor();
  const again = cara.page.getByRole("link", { name: "Try again" });
  assert.equal(await again.getAttribute("href"), "/sign-in");
});

it("says so when a part of the page does not arrive", async (world) => {
  const dora = (await world.visitor()).tolerate(
    /app_bg\.wasm|ERR_FAILED|Failed to fetch|TypeError/,
  );
  await dora.page.route("**/app_bg.wasm", (route) => route.abort());
  await dora.page.goto("/notes");
  await dora.page.getByRole("alert").getByText("A part of the page didn’t arrive.").waitFor();
  await dora.page.unroute("**/app_bg.wasm");
  await dora.page.getByRole("link", { name: "Try again" }).click();
  await dora.page.waitForURL("**/sign-in?return_to=**");
});

it("says what it needs to browsers without JavaScript", async (world) => {
  const context = await world.browser.newContext({
    baseURL: world.server.url,
    javaScriptEnabled: false,
  });
  try {
    const page = await context.newPage();
    await page.goto("/");
    await page.getByRole("heading", { name: "This page needs JavaScript" }).waitFor();
  } finally {
    await context.close();
  }
});

it("serves every page under a policy without inline scripts, styles or eval", async (world) => {
  for (const path of ["/", "/sign-in", "/notes", "/docs"]) {
    const response = await fetch(world.server.url + path);
    const policy = response.headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'/, path);
    assert.match(policy, /script-src 'self' 'wasm-unsafe-eval'/, path);
    assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|\*|https?:/, path);
  }
});

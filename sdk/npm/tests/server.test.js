/** The session for a page that a server renders: the right one, and the cookie for nobody else. */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { newEmail, PASSWORD } from "./lib/browser.js";
import { Folder, source } from "./lib/package.js";
import { Server } from "./lib/server.js";

/** @type {typeof import("../src/server/index.ts")} */
const { readSession } = await source("src/server/index.ts");

/** @type {Folder} */
let ui;
/** @type {Server} */
let portcullis;
/** What a browser would send whose user has signed in. */
let cookie = "";
before(async () => {
  ui = await Folder.make();
  await ui.write({ "index.html": "<!doctype html><title>App</title>" });
  portcullis = await Server.start({ ui: ui.path });
  const headers = { "x-portcullis": "1", "content-type": "application/json" };
  const body = JSON.stringify({ email: newEmail(), password: PASSWORD, name: "Ada" });
  const url = `${portcullis.address}/api/auth/register`;
  const response = await fetch(url, { method: "POST", headers, body });
  const set = response.headers.getSetCookie().find((one) => one.startsWith("__Host-portcullis="));
  cookie = set?.split(";")[0] ?? "";
  assert.match(cookie, /=./);
});
after(async () => {
  await portcullis?.stop();
  await ui?.remove();
});

/**
 * Stands in for something between the two, or for a foreign server.
 * @param {import("node:test").TestContext} context
 * @param {import("node:http").RequestListener} answer
 */
async function stranger(context, answer) {
  /** @type {(string | undefined)[]} */
  const cookies = [];
  const server = createServer((request, response) => {
    cookies.push(request.headers.cookie);
    answer(request, response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}`, cookies };
}

const nobody = { status: "signedOut", reason: "anonymous" };

test("whoever is signed in is there with all that the type promises", async () => {
  const others = `theme=dark; ${cookie}; __Host-portcullis-browser=abc; x="; y`;
  for (const header of [cookie, others]) {
    const session = await readSession({ server: `${portcullis.address}/`, cookie: header });
    assert.ok(session?.status === "signedIn");
    const { id, user, authTime, idleExpiresAt, expiresAt, version, ...rest } = session;
    assert.equal(user.name, "Ada");
    assert.equal(typeof user.hasPassword, "boolean");
    assert.ok(Math.abs(authTime - Date.now()) < 60_000 && expiresAt >= idleExpiresAt);
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.equal(typeof version, "number");
    assert.deepEqual(rest, {
      status: "signedIn",
      stale: false,
      roles: ["user"],
      permissions: ["notes:write"],
      amr: ["pwd"],
    });
  }
});

test("a cookie that is none, or of nobody, is nobody's", async () => {
  const server = portcullis.address;
  const forged = `__Host-portcullis=${"A".repeat(43)}`;
  for (const header of [undefined, null, "", "a=b", forged, "__Host-portcullis=", `x${cookie}`]) {
    assert.deepEqual(await readSession({ server, cookie: header }), nobody, String(header));
  }
});

test("only the session's own cookie is passed on, and lines cannot be added to it", async (context) => {
  const { url, cookies } = await stranger(context, (_, response) => {
    response.writeHead(200).end('{"session":null,"server_time":0}');
  });
  const header = `a=b; ${cookie}; __Host-portcullis-browser=abc; __Host-portcullis=x\r\nx-evil: 1`;
  assert.deepEqual(await readSession({ server: url, cookie: header }), nobody);
  assert.deepEqual(cookies, [cookie]);
});

test("no redirect takes the cookie elsewhere", async (context) => {
  const other = await stranger(context, (_, response) => response.end('{"session":null}'));
  for (const status of [301, 302, 303, 307, 308]) {
    const first = await stranger(context, (_, response) => {
      response.writeHead(status, { location: `${other.url}/api/auth/session` }).end();
    });
    assert.equal(await readSession({ server: first.url, cookie }), undefined);
    assert.equal(first.cookies.length, 1);
  }
  assert.deepEqual(other.cookies, []);
});

test("an answer that is none is not believed", async (context) => {
  const session = await readSession({ server: portcullis.address, cookie });
  const whole = { ...session, user: { ...(session?.status === "signedIn" && session.user) } };
  const bodies = [
    "",
    "null",
    "<h1>Welcome to the wifi of this hotel</h1>",
    "{}",
    '{"session":"me"}',
    '{"session":{}}',
    JSON.stringify({ session: { ...whole, permissions: "*" } }),
    JSON.stringify({ session: { ...whole, permissions: [1] } }),
    JSON.stringify({ session: { ...whole, user: null } }),
    JSON.stringify({ session: { ...whole, expiresAt: "never" } }),
  ];
  let body = "";
  let status = 200;
  const { url } = await stranger(context, (_, response) => response.writeHead(status).end(body));
  for (body of bodies) assert.equal(await readSession({ server: url, cookie }), undefined, body);
  body = JSON.stringify({ session: whole });
  assert.equal((await readSession({ server: url, cookie }))?.status, "signedIn");
  for (status of [201, 401, 403, 404, 429, 500, 503]) {
    assert.equal(await readSession({ server: url, cookie }), undefined, String(status));
  }
});

test("a server that does not answer does not keep the page waiting", async (context) => {
  const { url } = await stranger(context, () => {});
  assert.equal(await readSession({ server: url, cookie, timeout: 50 }), undefined);
  const aborted = AbortSignal.abort();
  assert.equal(await readSession({ server: url, cookie, signal: aborted }), undefined);
  const leaving = new AbortController();
  const reading = readSession({ server: url, cookie, signal: leaving.signal, timeout: 60_000 });
  leaving.abort();
  assert.equal(await reading, undefined);
  assert.equal(await readSession({ server: "http://127.0.0.1:9", cookie }), undefined);
});

test("a framework's own fetch is used, and told to cache nothing", async () => {
  /** @type {[string, RequestInit][]} */
  const asked = [];
  const session = await readSession({
    server: "https://auth.example.com/",
    cookie,
    fetch: async (url, init) => {
      asked.push([url, init]);
      return Response.json({ session: null });
    },
  });
  assert.deepEqual(session, nobody);
  const [[url = "", init] = []] = asked;
  assert.equal(url, "https://auth.example.com/api/auth/session");
  assert.deepEqual([init?.cache, init?.redirect], ["no-store", "manual"]);
});

test("an address that cannot be one is refused, whatever the cookie", async () => {
  for (const server of ["", "auth.example.com", "file:///etc/passwd", "javascript:alert(1)"]) {
    await assert.rejects(readSession({ server, cookie: null }), TypeError, server);
  }
});

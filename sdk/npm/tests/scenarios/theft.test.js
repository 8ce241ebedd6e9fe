/** Tokens in the wrong hands, and hands that reach for them. */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before } from "node:test";

import { APART, notes, Person, ready, refreshBy, scenarios, SHARED, status, UNBOUND, until } from "./lib/world.js";
import { gateway, NOTES, REDEEM, REFRESH } from "./lib/network.js";

const { scenario } = scenarios();

/** Somebody else's server, which answers whatever is asked, and remembers it. */
const foreign = {
  url: "",
  /** @type {import("node:http").IncomingHttpHeaders[]} */
  asked: [],
};
const elsewhere = createServer(({ method, headers }, response) => {
  if (method !== "OPTIONS") foreign.asked.push(headers);
  response.writeHead(200, {
    "access-control-allow-origin": headers.origin ?? "*",
    "access-control-allow-headers": "authorization, dpop, x-portcullis",
  });
  response.end("[]");
});
before(async () => {
  await new Promise((resolve) => elsewhere.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (elsewhere.address());
  foreign.url = `http://127.0.0.1:${port}`;
});
after(() => elsewhere.close());

scenario("a stolen refresh token is replayed: its family ends in every tab, and the others live", { ...SHARED, ...UNBOUND }, async (person, world) => {
  const { network } = world;
  const [first, second] = await person.tabs(2);
  assert.ok(first && second);
  const stolen = network.granted;
  // The same person in another browser, and somebody else.
  const others = [await person.elsewhere({ ...SHARED, ...UNBOUND }), await Person.join(world, SHARED)];
  const theirs = [];
  for (const other of others) theirs.push(await other.signIn());
  for (let round = 0; round < 2; round += 1) {
    network.refuse(stolen.access_token, ...network.all(REFRESH).map(({ tokens }) => tokens.access_token));
    assert.deepEqual(await notes(first), [200]);
  }
  const latest = network.granted;
  assert.equal(await refreshBy(world, stolen.refresh_token), "refused");
  const from = network.passed.length;
  assert.deepEqual(await notes(first), [401]);
  await Promise.all([until(first, "signedOut"), until(second, "signedOut")]);
  assert.deepEqual(await second.evaluate(() => "reason" in auth.session && auth.session.reason), "ended");
  assert.equal(network.all(REFRESH, from).length, 1);
  assert.equal(await refreshBy(world, latest.refresh_token), "refused");
  for (const tab of theirs) {
    assert.deepEqual(await notes(tab), [200]);
    assert.equal(await status(tab), "signedIn");
  }
  for (const other of others) await other.leave();
});

scenario("a refresh token that is bound to a key is stolen without it: the thief gets nothing, and nobody is signed out", SHARED, async (person, world) => {
  const { network } = world;
  const tab = await person.signIn();
  const stolen = network.granted;
  assert.equal(await refreshBy(world, stolen.refresh_token), "refused");
  network.refuse(stolen.access_token);
  assert.deepEqual(await notes(tab), [200]);
  // Spent by now, and still no business of the thief's.
  assert.equal(await refreshBy(world, stolen.refresh_token), "refused");
  network.refuse(network.granted.access_token);
  assert.deepEqual(await notes(tab), [200]);
  const { access_token } = network.granted;
  for (const scheme of ["Bearer", "DPoP"]) {
    const headers = { authorization: `${scheme} ${access_token}` };
    assert.equal((await fetch(`${world.server.address}/api/notes`, { headers })).status, 401);
  }
});

for (const [where, wishes] of /** @type {const} */ ([
  ["on the page", SHARED],
  ["in a worker", APART],
])) {
  scenario(`with tokens ${where}, requests to foreign origins have none, nor have those that are redirected there`, wishes, async (person, { network }) => {
    foreign.asked = [];
    const tab = await person.signIn();
    network.disturb(NOTES, gateway(307, { location: `${foreign.url}/redirected` }));
    const said = await tab.evaluate(async (url) => {
      const reason = (/** @type {any} */ error) => error.cause?.reason ?? String(error);
      return [
        await auth.fetch(url).then(({ status }) => status, reason),
        await auth.fetch(`${server}/api/notes`).then(({ status }) => status, reason),
        await auth
          .fetch(`${server}/api/notes`, { redirect: "follow" })
          .then(({ status, redirected }) => [status, redirected], reason),
      ];
    }, foreign.url);
    assert.deepEqual(said, [200, "redirected", [200, true]]);
    assert.equal(foreign.asked.length, 2);
    const { access_token, refresh_token } = network.granted;
    const seen = JSON.stringify(foreign.asked);
    assert.ok(!seen.includes(access_token) && !seen.includes(refresh_token), seen);
    assert.ok(foreign.asked.every(({ authorization, cookie }) => !authorization && !cookie));
    // The server itself was shown the token.
    assert.ok(network.all(NOTES).every(({ bearer }) => bearer === access_token));
  });

  scenario(`with tokens ${where}, foreign windows post messages, and scripts of the origin say nonsense: nothing changes`, wishes, async (person, { network, site }) => {
    const tab = await person.signIn();
    const before = await tab.evaluate(() => JSON.stringify(auth.session));
    const sent = network.passed.length;
    // A page of another site, in a frame and as the opener's window.
    await person.context.route(`${foreign.url}/**`, (route) =>
      route.fulfill({
        contentType: "text/html",
        body: `<script>
          const said = [
            null, 7, "signed_out", { kind: "signed_out", chain: "x" }, { kind: "ended" },
            { session: { status: "signedOut", reason: "ended" } }, { failed: "load_failed" },
            { answer: { code: "1", state: "2" } }, { id: 1, outcome: { ok: true } },
          ];
          for (const one of said) parent.postMessage(one, "*");
          parent.postMessage("done", "*");
        </script>`,
      }),
    );
    const heard = await tab.evaluate(
      (url) =>
        new Promise((resolve) => {
          let count = 0;
          addEventListener("message", ({ data }) => {
            count += 1;
            if (data === "done") resolve(count);
          });
          const frame = document.createElement("iframe");
          frame.src = url;
          document.body.append(frame);
        }),
      `${foreign.url}/frame`,
    );
    assert.equal(heard, 10);
    // Nonsense on the channels of the origin.
    const other = await person.context.newPage();
    await other.goto(`${site.url}/odd.js`);
    await other.evaluate((server) => {
      const nonsense = [
        ...[undefined, null, 7, "tokens", [], [1], new Date(), { kind: 7 }, { kind: "nothing" }],
        ...["session", "signed_out", "ended", "want_tokens", "tokens", "failed"].map((kind) => ({ kind })),
        { kind: "session", answer: { session: { id: "x" }, server_time: "now" } },
        { kind: "session", answer: { session: null, server_time: Infinity } },
        { kind: "want_tokens", chain: 7, generation: -1 },
        { kind: "want_tokens", chain: "x", generation: NaN },
        { kind: "ended", id: "0192f0c1-2345-7890-8abc-def012345678", chain: "x" },
        { kind: "tokens", access: "x", refresh: "y", key: "no key", chain: "x" },
        { kind: "failed", chain: "x", generation: 0, failures: 1e9, wait: 1e300 },
        { answer: { state: "x", code: "y" } },
        { taken: "x" },
      ];
      for (const name of [`portcullis:${server}`, `portcullis:${server} notes`, `portcullis-popup:${server}`]) {
        const channel = new BroadcastChannel(name);
        for (const one of nonsense) channel.postMessage(one);
      }
    }, network.url);
    assert.deepEqual(await notes(tab), [200]);
    assert.equal(await tab.evaluate(() => JSON.stringify(auth.session)), before);
    const bearers = new Set(network.proving(sent).map(({ bearer }) => bearer));
    assert.deepEqual([...bearers], [network.granted.access_token]);
    assert.equal(network.all(REFRESH).length, 0);
  });
}

for (const [where, wishes] of /** @type {const} */ ([
  ["on the page", SHARED],
  ["on the page, bound to no key", { ...SHARED, ...UNBOUND }],
  ["in a worker", APART],
])) {
  scenario(`with tokens ${where}, the client tells tools what it does, and nothing of it is a secret`, wishes, async (person, { network }) => {
    await person.context.addInitScript(() => void (window.traced = []));
    const first = await person.signIn();
    const second = wishes.isolate ? await person.signIn() : await person.tab();
    assert.equal(await ready(second), "signedIn");
    network.refuse(network.granted.access_token);
    assert.deepEqual(await notes(second), [200]);
    await first.evaluate(() => auth.signOut());
    await until(second, "signedOut");
    await network.quiet();
    const traced = await Promise.all(
      [first, second].map((tab) => tab.evaluate(() => window.traced ?? [])),
    );
    const kinds = traced.flat().map((told) => ("kind" in told ? told.kind : told.source));
    for (const kind of ["started", "redeemed", "send", "response", "message", "broadcast", "notify"]) {
      assert.ok(kinds.includes(kind), `${kind} is not among ${kinds}`);
    }
    const granted = network.all({ path: "/oauth/token" }).map(({ tokens }) => tokens);
    const secrets = [
      ...granted.flatMap(({ access_token, refresh_token, id_token = "" }) => [access_token, refresh_token, id_token]),
      ...network.all(REDEEM).flatMap(({ form }) => [form.get("code"), form.get("code_verifier")]),
    ].filter(Boolean);
    assert.ok(secrets.length >= 5);
    const text = JSON.stringify(traced);
    assert.deepEqual(secrets.filter((secret) => text.includes(String(secret))), []);
  });
}

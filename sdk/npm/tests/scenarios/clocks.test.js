/** Clocks that are wrong by minutes or hours: what counts is the server's, and how much time passes. */

import assert from "node:assert/strict";

import { REFRESH } from "./lib/network.js";
import { APART, notes, scenarios, SHARED, status } from "./lib/world.js";

const LIFE = 2;
const { scenario } = scenarios({ config: `[oauth]\naccess_token_seconds = ${LIFE}` });

const MINUTES = 60_000;
const HOURS = 60 * MINUTES;

for (const [clock, ahead] of /** @type {const} */ ([
  ["10 minutes ahead", 10 * MINUTES],
  ["10 minutes behind", -10 * MINUTES],
  ["2 hours ahead", 2 * HOURS],
  ["2 hours behind", -2 * HOURS],
])) {
  for (const [where, wishes] of /** @type {const} */ ([
    ["on the page", SHARED],
    ["in a worker", APART],
  ])) {
    scenario(`with tokens ${where}, the clock is ${clock}: tokens are taken, and refreshed when it is time`, { ...wishes, odd: { ahead } }, async (person, { network }) => {
      const tab = await person.signIn();
      assert.ok(Math.abs((await tab.evaluate(() => Date.now())) - Date.now() - ahead) < MINUTES);
      assert.deepEqual(await notes(tab), [200]);
      const [granted] = network.passed.filter(({ answer, path }) => path === "/oauth/token" && answer?.status === 200);
      const [first] = await network.until(REFRESH);
      const age = (first?.at ?? 0) - (granted?.at ?? 0);
      // After four fifths of its life, by whatever clock; less what a slow machine took to grant it.
      assert.ok(age > LIFE * 500, `refreshed after ${age} ms`);
      assert.deepEqual(await notes(tab), [200]);
      assert.equal(await status(tab), "signedIn");
      // Each proof was good, so that the server never had to complain of its time.
      const complaints = network.passed.filter(({ answer }) => /invalid_dpop_proof/.test(
        [answer?.body, answer?.headers["www-authenticate"]].join(),
      ));
      assert.equal(complaints.length, 0);
    });
  }
}

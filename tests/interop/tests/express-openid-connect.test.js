/** express-openid-connect: the middleware for Express, in an application of its own. */

import assert from "node:assert/strict";

import express from "express";
import openid from "express-openid-connect";

import { keyPair } from "../lib/registrations.js";
import { serving, shown } from "../lib/serving.js";
import { client, installed } from "../lib/suite.js";

/**
 * @typedef {import("../lib/suite.js").Scene} Scene
 * @typedef {import("../lib/suite.js").Person} Person
 */

const name = "express-openid-connect";
const it = client({ client: name, version: await installed(name) });

/** A client that is registered, as the middleware has it. @typedef {{ id: string, secret: string }} Registered */

const BASIC = { token_endpoint_auth_method: "client_secret_basic" };

/**
 * Serves an application with such a registration and configuration while `use` runs.
 * @param {Scene} scene
 * @param {object} about
 * @param {Record<string, unknown>} [about.registration]
 * @param {Record<string, unknown>} [about.config] besides the usual
 * @param {(person: Person, url: string) => Promise<void>} [use] with somebody who has signed in
 * @param {Promise<Person>} [who] who has a session already, if not said otherwise
 */
async function application(scene, { registration = BASIC, config = {} }, use, who = scene.user()) {
  const person = await who;
  const make = async (/** @type {string} */ url) => {
    const { id, secret } = await scene.register({
      redirect_uris: [`${url}/callback`],
      post_logout_redirect_uris: [url],
      // Where the middleware listens, if it is told to.
      ...Object(config.backchannelLogout && { backchannel_logout_uri: `${url}/backchannel-logout` }),
      ...registration,
    });
    const app = express();
    const { authorizationParams, ...others } = config;
    app.use(
      openid.auth({
        issuerBaseURL: scene.issuer,
        baseURL: url,
        clientID: id,
        ...(secret && { clientSecret: secret }),
        secret: "only for these tests, and long enough",
        // It asks for ID tokens by way of the browser unless it is told otherwise.
        authorizationParams: { response_type: "code", ...Object(authorizationParams) },
        authRequired: false,
        enableTelemetry: false,
        ...others,
      }),
    );
    app.get("/", ({ oidc }, response) => void response.json({ user: oidc.user ?? null }));
    app.get("/userinfo", async ({ oidc }, response) => {
      response.json(await oidc.fetchUserInfo());
    });
    app.get("/refresh", async ({ oidc }, response) => {
      const before = oidc.accessToken?.access_token;
      const after = await oidc.accessToken?.refresh();
      response.json({ before, after: after?.access_token });
    });
    return app;
  };
  await serving(make, async (url) => {
    await person.page.goto(`${url}/login`, { waitUntil: "commit" });
    await person.signIn();
    await person.page.waitForURL(`${url}/`);
    assert.equal((await shown(person.page)).user.sub, person.account.id);
    await use?.(person, url);
  });
}

const signIn = (/** @type {Parameters<typeof application>[1]} */ about) =>
  (/** @type {Scene} */ scene) => application(scene, about);

it(["discovery", "code", "clientSecretBasic"], (scene) =>
  application(scene, {}, undefined, scene.person()),
);
it("formPost", signIn({ config: { authorizationParams: { response_mode: "form_post" } } }));
for (const [flow, method] of /** @type {const} */ ([
  ["clientSecretPost", "client_secret_post"],
  ["clientSecretJwt", "client_secret_jwt"],
])) {
  const registration = { token_endpoint_auth_method: method };
  it(flow, signIn({ registration, config: { clientAuthMethod: method } }));
}
it(
  "par",
  signIn({
    registration: { ...BASIC, require_pushed_authorization_requests: true },
    config: { pushedAuthorizationRequests: true },
  }),
);

it("privateKeyJwt", async (scene) => {
  const { registration, key } = await keyPair();
  const config = { clientAssertionSigningKey: key.key, clientAssertionSigningAlg: "ES256" };
  await application(scene, { registration, config });
});

it("userinfo", (scene) =>
  application(scene, {}, async ({ page, account }, url) => {
    await page.goto(`${url}/userinfo`);
    const { sub, email } = await shown(page);
    assert.deepEqual([sub, email], [account.id, account.email]);
  }),
);

it("refresh", (scene) =>
  application(scene, {}, async ({ page }, url) => {
    await page.goto(`${url}/refresh`);
    const { before, after } = await shown(page);
    assert.ok(before && after && before !== after);
  }),
);

it("silent", (scene) =>
  application(scene, { config: { attemptSilentLogin: true } }, async ({ page, account }, url) => {
    // The application has forgotten them; the server has not.
    await page.context().clearCookies({ name: "appSession" });
    await page.goto(url);
    assert.equal((await shown(page)).user.sub, account.id);
  }),
);

it("logout", (scene) =>
  application(scene, { config: { idpLogout: true } }, async (person, url) => {
    assert.ok(await person.isSignedIn());
    await person.page.goto(`${url}/logout`);
    assert.equal((await shown(person.page)).user, null);
    assert.ok(!(await person.isSignedIn()));
  }),
);

/** Keeps what the middleware was told, as the stores of express-session do. */
class Store {
  #kept = new Map();

  /** @param {string} id @param {(error: unknown, value?: unknown) => void} done */
  get(id, done) {
    done(null, this.#kept.get(id));
  }

  /** @param {string} id @param {unknown} value @param {(error?: unknown) => void} [done] */
  set(id, value, done) {
    this.#kept.set(id, value);
    done?.();
  }

  /** @param {string} id @param {(error?: unknown) => void} [done] */
  destroy(id, done) {
    this.#kept.delete(id);
    done?.();
  }
}

it("backchannelLogout", (scene) =>
  application(scene, { config: { backchannelLogout: { store: new Store() } } }, async (person, url) => {
    const { page, account } = person;
    // Ends the session of the browser, from another device.
    await account.api.ask("POST", "/api/auth/sessions/end-others");
    for (let tries = 0; tries < 100; tries += 1) {
      await page.goto(url);
      if ((await shown(page)).user === null) return;
      await page.waitForTimeout(100);
    }
    assert.fail("the application was not told");
  }),
);

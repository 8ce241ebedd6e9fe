/** Authlib: the client for Python, in an application in Flask. */

import assert from "node:assert/strict";

import { installedInPython, servingPython } from "../lib/python.js";
import { reports } from "../lib/registrations.js";
import { shown } from "../lib/serving.js";
import { client } from "../lib/suite.js";

/**
 * @typedef {import("../lib/suite.js").Scene} Scene
 * @typedef {import("../lib/suite.js").Person} Person
 */

const it = client({
  client: "authlib",
  version: await installedInPython("authlib"),
  registry: "PyPI",
});

/**
 * Serves the application while `use` runs.
 * @param {Scene} scene
 * @param {{ registration?: object, settings?: object }} how
 * @param {(url: string) => Promise<void>} use
 */
function serving(scene, { registration, settings }, use) {
  const configure = async (/** @type {string} */ url) => {
    const { id, secret } = await scene.register({
      redirect_uris: [`${url}/callback`],
      post_logout_redirect_uris: [`${url}/logged-out`],
      token_endpoint_auth_method: "client_secret_basic",
      ...registration,
    });
    return { issuer: scene.issuer, client_id: id, client_secret: secret, ...settings };
  };
  return servingPython("flask_app.py", configure, use);
}

/**
 * Signs somebody in to the application.
 * @param {{ registration?: object, settings?: object }} how
 * @param {(person: Person, url: string) => Promise<void>} [use] then
 * @param {(scene: Scene) => Promise<Person>} [who] who has a session already, if not said otherwise
 */
const signIn =
  (how, use, who = (scene) => scene.user()) =>
  async (/** @type {Scene} */ scene) => {
    const person = await who(scene);
    await serving(scene, how, async (url) => {
      await person.page.goto(`${url}/login`, { waitUntil: "commit" });
      await person.signIn();
      await person.page.waitForURL(`${url}/`);
      const { sub, email } = await shown(person.page);
      assert.deepEqual([sub, email], [person.account.id, person.account.email]);
      await use?.(person, url);
    });
  };

/** What a page of the application answers. @param {string} url */
const ask = async (url) => /** @type {Promise<any>} */ ((await fetch(url)).json());

it(
  ["discovery", "code", "clientSecretBasic"],
  signIn({}, undefined, (scene) => scene.person()),
);

it(
  "codeWithoutPkce",
  signIn({ registration: { require_pkce: false }, settings: { pkce: false } }),
);

for (const [flow, method] of /** @type {const} */ ([
  ["clientSecretPost", "client_secret_post"],
  ["clientSecretJwt", "client_secret_jwt"],
])) {
  const registration = { token_endpoint_auth_method: method };
  it(flow, signIn({ registration, settings: { method } }));
}

it("privateKeyJwt", async (scene) => {
  const algorithm = {
    name: "RSASSA-PKCS1-v1_5",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: "SHA-256",
  };
  const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const { kty, n, e } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const key = await crypto.subtle.exportKey("jwk", pair.privateKey);
  const method = "private_key_jwt";
  const registration = { token_endpoint_auth_method: method, jwks: { keys: [{ kty, n, e }] } };
  await signIn({ registration, settings: { method, key } })(scene);
});

it(
  "userinfo",
  signIn({}, async ({ account }, url) => {
    const { sub, name } = await ask(`${url}/userinfo`);
    assert.deepEqual([sub, name], [account.id, account.name]);
  }),
);

it(
  "refresh",
  signIn({}, async (_, url) => {
    const { before, after } = await ask(`${url}/refresh`);
    assert.ok(before && after && before !== after);
  }),
);

it(
  ["introspection", "revocation"],
  signIn({}, async ({ account }, url) => {
    const { active, sub } = await ask(`${url}/introspect`);
    assert.deepEqual([active, sub], [true, account.id]);
    assert.equal((await ask(`${url}/revoke`)).status, 200);
    assert.equal((await ask(`${url}/introspect`)).active, false);
  }),
);

it("clientCredentials", (scene) =>
  serving(scene, { registration: reports }, async (url) => {
    const { scope, token_type } = await ask(`${url}/client-credentials`);
    assert.deepEqual([scope, token_type], ["reports:read", "Bearer"]);
  }),
);

it(
  "logout",
  signIn({}, async (person, url) => {
    assert.ok(await person.isSignedIn());
    await person.page.goto(`${url}/logout`);
    assert.equal(person.page.url(), `${url}/`);
    assert.equal(await shown(person.page), null);
    assert.ok(!(await person.isSignedIn()));
  }),
);

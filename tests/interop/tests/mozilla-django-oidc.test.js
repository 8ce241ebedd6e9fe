/** mozilla-django-oidc: the client for Django, in an application of its own. */

import assert from "node:assert/strict";

import { installedInPython, servingPython } from "../lib/python.js";
import { shown } from "../lib/serving.js";
import { client } from "../lib/suite.js";

/**
 * @typedef {import("../lib/suite.js").Scene} Scene
 * @typedef {import("../lib/suite.js").Person} Person
 */

const name = "mozilla-django-oidc";
const it = client({ client: name, version: await installedInPython(name), registry: "PyPI" });

const PKCE = { OIDC_USE_PKCE: true };

/**
 * Signs somebody in to an application. It takes the email address from userinfo.
 * @param {{ registration?: object, oidc: object }} how
 * @param {(person: Person, url: string) => Promise<void>} [use] then
 */
const signIn =
  ({ registration, oidc }, use = async () => {}) =>
  async (/** @type {Scene} */ scene) => {
    const person = await scene.person();
    const configure = async (/** @type {string} */ url) => {
      const { id, secret } = await scene.register({
        redirect_uris: [`${url}/oidc/callback/`],
        token_endpoint_auth_method: "client_secret_post",
        ...registration,
      });
      return { issuer: scene.issuer, client_id: id, client_secret: secret, oidc };
    };
    await servingPython("django_app.py", configure, async (url) => {
      await person.page.goto(`${url}/oidc/authenticate/`, { waitUntil: "commit" });
      await person.signIn();
      await person.page.waitForURL(`${url}/`);
      assert.equal((await shown(person.page)).email, person.account.email);
      await use(person, url);
    });
  };

it(["code", "clientSecretPost", "userinfo"], signIn({ oidc: PKCE }));

it(
  "clientSecretBasic",
  signIn({
    registration: { token_endpoint_auth_method: "client_secret_basic" },
    oidc: { ...PKCE, OIDC_TOKEN_USE_BASIC_AUTH: true },
  }),
);

it("codeWithoutPkce", signIn({ registration: { require_pkce: false }, oidc: {} }));

it(
  "silent",
  // What it knows is too old at once: its middleware asks again with prompt=none.
  signIn({ oidc: { ...PKCE, OIDC_RENEW_ID_TOKEN_EXPIRY_SECONDS: 1 } }, async (person, url) => {
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const asked = person.page.waitForRequest((request) => request.url().includes("prompt=none"));
    await person.page.goto(`${url}/`);
    await asked;
    assert.equal((await shown(person.page)).email, person.account.email);
  }),
);

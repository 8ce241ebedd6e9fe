/** @auth/core: what Auth.js (next-auth and its siblings) is made of, in a server of its own. */

import assert from "node:assert/strict";

import { Auth } from "@auth/core";

import { keyPair } from "../lib/registrations.js";
import { serving, shown } from "../lib/serving.js";
import { client, installed } from "../lib/suite.js";

/**
 * @typedef {import("../lib/suite.js").Scene} Scene
 * @typedef {import("../lib/suite.js").Person} Person
 */

const it = client({ client: "@auth/core", version: await installed("@auth/core") });

/**
 * The application: all of its pages are the library's.
 * @param {string} url its own address
 * @param {object} provider
 * @returns {import("../lib/serving.js").Handler}
 */
function application(url, provider) {
  /** @type {import("@auth/core").AuthConfig} */
  const config = {
    basePath: "/auth",
    secret: "only for these tests, and long enough",
    trustHost: true,
    providers: [/** @type {any} */ (provider)],
    callbacks: {
      // What it knows of the user goes into the session, for the test to see.
      jwt: ({ token, account, profile }) => (account ? { ...token, account, profile } : token),
      session: ({ session, token }) => Object.assign(session, { of: token }),
    },
  };
  return (incoming, outgoing) => {
    let form = "";
    incoming.setEncoding("utf8").on("data", (text) => (form += text));
    incoming.on("end", () => void answer().catch((error) => outgoing.writeHead(500).end(`${error}`)));
    const answer = async () => {
      const request = new Request(new URL(incoming.url ?? "/", url), {
        method: incoming.method ?? "GET",
        headers: /** @type {Record<string, string>} */ (incoming.headers),
        body: form || null,
      });
      const response = await Auth(request, config);
      outgoing.writeHead(response.status, [...response.headers].flat());
      outgoing.end(Buffer.from(await response.arrayBuffer()));
    };
  };
}

/**
 * Signs somebody in to an application with such a registration and provider.
 * @param {Scene} scene
 * @param {Record<string, unknown>} registration
 * @param {(secret: string) => object} provider besides the usual
 * @param {Promise<Person>} [who] who has a session already, if not said otherwise
 * @returns {Promise<{ person: Person, session: any }>} and what the application knows of them
 */
async function signIn(scene, registration, provider, who = scene.user()) {
  const person = await who;
  const { page } = person;
  let session;
  const make = async (/** @type {string} */ url) => {
    const redirect_uris = [`${url}/auth/callback/portcullis`];
    const { id, secret } = await scene.register({ redirect_uris, ...registration });
    return application(url, {
      id: "portcullis",
      name: "Portcullis",
      type: "oidc",
      issuer: scene.issuer,
      clientId: id,
      checks: ["pkce", "state", "nonce"],
      // It would be shown one of its maker's site.
      style: { logo: `${url}/favicon.ico` },
      ...provider(secret),
    });
  };
  await serving(make, async (url) => {
    await page.goto(`${url}/auth/signin?callbackUrl=/auth/session`);
    await page.getByRole("button", { name: "Sign in with Portcullis" }).click();
    await person.signIn();
    await page.waitForURL(`${url}/auth/session`);
    session = await shown(page);
  });
  return { person, session };
}

for (const [flow, method] of /** @type {const} */ ([
  ["clientSecretBasic", "client_secret_basic"],
  ["clientSecretPost", "client_secret_post"],
  ["clientSecretJwt", "client_secret_jwt"],
])) {
  it(flow, async (scene) => {
    const registration = { token_endpoint_auth_method: method };
    const { person, session } = await signIn(scene, registration, (clientSecret) => ({
      clientSecret,
      client: registration,
    }));
    assert.equal(session.of.account.providerAccountId, person.account.id);
  });
}

it(["discovery", "code"], async (scene) => {
  const client = { token_endpoint_auth_method: "none" };
  const { person, session } = await signIn(scene, {}, () => ({ client }), scene.person());
  const { id, email, name } = person.account;
  assert.equal(session.of.profile.sub, id);
  assert.deepEqual(session.user, { name, email });
});

it("privateKeyJwt", async (scene) => {
  const { registration, key } = await keyPair();
  const { person, session } = await signIn(scene, registration, () => ({
    client: { token_endpoint_auth_method: "private_key_jwt" },
    token: { clientPrivateKey: key },
  }));
  assert.equal(session.of.account.providerAccountId, person.account.id);
});

it("userinfo", async (scene) => {
  const client = { token_endpoint_auth_method: "none" };
  const { person, session } = await signIn(scene, {}, () => ({ client, idToken: false }));
  assert.equal(session.of.profile.email, person.account.email);
  // What only an ID token has.
  assert.equal(session.of.profile.iss, undefined);
});

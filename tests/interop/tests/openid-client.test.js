/** openid-client: the certified client for Node.js, in all that it offers. */

import assert from "node:assert/strict";

import * as oidc from "openid-client";

import {
  ACCESS_TOKEN,
  EXCHANGE,
  keyPair,
  MAIL,
  ORDERS,
  ordersService,
  reports,
  tv,
} from "../lib/registrations.js";
import { client, installed } from "../lib/suite.js";

/**
 * @typedef {import("../lib/suite.js").Scene} Scene
 * @typedef {import("../lib/suite.js").Person} Person
 * @typedef {import("openid-client").Configuration} Configuration
 */

const it = client({ client: "openid-client", version: await installed("openid-client") });

/** The server listens on loopback, without TLS. */
const PLAIN = { execute: [oidc.allowInsecureRequests] };

/**
 * Registers a client and configures it as the server's metadata say.
 * @param {Scene} scene
 * @param {Record<string, unknown>} [registration]
 * @param {(secret: string) => oidc.ClientAuth} [auth]
 */
async function configured(scene, registration, auth = () => oidc.None()) {
  const { id, secret } = await scene.register(registration);
  return oidc.discovery(new URL(scene.issuer), id, undefined, auth(secret), PLAIN);
}

/** What belongs to one sign-in. @param {Scene} scene @param {string} [scope] */
async function transaction(scene, scope = "openid profile email") {
  const verifier = oidc.randomPKCECodeVerifier();
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
  return {
    parameters: {
      redirect_uri: scene.callback,
      scope,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state,
      nonce,
    },
    checks: {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    },
  };
}

/**
 * Signs somebody in.
 * @param {Scene} scene
 * @param {Configuration} config
 * @param {Record<string, string>} [more] further parameters
 * @param {Promise<Person>} [who] who has a session already, if not said otherwise
 */
async function signIn(scene, config, more, who = scene.user()) {
  const person = await who;
  const { parameters, checks } = await transaction(scene);
  const request = oidc.buildAuthorizationUrl(config, { ...parameters, ...more });
  const answer = await person.authorize(request);
  const tokens = await oidc.authorizationCodeGrant(config, answer, checks);
  assert.equal(tokens.claims()?.sub, person.account.id);
  return { person, tokens };
}

it("discovery", async (scene) => {
  for (const algorithm of /** @type {const} */ (["oidc", "oauth2"])) {
    const options = { ...PLAIN, algorithm };
    const config = await oidc.discovery(new URL(scene.issuer), "x", undefined, undefined, options);
    assert.equal(config.serverMetadata().issuer, scene.issuer);
    assert.ok(config.serverMetadata().supportsPKCE());
  }
});

it("registration", async (scene) => {
  const config = await oidc.dynamicClientRegistration(
    new URL(scene.issuer),
    {
      client_name: "Interop",
      redirect_uris: [scene.callback],
      token_endpoint_auth_method: "client_secret_post",
    },
    oidc.ClientSecretPost(),
    { ...PLAIN, initialAccessToken: await scene.registrationToken() },
  );
  await signIn(scene, config);
});

it("code", async (scene) => {
  const config = await configured(scene);
  const { tokens } = await signIn(scene, config, {}, scene.person());
  assert.equal(tokens.token_type, "bearer");
  assert.equal(tokens.claims()?.aud, config.clientMetadata().client_id);
});

it("formPost", async (scene) => {
  const config = await configured(scene);
  const person = await scene.person();
  const { parameters, checks } = await transaction(scene);
  const request = oidc.buildAuthorizationUrl(config, { ...parameters, response_mode: "form_post" });
  const answer = await person.authorizeByForm(request);
  const tokens = await oidc.authorizationCodeGrant(config, answer, checks);
  assert.equal(tokens.claims()?.sub, person.account.id);
});

it("silent", async (scene) => {
  const config = await configured(scene);
  const { person } = await signIn(scene, config);
  const { parameters, checks } = await transaction(scene);
  const request = oidc.buildAuthorizationUrl(config, { ...parameters, prompt: "none" });
  await person.page.goto(String(request));
  const answer = new URL(person.page.url());
  const tokens = await oidc.authorizationCodeGrant(config, answer, checks);
  assert.equal(tokens.claims()?.sub, person.account.id);

  const nobody = await scene.person();
  await nobody.page.goto(String(request));
  const refused = oidc.authorizationCodeGrant(config, new URL(nobody.page.url()), checks);
  await assert.rejects(refused, { error: "login_required" });
});

it("par", async (scene) => {
  const config = await configured(scene, { require_pushed_authorization_requests: true });
  const person = await scene.person();
  const { parameters, checks } = await transaction(scene);
  const request = await oidc.buildAuthorizationUrlWithPAR(config, parameters);
  assert.equal(request.searchParams.get("redirect_uri"), null);
  const answer = await person.authorize(request);
  const tokens = await oidc.authorizationCodeGrant(config, answer, checks);
  assert.equal(tokens.claims()?.sub, person.account.id);
});

it("dpop", async (scene) => {
  const config = await configured(scene, { dpop_bound_access_tokens: true });
  const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair());
  const person = await scene.person();
  const { parameters, checks } = await transaction(scene);
  const request = await oidc.buildAuthorizationUrlWithPAR(config, parameters, { DPoP });
  const answer = await person.authorize(request);
  const tokens = await oidc.authorizationCodeGrant(config, answer, checks, undefined, { DPoP });
  assert.equal(tokens.token_type, "dpop");
  const { id } = person.account;
  assert.equal((await oidc.fetchUserInfo(config, tokens.access_token, id, { DPoP })).sub, id);
  const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? "", undefined, {
    DPoP,
  });
  assert.equal(refreshed.token_type, "dpop");
  // As a bearer it is worth nothing.
  await assert.rejects(oidc.fetchUserInfo(config, refreshed.access_token, id), { status: 401 });
});

it("userinfo", async (scene) => {
  const config = await configured(scene);
  const { person, tokens } = await signIn(scene, config);
  const { id, email, name } = person.account;
  const info = await oidc.fetchUserInfo(config, tokens.access_token, id);
  assert.deepEqual([info.sub, info.email, info.name], [id, email, name]);
});

it("refresh", async (scene) => {
  const config = await configured(scene);
  const { person, tokens } = await signIn(scene, config);
  const first = tokens.refresh_token ?? "";
  const second = (await oidc.refreshTokenGrant(config, first)).refresh_token ?? "";
  assert.notEqual(second, first);
  const { access_token } = await oidc.refreshTokenGrant(config, second);
  const { sub } = await oidc.fetchUserInfo(config, access_token, person.account.id);
  assert.equal(sub, person.account.id);
  // The first has been used, and what it became as well: somebody has stolen it.
  await assert.rejects(oidc.refreshTokenGrant(config, first), { error: "invalid_grant" });
});

for (const [flow, method, auth] of /** @type {const} */ ([
  ["clientSecretBasic", "client_secret_basic", oidc.ClientSecretBasic],
  ["clientSecretPost", "client_secret_post", oidc.ClientSecretPost],
  ["clientSecretJwt", "client_secret_jwt", oidc.ClientSecretJwt],
])) {
  it(flow, async (scene) => {
    const config = await configured(scene, { token_endpoint_auth_method: method }, auth);
    await signIn(scene, config);
  });
}

it("privateKeyJwt", async (scene) => {
  const { registration, key } = await keyPair();
  const config = await configured(scene, registration, () => oidc.PrivateKeyJwt(key));
  await signIn(scene, config);
});

it("clientCredentials", async (scene) => {
  const config = await configured(scene, reports, oidc.ClientSecretBasic);
  const tokens = await oidc.clientCredentialsGrant(config, { scope: "reports:read" });
  assert.equal(tokens.scope, "reports:read");
  const info = await oidc.tokenIntrospection(config, tokens.access_token);
  assert.deepEqual([info.active, info.sub], [true, config.clientMetadata().client_id]);
});

it("device", async (scene) => {
  const config = await configured(scene, tv);
  const shown = await oidc.initiateDeviceAuthorization(config, { scope: "openid" });
  const person = await scene.person();
  const [tokens] = await Promise.all([
    oidc.pollDeviceAuthorizationGrant(config, shown),
    person.letIn(shown.verification_uri_complete),
  ]);
  assert.equal(tokens.claims()?.sub, person.account.id);
});

it("exchange", async (scene) => {
  const shop = await configured(scene, { resources: [ORDERS] });
  const { person, tokens } = await signIn(scene, shop, { resource: ORDERS });
  const orders = await configured(scene, ordersService, oidc.ClientSecretBasic);
  const exchanged = await oidc.genericGrantRequest(orders, EXCHANGE, {
    subject_token: tokens.access_token,
    subject_token_type: ACCESS_TOKEN,
    resource: MAIL,
  });
  assert.equal(exchanged.issued_token_type, ACCESS_TOKEN);
  const info = await oidc.tokenIntrospection(orders, exchanged.access_token);
  assert.deepEqual([info.sub, info.aud], [person.account.id, MAIL]);
});

it("introspection", async (scene) => {
  const registration = { token_endpoint_auth_method: "client_secret_basic" };
  const config = await configured(scene, registration, oidc.ClientSecretBasic);
  const { person, tokens } = await signIn(scene, config);
  for (const token of [tokens.access_token, tokens.refresh_token ?? ""]) {
    const info = await oidc.tokenIntrospection(config, token);
    assert.deepEqual([info.active, info.sub], [true, person.account.id]);
  }
  assert.equal((await oidc.tokenIntrospection(config, "nonsense")).active, false);
});

it("revocation", async (scene) => {
  const config = await configured(scene);
  const { person, tokens } = await signIn(scene, config);
  const refreshToken = tokens.refresh_token ?? "";
  await oidc.tokenRevocation(config, refreshToken);
  await assert.rejects(oidc.refreshTokenGrant(config, refreshToken), { error: "invalid_grant" });
  const asked = oidc.fetchUserInfo(config, tokens.access_token, person.account.id);
  await assert.rejects(asked, { status: 401 });
});

it("logout", async (scene) => {
  const config = await configured(scene);
  const { person, tokens } = await signIn(scene, config);
  const request = oidc.buildEndSessionUrl(config, {
    post_logout_redirect_uri: scene.goodbye,
    id_token_hint: tokens.id_token ?? "",
    state: "on the way out",
  });
  assert.ok(await person.isSignedIn());
  await person.page.goto(String(request));
  assert.equal(person.page.url(), `${scene.goodbye}?state=on+the+way+out`);
  assert.ok(!(await person.isSignedIn()));
});

/** oauth4webapi: what openid-client and @auth/core are made of, by its own functions. */

import assert from "node:assert/strict";

import * as oauth from "oauth4webapi";

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
import { servingTls } from "../lib/mtls.js";
import { client, installed } from "../lib/suite.js";

/**
 * @typedef {import("../lib/suite.js").Scene} Scene
 * @typedef {import("../lib/suite.js").Person} Person
 * @typedef {import("oauth4webapi").DPoPHandle} DPoPHandle
 */

const it = client({ client: "oauth4webapi", version: await installed("oauth4webapi") });

/** The server listens on loopback, without TLS. */
const PLAIN = { [oauth.allowInsecureRequests]: true };


/** The server's metadata. @param {Scene} scene */
async function discover(scene) {
  const issuer = new URL(scene.issuer);
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, PLAIN));
}

/** An application that is registered with the server. */
class Application {
  /**
   * @param {Scene} scene
   * @param {oauth.AuthorizationServer} as
   * @param {oauth.Client} client
   * @param {oauth.ClientAuth} auth
   */
  constructor(scene, as, client, auth) {
    this.scene = scene;
    this.as = as;
    this.client = client;
    this.auth = auth;
  }

  /**
   * Registers it.
   * @param {Scene} scene
   * @param {Record<string, unknown>} [registration]
   * @param {(secret: string) => oauth.ClientAuth} [auth]
   */
  static async of(scene, registration, auth = () => oauth.None()) {
    const { id, secret } = await scene.register(registration);
    return new Application(scene, await discover(scene), { client_id: id }, auth(secret));
  }

  /** What belongs to one sign-in. @param {Record<string, string>} [more] further parameters */
  async transaction(more) {
    const verifier = oauth.generateRandomCodeVerifier();
    const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
    const parameters = {
      client_id: this.client.client_id,
      response_type: "code",
      redirect_uri: this.scene.callback,
      scope: "openid profile email",
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state,
      nonce,
      ...more,
    };
    return { parameters, verifier, state, nonce };
  }

  /** @param {Record<string, string>} parameters */
  request(parameters) {
    const url = new URL(this.as.authorization_endpoint ?? "");
    url.search = String(new URLSearchParams(parameters));
    return url;
  }

  /** @param {Record<string, string>} parameters @param {DPoPHandle} [DPoP] */
  async push(parameters, DPoP) {
    const { as, client, auth } = this;
    const send = async () => {
      const options = { ...PLAIN, DPoP };
      const sent = await oauth.pushedAuthorizationRequest(as, client, auth, parameters, options);
      return oauth.processPushedAuthorizationResponse(as, client, sent);
    };
    const { request_uri } = await withNonce(send);
    return this.request({ client_id: client.client_id, request_uri });
  }

  /**
   * What the answer to a sign-in is good for.
   * @param {URL | URLSearchParams} answer
   * @param {Awaited<ReturnType<Application["transaction"]>>} transaction
   * @param {DPoPHandle} [DPoP]
   */
  redeem(answer, { verifier, state, nonce }, DPoP) {
    const { as, client, auth, scene } = this;
    const checked = oauth.validateAuthResponse(as, client, answer, state);
    return withNonce(async () => {
      const sent = await oauth.authorizationCodeGrantRequest(
        as, client, auth, checked, scene.callback, verifier, { ...PLAIN, DPoP },
      );
      const options = { expectedNonce: nonce, requireIdToken: true };
      return oauth.processAuthorizationCodeResponse(as, client, sent, options);
    });
  }

  /**
   * Signs somebody in.
   * @param {Record<string, string>} [more] further parameters
   * @param {Promise<Person>} [who] who has a session already, if not said otherwise
   */
  async signIn(more, who = this.scene.user()) {
    const person = await who;
    const transaction = await this.transaction(more);
    const answer = await person.authorize(this.request(transaction.parameters));
    const tokens = await this.redeem(answer, transaction);
    assert.equal(oauth.getValidatedIdTokenClaims(tokens)?.sub, person.account.id);
    return { person, tokens };
  }

  /** @param {string} token @param {string} subject @param {DPoPHandle} [DPoP] */
  userInfo(token, subject, DPoP) {
    const { as, client } = this;
    return withNonce(async () => {
      const sent = await oauth.userInfoRequest(as, client, token, { ...PLAIN, DPoP });
      return oauth.processUserInfoResponse(as, client, subject, sent);
    });
  }

  /** @param {string | undefined} token @param {DPoPHandle} [DPoP] */
  refresh(token, DPoP) {
    const { as, client, auth } = this;
    return withNonce(async () => {
      const options = { ...PLAIN, DPoP };
      const sent = await oauth.refreshTokenGrantRequest(as, client, auth, token ?? "", options);
      return oauth.processRefreshTokenResponse(as, client, sent);
    });
  }

  /** @param {string | undefined} token */
  async introspect(token) {
    const { as, client, auth } = this;
    const sent = await oauth.introspectionRequest(as, client, auth, token ?? "", PLAIN);
    return oauth.processIntrospectionResponse(as, client, sent);
  }
}

/**
 * Sends a request once more if the server wants its nonce in the proof.
 * @template T
 * @param {() => Promise<T>} send
 * @returns {Promise<T>}
 */
async function withNonce(send) {
  try {
    return await send();
  } catch (error) {
    if (oauth.isDPoPNonceError(error)) return send();
    throw error;
  }
}

it("discovery", async (scene) => {
  const issuer = new URL(scene.issuer);
  for (const algorithm of /** @type {const} */ (["oidc", "oauth2"])) {
    const sent = await oauth.discoveryRequest(issuer, { ...PLAIN, algorithm });
    const as = await oauth.processDiscoveryResponse(issuer, sent);
    assert.equal(as.issuer, scene.issuer);
  }
});

it("registration", async (scene) => {
  const as = await discover(scene);
  const sent = await oauth.dynamicClientRegistrationRequest(
    as,
    { client_name: "Interop", redirect_uris: [scene.callback] },
    { ...PLAIN, initialAccessToken: await scene.registrationToken() },
  );
  const client = await oauth.processDynamicClientRegistrationResponse(sent);
  const auth = oauth.ClientSecretBasic(String(client.client_secret));
  await new Application(scene, as, client, auth).signIn();
});

it("code", async (scene) => {
  const application = await Application.of(scene);
  const { tokens } = await application.signIn({}, scene.person());
  assert.equal(tokens.token_type, "bearer");
});

it("formPost", async (scene) => {
  const application = await Application.of(scene);
  const transaction = await application.transaction({ response_mode: "form_post" });
  const person = await scene.person();
  const form = await person.authorizeByForm(application.request(transaction.parameters));
  const answer = new URLSearchParams(await form.text());
  const tokens = await application.redeem(answer, transaction);
  assert.equal(oauth.getValidatedIdTokenClaims(tokens)?.sub, person.account.id);
});

it("silent", async (scene) => {
  const application = await Application.of(scene);
  const { person } = await application.signIn();
  const transaction = await application.transaction({ prompt: "none" });
  await person.page.goto(String(application.request(transaction.parameters)));
  const tokens = await application.redeem(new URL(person.page.url()), transaction);
  assert.equal(oauth.getValidatedIdTokenClaims(tokens)?.sub, person.account.id);
});

it("par", async (scene) => {
  const registration = { require_pushed_authorization_requests: true };
  const application = await Application.of(scene, registration);
  const transaction = await application.transaction();
  const person = await scene.person();
  const answer = await person.authorize(await application.push(transaction.parameters));
  const tokens = await application.redeem(answer, transaction);
  assert.equal(oauth.getValidatedIdTokenClaims(tokens)?.sub, person.account.id);
});

it("jar", async (scene) => {
  const { registration, key } = await keyPair();
  const more = { ...registration, require_signed_request_object: true };
  const application = await Application.of(scene, more, () => oauth.PrivateKeyJwt(key));
  const { as, client } = application;
  const transaction = await application.transaction();
  const request = await oauth.issueRequestObject(as, client, transaction.parameters, key);
  const person = await scene.person();
  const answer = await person.authorize(application.request({ client_id: client.client_id, request }));
  const tokens = await application.redeem(answer, transaction);
  assert.equal(oauth.getValidatedIdTokenClaims(tokens)?.sub, person.account.id);
});

it("dpop", async (scene) => {
  const application = await Application.of(scene, { dpop_bound_access_tokens: true });
  const DPoP = oauth.DPoP(application.client, await oauth.generateKeyPair("ES256"));
  const transaction = await application.transaction();
  const person = await scene.person();
  const answer = await person.authorize(await application.push(transaction.parameters, DPoP));
  const tokens = await application.redeem(answer, transaction, DPoP);
  assert.equal(tokens.token_type, "dpop");
  const { id } = person.account;
  assert.equal((await application.userInfo(tokens.access_token, id, DPoP)).sub, id);
  const refreshed = await application.refresh(tokens.refresh_token, DPoP);
  assert.equal(refreshed.token_type, "dpop");
  // As a bearer it is worth nothing.
  await assert.rejects(application.userInfo(refreshed.access_token, id), { status: 401 });
});

it("userinfo", async (scene) => {
  const application = await Application.of(scene);
  const { person, tokens } = await application.signIn();
  const { id, email, name } = person.account;
  const info = await application.userInfo(tokens.access_token, id);
  assert.deepEqual([info.sub, info.email, info.name], [id, email, name]);
});

it("refresh", async (scene) => {
  const application = await Application.of(scene);
  const { person, tokens } = await application.signIn();
  const second = await application.refresh(tokens.refresh_token);
  assert.notEqual(second.refresh_token, tokens.refresh_token);
  const third = await application.refresh(second.refresh_token);
  await application.userInfo(third.access_token, person.account.id);
  // The first has been used, and what it became as well: somebody has stolen it.
  await assert.rejects(application.refresh(tokens.refresh_token), { error: "invalid_grant" });
});

for (const [flow, method, auth] of /** @type {const} */ ([
  ["clientSecretBasic", "client_secret_basic", oauth.ClientSecretBasic],
  ["clientSecretPost", "client_secret_post", oauth.ClientSecretPost],
  ["clientSecretJwt", "client_secret_jwt", oauth.ClientSecretJwt],
])) {
  it(flow, async (scene) => {
    const registration = { token_endpoint_auth_method: method };
    await (await Application.of(scene, registration, auth)).signIn();
  });
}

it("privateKeyJwt", async (scene) => {
  const { registration, key } = await keyPair();
  await (await Application.of(scene, registration, () => oauth.PrivateKeyJwt(key))).signIn();
});

it("mtls", async () => {
  await servingTls(async (url, fetchAs) => {
    const issuer = new URL(url);
    const ledger = { [oauth.customFetch]: fetchAs("ledger") };
    const as = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, ledger),
    );
    assert.equal(as.tls_client_certificate_bound_access_tokens, true);
    const client = { client_id: "ledger", use_mtls_endpoint_aliases: true };
    const ask = async (/** @type {typeof ledger} */ options) => {
      const auth = oauth.TlsClientAuth();
      const asked = { scope: "reports:read" };
      const sent = await oauth.clientCredentialsGrantRequest(as, client, auth, asked, options);
      return oauth.processClientCredentialsResponse(as, client, sent);
    };
    const tokens = await ask(ledger);
    const [, claims] = tokens.access_token.split(".");
    const said = JSON.parse(Buffer.from(claims ?? "", "base64url").toString());
    assert.equal(said.cnf["x5t#S256"].length, 43);
    const stranger = { [oauth.customFetch]: fetchAs("stranger") };
    await assert.rejects(ask(stranger), { error: "invalid_client" });
  });
});

it("clientCredentials", async (scene) => {
  const application = await Application.of(scene, reports, oauth.ClientSecretBasic);
  const { as, client, auth } = application;
  const asked = { scope: "reports:read" };
  const sent = await oauth.clientCredentialsGrantRequest(as, client, auth, asked, PLAIN);
  const tokens = await oauth.processClientCredentialsResponse(as, client, sent);
  assert.equal(tokens.scope, "reports:read");
  const info = await application.introspect(tokens.access_token);
  assert.deepEqual([info.active, info.sub], [true, client.client_id]);
});

it("device", async (scene) => {
  const { as, client, auth } = await Application.of(scene, tv);
  const asked = { scope: "openid" };
  const sent = await oauth.deviceAuthorizationRequest(as, client, auth, asked, PLAIN);
  const shown = await oauth.processDeviceAuthorizationResponse(as, client, sent);
  const ask = async () => {
    const code = shown.device_code;
    const poll = await oauth.deviceCodeGrantRequest(as, client, auth, code, PLAIN);
    return oauth.processDeviceCodeResponse(as, client, poll);
  };
  await assert.rejects(ask(), { error: "authorization_pending" });
  const waited = new Promise((resolve) => setTimeout(resolve, (shown.interval ?? 5) * 1000));
  const person = await scene.person();
  await person.letIn(shown.verification_uri_complete);
  await waited;
  assert.equal(oauth.getValidatedIdTokenClaims(await ask())?.sub, person.account.id);
});

it("exchange", async (scene) => {
  const shop = await Application.of(scene, { resources: [ORDERS] });
  const { person, tokens } = await shop.signIn({ resource: ORDERS });
  const orders = await Application.of(scene, ordersService, oauth.ClientSecretBasic);
  const { as, client, auth } = orders;
  const asked = {
    subject_token: tokens.access_token,
    subject_token_type: ACCESS_TOKEN,
    resource: MAIL,
  };
  const sent = await oauth.genericTokenEndpointRequest(as, client, auth, EXCHANGE, asked, PLAIN);
  const exchanged = await oauth.processGenericTokenEndpointResponse(as, client, sent);
  assert.equal(exchanged.issued_token_type, ACCESS_TOKEN);
  const info = await orders.introspect(exchanged.access_token);
  assert.deepEqual([info.sub, info.aud], [person.account.id, MAIL]);
});

it("introspection", async (scene) => {
  const registration = { token_endpoint_auth_method: "client_secret_basic" };
  const application = await Application.of(scene, registration, oauth.ClientSecretBasic);
  const { person, tokens } = await application.signIn();
  for (const token of [tokens.access_token, tokens.refresh_token]) {
    const info = await application.introspect(token);
    assert.deepEqual([info.active, info.sub], [true, person.account.id]);
  }
  assert.equal((await application.introspect("nonsense")).active, false);
});

it("revocation", async (scene) => {
  const application = await Application.of(scene);
  const { person, tokens } = await application.signIn();
  const { as, client, auth } = application;
  const token = tokens.refresh_token ?? "";
  await oauth.processRevocationResponse(
    await oauth.revocationRequest(as, client, auth, token, PLAIN),
  );
  await assert.rejects(application.refresh(token), { error: "invalid_grant" });
  const asked = application.userInfo(tokens.access_token, person.account.id);
  await assert.rejects(asked, { status: 401 });
});

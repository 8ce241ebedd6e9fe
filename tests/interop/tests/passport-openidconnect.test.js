/** passport-openidconnect: the strategy for Passport, in an application of its own. It has no PKCE. */

import assert from "node:assert/strict";

import express from "express";
import session from "express-session";
import passport from "passport";
import OpenIDConnectStrategy from "passport-openidconnect";

import { serving, shown } from "../lib/serving.js";
import { client, installed } from "../lib/suite.js";

/**
 * @typedef {import("../lib/suite.js").Scene} Scene
 * @typedef {import("../lib/suite.js").Person} Person
 */

const name = "passport-openidconnect";
const it = client({ client: name, version: await installed(name) });

/** It knows no discovery and no other way to authenticate. */
const OLD = { token_endpoint_auth_method: "client_secret_post", require_pkce: false };

/**
 * Signs somebody in to an application.
 * @param {Scene} scene
 * @param {object} [options] of the strategy, besides the usual
 * @returns {Promise<{ person: Person, user: any }>} and what the application knows of them
 */
async function signIn(scene, options) {
  const person = await scene.person();
  let user;
  const make = async (/** @type {string} */ url) => {
    const redirect_uris = [`${url}/callback`];
    const registered = await scene.register({ redirect_uris, ...OLD });
    const authenticator = new passport.Passport();
    authenticator.use(
      new OpenIDConnectStrategy(
        {
          issuer: scene.issuer,
          authorizationURL: `${scene.issuer}/oauth/authorize`,
          tokenURL: `${scene.issuer}/oauth/token`,
          userInfoURL: `${scene.issuer}/oauth/userinfo`,
          clientID: registered.id,
          clientSecret: registered.secret,
          callbackURL: `${url}/callback`,
          scope: ["profile", "email"],
          nonce: true,
          ...options,
        },
        (
          /** @type {string} */ issuer,
          /** @type {object} */ profile,
          /** @type {(error: unknown, user: object) => void} */ done,
        ) => done(null, { issuer, profile }),
      ),
    );
    const app = express();
    const secret = "only for these tests";
    app.use(session({ secret, resave: false, saveUninitialized: false }));
    const authenticate = authenticator.authenticate("openidconnect", { session: false });
    app.get("/login", authenticate);
    app.get("/callback", authenticate, (request, response) => void response.json(Object(request).user));
    return app;
  };
  await serving(make, async (url) => {
    await person.page.goto(`${url}/login`, { waitUntil: "commit" });
    await person.signIn();
    await person.page.waitForURL(`${url}/callback?**`);
    user = await shown(person.page);
  });
  return { person, user };
}

it(["codeWithoutPkce", "clientSecretPost"], async (scene) => {
  const { person, user } = await signIn(scene);
  assert.equal(user.issuer, scene.issuer);
  assert.equal(user.profile.id, person.account.id);
});

it("userinfo", async (scene) => {
  const { person, user } = await signIn(scene, { skipUserProfile: false });
  assert.equal(user.profile.emails[0].value, person.account.email);
});

/** openidconnect: the client for Rust, in a program that does what it is told. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { REPOSITORY } from "../lib/results.js";
import { reports, tv } from "../lib/registrations.js";
import { client } from "../lib/suite.js";

/**
 * @typedef {import("../lib/suite.js").Scene} Scene
 * @typedef {import("../lib/suite.js").Person} Person
 */

const NAME = "portcullis-interop-openidconnect";
const PROGRAM = process.env.PORTCULLIS_OPENIDCONNECT ?? join(REPOSITORY, "target/debug", NAME);

/** The version in the lock file. */
async function version() {
  const lock = await readFile(join(REPOSITORY, "tests/interop/rust/Cargo.lock"), "utf8");
  return /name = "openidconnect"\nversion = "([^"]*)"/.exec(lock)?.[1] ?? "";
}

const it = client({ client: "openidconnect", version: await version(), registry: "crates.io" });

/** One process of the program: one client. */
class Program {
  #child = spawn(PROGRAM, { env: {}, stdio: ["pipe", "pipe", "inherit"] });
  #lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();

  /** Does something. @param {string} what @param {object} [more] @returns {Promise<any>} */
  async ask(what, more) {
    this.#child.stdin.write(`${JSON.stringify({ do: what, ...more })}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("the program has ended");
    const answer = JSON.parse(value);
    if (answer.error) throw new Error(answer.error);
    return answer;
  }

  end() {
    this.#child.kill();
  }
}

/**
 * Does something with a client of that registration.
 * @param {(program: Program, scene: Scene) => Promise<void>} use
 * @param {Record<string, unknown>} [registration]
 */
const as = (use, registration) => async (/** @type {Scene} */ scene) => {
  const program = new Program();
  try {
    const { id, secret } = await scene.register(registration);
    const post = registration?.token_endpoint_auth_method === "client_secret_post";
    const about = { issuer: scene.issuer, redirect_uri: scene.callback };
    const { issuer } = await program.ask("be", { ...about, id, secret, post });
    assert.equal(issuer, scene.issuer);
    await use(program, scene);
  } finally {
    program.end();
  }
};

/**
 * Signs somebody in.
 * @param {Program} program
 * @param {Scene} scene
 * @param {Promise<Person>} [who] who has a session already, if not said otherwise
 */
async function signIn(program, scene, who = scene.user()) {
  const person = await who;
  const { url } = await program.ask("begin");
  const answer = (await person.authorize(url)).searchParams;
  const { sub } = await program.ask("finish", {
    code: answer.get("code"),
    state: answer.get("state"),
  });
  assert.equal(sub, person.account.id);
  return person;
}

const justSignIn = async (/** @type {Program} */ program, /** @type {Scene} */ scene) =>
  void (await signIn(program, scene));

it(
  ["discovery", "code"],
  as(async (program, scene) => void (await signIn(program, scene, scene.person()))),
);
it("clientSecretBasic", as(justSignIn, { token_endpoint_auth_method: "client_secret_basic" }));
it("clientSecretPost", as(justSignIn, { token_endpoint_auth_method: "client_secret_post" }));

it("registration", async (scene) => {
  const program = new Program();
  try {
    const { issuer, callback: redirect_uri } = scene;
    const token = await scene.registrationToken();
    await program.ask("register", { issuer, redirect_uri, token });
    await signIn(program, scene);
  } finally {
    program.end();
  }
});

it(
  "userinfo",
  as(async (program, scene) => {
    const { account } = await signIn(program, scene);
    const { id: sub, email } = account;
    assert.deepEqual(await program.ask("userinfo"), { sub, email });
  }),
);

it(
  "refresh",
  as(async (program, scene) => {
    await signIn(program, scene);
    const { before, after } = await program.ask("refresh");
    assert.ok(before && after && before !== after);
  }),
);

it(
  "introspection",
  as(
    async (program, scene) => {
      const { account } = await signIn(program, scene);
      assert.deepEqual(await program.ask("introspect"), { active: true, sub: account.id });
    },
    { token_endpoint_auth_method: "client_secret_basic" },
  ),
);

it(
  "clientCredentials",
  as(async (program) => {
    const scope = "reports:read";
    assert.deepEqual(await program.ask("client_credentials", { scope }), { scopes: [scope] });
  }, reports),
);

it(
  "device",
  as(async (program, scene) => {
    const { link } = await program.ask("device");
    const person = await scene.person();
    const [{ sub }] = await Promise.all([program.ask("wait"), person.letIn(link)]);
    assert.equal(sub, person.account.id);
  }, tv),
);

it(
  "logout",
  as(async (program, scene) => {
    const person = await signIn(program, scene);
    assert.ok(await person.isSignedIn());
    const { url } = await program.ask("logout", { to: scene.goodbye });
    await person.page.goto(url);
    assert.equal(person.page.url(), `${scene.goodbye}?state=out`);
    assert.ok(!(await person.isSignedIn()));
  }),
);

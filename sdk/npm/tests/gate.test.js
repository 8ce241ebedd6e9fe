/** What gates decide, and that the first paint's matcher answers as the engine does. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";

import { ROOT, source } from "./lib/package.js";

/** @type {typeof import("../src/gate.ts")} */
let gate;
/** @type {typeof import("../src/matching.ts")} */
let matching;
/** @type {typeof import("../wasm/portcullis_sdk.js")} */
let engine;
before(async () => {
  gate = await source("src/gate.ts");
  matching = await source("src/matching.ts");
  engine = await import("../wasm/portcullis_sdk.js");
  await engine.default({ module_or_path: await readFile(`${ROOT}wasm/portcullis_sdk_bg.wasm`) });
});

/** @param {Partial<import("../src/session.ts").SignedInSession>} [details] */
const signedIn = (details) =>
  /** @type {import("../src/session.ts").SignedInSession} */ ({ status: "signedIn", ...details });

test("a gate without a user says why it is shut", () => {
  const ask = { require: "a:b" };
  const can = () => true;
  /** @type {[import("../src/session.ts").Session, string][]} */
  const table = [
    [{ status: "loading" }, "loading"],
    [{ status: "unreachable" }, "offline"],
    [{ status: "error", reason: "load_failed", message: "", docs: "" }, "error"],
    [{ status: "signedOut", reason: "ended" }, "signedOut"],
    [signedIn(), "allowed"],
  ];
  for (const [session, verdict] of table) assert.equal(gate.decide(session, ask, can), verdict);
});

test("everything that is asked must hold, and asking for nothing is denied", () => {
  /** @param {string} permission */
  const can = (permission) => ({ "yes:1": true, "yes:2": true, "no:1": false })[permission];
  /** @type {[import("../src/gate.ts").Question, string][]} */
  const table = [
    [{}, "denied"],
    [{ any: [] }, "denied"],
    [{ all: [] }, "denied"],
    [{ not: [] }, "denied"],
    [{ require: "yes:1", any: [] }, "denied"],
    [{ require: "yes:1", all: [] }, "denied"],
    [{ require: "" }, "loading"],
    [{ require: "yes:1" }, "allowed"],
    [{ require: "no:1" }, "denied"],
    [{ any: ["no:1", "yes:2"] }, "allowed"],
    [{ any: ["no:1"] }, "denied"],
    [{ all: ["yes:1", "yes:2"] }, "allowed"],
    [{ all: ["yes:1", "no:1"] }, "denied"],
    [{ not: "no:1" }, "allowed"],
    [{ not: ["no:1", "yes:1"] }, "denied"],
    [{ require: "yes:1", not: "yes:2" }, "denied"],
    [{ require: "yes:1", any: ["yes:2"], all: ["yes:1"], not: "no:1" }, "allowed"],
    // Not known yet: waits, unless what is known decides.
    [{ require: "unknown:1" }, "loading"],
    [{ not: "unknown:1" }, "loading"],
    [{ all: ["unknown:1", "no:1"] }, "denied"],
    [{ any: ["unknown:1", "yes:1"] }, "allowed"],
    [{ any: ["unknown:1", "no:1"] }, "loading"],
  ];
  for (const [question, verdict] of table) {
    assert.equal(gate.decide(signedIn(), question, can), verdict, JSON.stringify(question));
  }
});

test("who has to confirm it is them is asked to only where they are allowed", () => {
  const session = { ...signedIn(), status: /** @type {const} */ ("stepUp") };
  assert.equal(gate.decide(session, { require: "a:b" }, () => true), "stepUp");
  assert.equal(gate.decide(session, { require: "a:b" }, () => false), "denied");
});

test("the matcher of the first paint answers as the engine in WebAssembly does", () => {
  const words = ["a", "B", "*", "", "a*", "é", "x.y_z-9"];
  /** @type {string[]} */
  const texts = [];
  for (const one of words) {
    texts.push(one);
    for (const two of words) {
      texts.push(`${one}:${two}`);
      for (const three of words) texts.push(`${one}:${two}:${three}`);
    }
  }
  texts.push(`a:${"b".repeat(254)}`, `a:${"b".repeat(255)}`, "a:b\n", " a:b", "a:b:a:B:a");
  let granted = 0;
  const patterns = texts.filter((text) => engineTakes(text));
  assert.ok(patterns.length > 20);
  for (const pattern of patterns) {
    const core = holding([pattern]);
    for (const permission of texts) {
      const expected = core.can(permission);
      granted += Number(expected);
      assert.equal(matching.grants([pattern], permission), expected, `${pattern} ${permission}`);
    }
    core.free();
  }
  assert.ok(granted > patterns.length);
});

/** Whether it is a pattern at all: servers hand down no others. @param {string} text */
const engineTakes = (text) => text === "*" || /^([\w.-]+|\*)(:([\w.-]+|\*))+$/.test(text);

/** An engine whose user has these permissions. @param {string[]} permissions */
function holding(permissions) {
  const core = new engine.Core(false, false, false, true);
  const id = "0192f0c1-2345-7890-8abc-def012345678";
  const user = { id, email: "a@b.example", name: "A", has_password: true, created_at: 0 };
  const times = { auth_time: 0, idle_expires_at: 1e15, expires_at: 1e15 };
  const session = { id, user, roles: [], permissions, version: 1, amr: [], ...times };
  core.handle(0, 0, "signedIn", { session, server_time: 0 });
  return core;
}

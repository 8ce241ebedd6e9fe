/** Which part of a gate is shown for each verdict. */

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { source } from "./lib/package.js";

/** @type {typeof import("../src/slot.ts")} */
let slots;
before(async () => {
  slots = await source("src/slot.ts");
});

const all = {
  children: "children",
  fallback: "fallback",
  loading: "loading",
  denied: "denied",
  stepUp: "stepUp",
  offline: "offline",
};

/** What is shown for all verdicts. @param {import("../src/slot.ts").Slots<string | null>} given */
const shown = (given) =>
  /** @type {const} */ ([
    "allowed",
    "denied",
    "error",
    "loading",
    "offline",
    "signedOut",
    "stepUp",
  ]).map((verdict) => slots.slot(verdict, given));

test("each verdict has its part of a gate", () => {
  assert.deepEqual(shown(all), [
    "children",
    "denied",
    "fallback",
    "loading",
    "offline",
    "fallback",
    "stepUp",
  ]);
});

test("what is left out is stood in for by what says less, and never by what is guarded", () => {
  const { children, fallback, loading } = all;
  const none = undefined;
  assert.deepEqual(shown({}), [none, none, none, none, none, none, none]);
  assert.deepEqual(shown({ children }), [children, none, none, none, none, none, children]);
  assert.deepEqual(shown({ fallback }), [none, fallback, fallback, none, none, fallback, none]);
  assert.deepEqual(shown({ loading }), [none, none, none, loading, loading, none, none]);
  assert.deepEqual(
    shown({ ...all, denied: none, stepUp: none, offline: none }),
    [children, fallback, fallback, loading, loading, fallback, children],
  );
});

test("nothing can be shown on purpose", () => {
  assert.deepEqual(
    shown({ ...all, denied: null, stepUp: null, offline: null }),
    ["children", null, "fallback", "loading", null, "fallback", null],
  );
});

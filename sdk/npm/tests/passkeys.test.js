/** Passkeys to the end of the road, in Chromium with virtual authenticators at the real server. */

import assert from "node:assert/strict";

import { authenticator, newEmail } from "./lib/browser.js";
import { signUp, suite } from "./lib/suite.js";

const { visit } = suite();

/** What a page was told by the browser's own functions. */
const HOOK = () => {
  /** @type {unknown[][]} */
  const told = [];
  Object.assign(window, { told });
  for (const name of ["AllAcceptedCredentials", "CurrentUserDetails", "UnknownCredential"]) {
    Object.assign(PublicKeyCredential, {
      [`signal${name}`]: async (/** @type {unknown} */ about) => {
        told.push([name, about]);
        throw new TypeError("This password manager does not listen.");
      },
    });
  }
};
/** @param {import("playwright-core").Page} page @param {number} count */
const told = async (page, count) => {
  await page.waitForFunction((count) => Reflect.get(window, "told").length >= count, count);
  return /** @type {[string, Record<string, any>][]} */ (
    await page.evaluate(() => Reflect.get(window, "told").splice(0))
  );
};

visit("a browser's means are known by name", async (_, page) => {
  assert.deepEqual(await page.evaluate(() => auth.passkey.capabilities()), {
    passkeys: true,
    autofill: true,
    upgrade: true,
    immediate: true,
    device: false,
    phone: false,
    signals: true,
  });
  await authenticator(page);
  const { device } = await page.evaluate(() => auth.passkey.capabilities());
  assert.equal(device, true);
});

visit("browsers of before 2024 are told apart, and do all that they can", async (visitor, page) => {
  await page.evaluate(() => {
    for (const name of Object.getOwnPropertyNames(PublicKeyCredential)) {
      if (/^(parse|signal|getClient)/.test(name)) Reflect.deleteProperty(PublicKeyCredential, name);
    }
    Reflect.deleteProperty(PublicKeyCredential.prototype, "toJSON");
  });
  await authenticator(page);
  const email = newEmail();
  const said = await page.evaluate(async (email) => {
    const made = await auth.passkey.signUp({ email });
    const again = await auth.passkey.register();
    const renamed = await auth.passkey.rename("none", "x");
    await auth.signOut();
    const signedIn = await auth.passkey.signIn();
    return {
      means: await auth.passkey.capabilities(),
      outcomes: [made, again, renamed, signedIn].map((it) => it.ok || it.reason),
      quiet: await auth.passkey.upgrade(),
      immediate: await auth.passkey.signIn({ immediate: true }),
    };
  }, email);
  assert.deepEqual(said.outcomes, [true, "already_registered", "not_found", true]);
  const { autofill, upgrade, immediate, signals } = said.means;
  assert.deepEqual([autofill, upgrade, immediate, signals], [true, false, false, false]);
  assert.equal(!said.quiet.ok && said.quiet.reason, "not_supported");
  assert.equal(!said.immediate.ok && said.immediate.reason, "not_supported");
  visitor.excuse();
});

visit("asked for at once, there is a passkey or there is none", async (_, page) => {
  await authenticator(page);
  const email = newEmail();
  const said = await page.evaluate(async (email) => {
    await auth.ready;
    const none = await auth.passkey.signIn({ immediate: true });
    const made = await auth.passkey.signUp({ email });
    await auth.signOut();
    const one = await auth.passkey.signIn({ immediate: true });
    return [none, made, one].map((outcome) => outcome.ok || outcome.reason);
  }, email);
  assert.deepEqual(said, ["no_credential", true, true]);
});

visit("hints reach the browser", async (_, page) => {
  await authenticator(page);
  const email = newEmail();
  const hints = await page.evaluate(async (email) => {
    /** @type {unknown[]} */
    const hints = [];
    for (const name of /** @type {const} */ (["parseCreationOptionsFromJSON", "parseRequestOptionsFromJSON"])) {
      const real = /** @type {Function} */ (PublicKeyCredential[name]);
      Object.assign(PublicKeyCredential, {
        [name]: (/** @type {{ hints: unknown }} */ options) => {
          hints.push(options.hints);
          return real.call(PublicKeyCredential, options);
        },
      });
    }
    await auth.passkey.signUp({ email, hints: ["client-device"] });
    await auth.passkey.register({ hints: ["security-key", "hybrid"] });
    await auth.passkey.signIn({ hints: ["hybrid"] });
    return hints;
  }, email);
  assert.deepEqual(hints, [["client-device"], ["security-key", "hybrid"], ["hybrid"]]);
});

visit("a signal ends a ceremony, before it begins and while it waits", async (_, page) => {
  await authenticator(page, { willing: false });
  const account = await signUp(page);
  const reasons = await page.evaluate(async (account) => {
    const aborted = AbortSignal.abort();
    const soon = () => AbortSignal.timeout(300);
    const outcomes = [
      await auth.passkey.signIn({ signal: aborted }),
      await auth.passkey.register({ signal: aborted }),
      await auth.passkey.upgrade({ signal: aborted }),
      await auth.passkey.signUp({ email: account.email, signal: aborted }),
      await auth.passkey.signIn({ signal: soon() }),
      await auth.passkey.signIn({ autofill: true, signal: soon() }),
      await auth.passkey.register({ signal: soon() }),
    ];
    return outcomes.map((outcome) => outcome.ok || outcome.reason);
  }, account);
  assert.deepEqual(reasons, Array(7).fill("aborted"));
});

visit("what browsers report differently has one name each", async (visitor, page) => {
  await signUp(page);
  const reasons = await page.evaluate(async () => {
    /** @param {string} name */
    const failing = (name) => {
      const fail = () => Promise.reject(new DOMException("", name));
      Object.assign(navigator.credentials, { get: fail, create: fail });
    };
    /** @type {Record<string, unknown>} */
    const reasons = {};
    const names = "NotAllowedError TimeoutError AbortError InvalidStateError SecurityError NotSupportedError UnknownError ConstraintError";
    for (const name of names.split(" ")) {
      failing(name);
      const outcomes = [
        await auth.passkey.signIn(),
        await auth.passkey.signIn({ immediate: true }),
        await auth.passkey.register(),
        await auth.passkey.upgrade(),
      ];
      reasons[name] = outcomes.map((outcome) => outcome.ok || outcome.reason).join(" ");
    }
    return reasons;
  });
  assert.deepEqual(reasons, {
    NotAllowedError: "cancelled no_credential cancelled cancelled",
    TimeoutError: "timed_out timed_out timed_out timed_out",
    AbortError: "aborted aborted aborted aborted",
    InvalidStateError: "not_supported not_supported already_registered already_registered",
    SecurityError: Array(4).fill("not_allowed_here").join(" "),
    NotSupportedError: Array(4).fill("not_supported").join(" "),
    UnknownError: Array(4).fill("not_supported").join(" "),
    ConstraintError: Array(4).fill("not_supported").join(" "),
  });
  visitor.excuse();
});

visit("a dialog takes the place of autofill, which comes back when it is cancelled", async (visitor, page) => {
  const device = await authenticator(page, { willing: false });
  const begun = () =>
    visitor.requested.filter((path) => path.endsWith("/passkeys/sign-in/begin")).length;
  const first = page.waitForRequest("**/passkeys/sign-in/begin");
  await page.evaluate(() => {
    Object.assign(window, { waiting: auth.passkey.signIn({ autofill: true }) });
  });
  await first;
  const dialog = await page.evaluate(async () => {
    const outcome = await auth.passkey.signIn({ signal: AbortSignal.timeout(500) });
    return outcome.ok || outcome.reason;
  });
  assert.equal(dialog, "aborted");
  while (begun() < 3) await page.waitForTimeout(20);
  const still = await page.evaluate(() =>
    Promise.race([Reflect.get(window, "waiting"), new Promise((end) => setTimeout(end, 300, "waits"))]),
  );
  assert.equal(still, "waits");

  // Somebody signs in by another way, and the offer is over.
  await signUp(page);
  const ended = await page.evaluate(() => Reflect.get(window, "waiting"));
  assert.equal(ended.reason, "aborted");
  assert.equal(begun(), 3);
  await device.say(true);
});

visit("autofill that waits for a dialog ends with its signal, and with a sign-in there", async (_, page) => {
  const device = await authenticator(page);
  await signUp(page);
  await page.evaluate(async () => {
    await auth.passkey.register();
    await auth.signOut();
  });
  await device.say(false);
  const reasons = await page.evaluate(async () => {
    const signal = AbortSignal.timeout(300);
    const dialog = auth.passkey.signIn({ signal: AbortSignal.timeout(900) });
    const first = await auth.passkey.signIn({ autofill: true, signal });
    return [first, await dialog].map((outcome) => outcome.ok || outcome.reason);
  });
  assert.deepEqual(reasons, ["aborted", "aborted"]);

  await device.say(true);
  const together = await page.evaluate(async () => {
    const dialog = auth.passkey.signIn();
    const offer = await auth.passkey.signIn({ autofill: true });
    return [offer, await dialog].map((outcome) => outcome.ok || outcome.reason);
  });
  assert.deepEqual(together, ["aborted", true]);
});

visit("the browser hears which passkeys are left, and what the user is called", async (_, page) => {
  await authenticator(page);
  const { email } = await signUp(page);
  await page.evaluate(HOOK);
  const { id, credentialId } = await page.evaluate(async () => {
    const added = await auth.passkey.register();
    return added.ok ? added.passkey : { id: "", credentialId: "" };
  });
  const [accepted, details] = await told(page, 2);
  assert.ok(accepted && details);
  const { rpId, userId } = accepted[1];
  assert.equal(rpId, "localhost");
  assert.match(userId, /^[\w-]{22}$/);
  const all = [credentialId];
  assert.deepEqual(accepted, [
    "AllAcceptedCredentials",
    { rpId, userId, allAcceptedCredentialIds: all },
  ]);
  const user = { rpId, userId, name: email, displayName: "Ada" };
  assert.deepEqual(details, ["CurrentUserDetails", user]);

  await page.evaluate((id) => auth.passkey.rename(id, "Laptop"), id);
  assert.deepEqual(await told(page, 2), [accepted, details]);
  const listed = await page.evaluate(() => auth.passkey.list());
  assert.deepEqual(Object.keys(listed), ["ok", "passkeys"]);
  assert.deepEqual(await told(page, 1), [accepted]);
  await page.evaluate((id) => auth.passkey.delete(id), id);
  const [left] = await told(page, 2);
  assert.deepEqual(left?.[1].allAcceptedCredentialIds, []);
});

visit("the browser is told to forget a passkey that no account has", async (visitor, page) => {
  await authenticator(page);
  const email = newEmail();
  await page.evaluate(async (email) => {
    await auth.passkey.signUp({ email });
    await auth.signOut();
  }, email);
  await page.evaluate(HOOK);
  // As if it had been deleted from another device: the server knows of no such id.
  await page.route("**/passkeys/sign-in/finish", (route) => {
    const body = route.request().postDataJSON();
    const id = body.credential.id.replace(/.{4}$/, "AAAA");
    const credential = { ...body.credential, id, rawId: id };
    return route.continue({ postData: JSON.stringify({ ...body, credential }) });
  });
  const outcome = await page.evaluate(() => auth.passkey.signIn());
  assert.equal(!outcome.ok && outcome.reason, "passkey_unknown");
  const [[what, about] = []] = await told(page, 1);
  assert.equal(what, "UnknownCredential");
  assert.equal(about?.["rpId"], "localhost");
  assert.match(about?.["credentialId"], /^[\w-]{20,}$/);
  visitor.excuse();
});

visit("Chromium's own authenticator forgets what it is told to", async (_, page) => {
  const device = await authenticator(page);
  const account = await signUp(page);
  const id = await page.evaluate(async () => {
    const added = await auth.passkey.register();
    return added.ok ? added.passkey.id : "";
  });
  assert.equal(await device.count(), 1);
  assert.deepEqual(await device.names(), [[account.email, "Ada"]]);
  await page.evaluate((id) => auth.passkey.delete(id), id);
  while (await device.count()) await page.waitForTimeout(20);
});

visit("a passkey is added without asking after a sign-in with a password", async (_, page) => {
  const device = await authenticator(page);
  await signUp(page);
  const said = await page.evaluate(async () => {
    // Chromium's virtual authenticators have no password manager that could agree by itself: what it
    // would be asked is looked at here, and asked as usual.
    const create = navigator.credentials.create.bind(navigator.credentials);
    /** @type {unknown[]} */
    const asked = [];
    navigator.credentials.create = (options) => {
      const { mediation, ...rest } = /** @type {{ mediation?: unknown }} */ (options);
      asked.push(mediation);
      return create(rest);
    };
    const added = await auth.passkey.upgrade({ name: "By itself" });
    const again = await auth.passkey.upgrade();
    return { asked, added, again };
  });
  assert.deepEqual(said.asked, ["conditional", "conditional"]);
  assert.equal(said.added.ok && said.added.passkey.name, "By itself");
  assert.equal(await device.count(), 1);
  assert.equal(!said.again.ok && said.again.reason, "already_registered");
});

/**
 * Every word that the elements show, in English, German, French, Spanish and Japanese, and what
 * failures are in these languages. Only the language that is asked for is loaded.
 *
 * @packageDocumentation
 */

import type { Failure, Reason } from "../outcome.js";
import type english from "./en.js";

type English = typeof english;

/** The texts of one language. */
export type Text = { readonly [Key in keyof English]: string };

/** A language there are texts for, as its BCP 47 tag. */
export type Language = "en" | "de" | "fr" | "es" | "ja";

type Names<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Names<Rest>
  : never;

/** What a text leaves room for: `{ name: string }` for `Your account: {name}`. */
export type Values<Key extends keyof Text> = Record<Names<English[Key]>, string>;

const editions: Record<Language, () => Promise<{ default: Text }>> = {
  en: () => import("./en.js"),
  de: () => import("./de.js"),
  fr: () => import("./fr.js"),
  es: () => import("./es.js"),
  ja: () => import("./ja.js"),
};

/** The language of a BCP 47 tag, whatever its region: `de-AT` is German. */
export function languageOf(tag: string): Language | undefined {
  const primary = tag.split("-", 1)[0]?.toLowerCase() ?? "";
  return Object.hasOwn(editions, primary) ? (primary as Language) : undefined;
}

/**
 * The first language that there are texts for, else English.
 *
 * @param tags - BCP 47 tags, the preferred one first; left out: the document's language, then the
 * browser's.
 */
export function preferredLanguage(
  tags: readonly string[] = [document.documentElement.lang, ...navigator.languages],
): Language {
  for (const tag of tags) {
    const language = languageOf(tag);
    if (language) return language;
  }
  return "en";
}

/** Loads the texts of a language. */
export const loadText = async (language: Language): Promise<Text> =>
  (await editions[language]()).default;

/** A text with its values. Values are not looked at again, whatever is in them. */
export const say = <Key extends keyof Text>(text: Text, key: Key, values: Values<Key>): string =>
  text[key].replace(/\{(\w+)\}/g, (_, name: Names<English[Key]>) => values[name]);

/** What went wrong, by its reason; nothing where there is nothing to say. */
const messages: Record<Reason, keyof Text | undefined> = {
  // The user ended it, or the program did.
  cancelled: undefined,
  aborted: undefined,
  popup_closed: undefined,
  network: "errorNetwork",
  unexpected_answer: "errorInternal",
  signed_out: "errorSignedOut",
  wrong_mode: "errorPage",
  timed_out: "errorCeremony",
  not_supported: "errorNotSupported",
  not_allowed_here: "errorNotHere",
  already_registered: "errorPasskeyHere",
  redirect_invalid: "errorRedirect",
  redirect_refused: "errorRedirect",
  popup_blocked: "errorPopup",
  popup_isolated: "errorRedirect",
  redirected: "errorInternal",
  body_not_replayable: "errorInternal",
  no_credential: "errorNoPasskey",
  load_failed: "errorLoad",
  worker_failed: "errorLoad",
  wasm_blocked: "errorBlocked",
  invalid_request: "errorInternal",
  not_found: "errorNotFound",
  method_not_allowed: "errorInternal",
  request_timeout: "errorCeremony",
  payload_too_large: "errorInternal",
  unsupported_media_type: "errorInternal",
  not_authenticated: "errorSignedOut",
  invalid_credentials: "signInFailed",
  forbidden: "errorForbidden",
  step_up_required: "errorStepUp",
  csrf_rejected: "errorInternal",
  cookie_session_required: "errorPage",
  rate_limited: "errorLimited",
  busy: "errorBusy",
  email_invalid: "errorEmail",
  name_invalid: "errorName",
  profile_invalid: "errorProfile",
  password_too_short: "errorPasswordShort",
  password_too_long: "errorPasswordLong",
  password_too_weak: "errorPasswordWeak",
  registration_refused: "errorRegistration",
  ceremony_invalid: "errorCeremony",
  passkey_rejected: "passkeyFailed",
  passkey_unknown: "passkeyFailed",
  passkey_exists: "errorPasskeyHere",
  passkey_limit: "errorPasskeyLimit",
  second_factor_required: "errorSecondFactor",
  totp_limit: "errorTotpLimit",
  last_credential: "errorLastWayIn",
  not_yourself: "errorNotYourself",
  last_admin: "errorLastAdmin",
  link_invalid: "errorLink",
  code_invalid: "errorCode",
  mail_unavailable: "errorNoMail",
  conflict: "errorInternal",
  setup_unavailable: "errorSetup",
  internal: "errorInternal",
  unknown: "errorInternal",
};

/** The server says what exactly is to be mended, in English. */
const tellsMore = /^(email|name|password_too)_|^(invalid_request|last_credential|unknown)$/;

/**
 * What a failure is for the person in front of the page: what happened and what to do about it.
 * Empty where the user ended it themselves, which needs no words.
 */
export function messageOf(failure: Failure, text: Text): string {
  const { reason, message, retryAfter = 60 } = failure;
  if (text.language === "en" && tellsMore.test(reason)) return message;
  const key = messages[reason];
  if (key === "errorLimited") return say(text, key, { wait: span(retryAfter, text.language) });
  return key ? text[key] : "";
}

/** So many seconds, in words: `30 seconds`, `2 minutes`. */
function span(seconds: number, language: string): string {
  const [count, unit] =
    seconds < 60 ? [Math.max(seconds, 1), "second"] : [Math.ceil(seconds / 60), "minute"];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(count);
}

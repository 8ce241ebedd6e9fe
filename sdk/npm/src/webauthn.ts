/** The browser's side of a passkey ceremony. */

import { failure } from "./http.js";
import type { Failure } from "./outcome.js";

/** Which ceremony: a new passkey, by dialog or without asking; or one of those there are, by dialog,
 * by a dialog that opens only if there is one, or by autofill. */
export type Ceremony = "create" | "upgrade" | "get" | "immediate" | "autofill";

/** What the browser is told of who is to be asked. */
const MEDIATION: { [ceremony in Ceremony]?: Record<string, string> } = {
  upgrade: { mediation: "conditional" },
  autofill: { mediation: "conditional" },
  immediate: { uiMode: "immediate" },
};

type Json = Record<string, unknown>;

/** Why this page may not use passkeys, if it may not. */
export function unsupported(): Failure | undefined {
  if (!isSecureContext) return failure("not_allowed_here");
  return typeof PublicKeyCredential === "function" ? undefined : failure("not_supported");
}

/** Runs a ceremony with the server's options: the credential as JSON, or why there is none. */
export async function run(
  ceremony: Ceremony,
  options: Json,
  signal: AbortSignal,
): Promise<{ ok: true; credential: unknown } | Failure> {
  const begun = performance.now();
  try {
    const wishes = { signal, ...MEDIATION[ceremony] };
    const credential = isNew(ceremony)
      ? await navigator.credentials.create({ publicKey: parseOptions(options, true), ...wishes })
      : await navigator.credentials.get({ publicKey: parseOptions(options, false), ...wishes });
    return credential ? { ok: true, credential: toJson(credential) } : failure("cancelled");
  } catch (error) {
    const timedOut = performance.now() - begun >= Number(options["timeout"] ?? Infinity);
    return failure(reasonOf((error as Error | undefined)?.name, ceremony, timedOut));
  }
}

/**
 * What an exception of `navigator.credentials` means (WebAuthn level 3 sections 5.1.3, 5.1.4).
 * The browser does not tell apart a user who said no, one who had no passkey and one who let the
 * time run out, so that pages cannot find out which it was; only the time can be measured.
 */
function reasonOf(name: string | undefined, ceremony: Ceremony, timedOut: boolean) {
  switch (name) {
    case "NotAllowedError":
      if (ceremony === "immediate") return "no_credential";
      return timedOut ? "timed_out" : "cancelled";
    case "TimeoutError":
      return "timed_out";
    case "AbortError":
      return "aborted";
    case "InvalidStateError":
      return isNew(ceremony) ? "already_registered" : "not_supported";
    case "SecurityError":
      return "not_allowed_here";
    case "TypeError":
      return "unexpected_answer";
    default:
      return "not_supported";
  }
}

const isNew = (ceremony: Ceremony) => ceremony === "create" || ceremony === "upgrade";

function parseOptions(options: Json, create: true): PublicKeyCredentialCreationOptions;
function parseOptions(options: Json, create: false): PublicKeyCredentialRequestOptions;
function parseOptions(options: Json, create: boolean): unknown {
  const known = PublicKeyCredential as unknown as Record<string, (options: Json) => unknown>;
  const parse = create ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
  if (known[parse]) return known[parse](options);
  // Browsers of before 2024: the same object with bytes in place of base64url.
  const withId = (item: unknown) => ({ ...(item as Json), id: decode((item as Json)["id"]) });
  const bytes: Json = { ...options, challenge: decode(options["challenge"]) };
  if (options["user"]) bytes["user"] = withId(options["user"]);
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    const items = options[list];
    if (Array.isArray(items)) bytes[list] = items.map(withId);
  }
  return bytes;
}

/** A credential as `toJSON` gives it, also where that is missing or throws, as it does in some
 * password managers' replacements. */
function toJson(credential: Credential): unknown {
  const publicKey = credential as PublicKeyCredential;
  try {
    return publicKey.toJSON() as unknown;
  } catch {
    const { id, type, rawId, authenticatorAttachment } = publicKey;
    const from = publicKey.response as AuthenticatorResponse & Json;
    const response: Json = {};
    const names = ["clientDataJSON", "attestationObject", "authenticatorData", "signature"];
    for (const name of [...names, "userHandle"]) {
      if (from[name]) response[name] = encode(from[name] as ArrayBuffer);
    }
    const { getTransports } = from;
    if (typeof getTransports === "function") response["transports"] = getTransports.call(from);
    const clientExtensionResults = publicKey.getClientExtensionResults();
    return {
      id,
      type,
      rawId: encode(rawId),
      authenticatorAttachment,
      clientExtensionResults,
      response,
    };
  }
}

/** base64url without padding as bytes. */
export function decode(text: unknown): Uint8Array<ArrayBuffer> {
  const binary = atob(String(text).replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

/** Bytes as base64url without padding. */
export function encode(bytes: ArrayBuffer): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

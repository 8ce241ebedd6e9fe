
"use strict";
// Answers "client_id session_state" with "unchanged", "changed" or "error" (OpenID Connect Session
// Management 1.0, section 4.2). The hash is over the origin that asks, so an answer is of use to nobody
// but who the session_state was made for.
const NAME = "__Host-portcullis-state=";

const state = () => {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(NAME));
  return found === undefined ? "" : found.slice(NAME.length);
};

const base64url = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const judge = async (message, origin) => {
  const parts = typeof message === "string" ? message.split(" ") : [];
  const said = /^([\w-]{43})\.([\w-]{1,64})$/.exec(parts[1] ?? "");
  if (parts.length !== 2 || parts[0] === "" || said === null) return "error";
  // Where the browser keeps our cookies from frames of other sites, none is seen, which is not that
  // nobody is signed in. "error" keeps the application from asking over and over, or signing out.
  if (document.hasStorageAccess !== undefined && !(await document.hasStorageAccess())) return "error";
  const text = `${parts[0]} ${origin} ${state()} ${said[2]}`;
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return base64url(new Uint8Array(hash)) === said[1] ? "unchanged" : "changed";
};

addEventListener("message", (event) => {
  // A sandboxed page has no origin that could be answered.
  if (event.source === null || event.origin === "null" || event.origin === "") return;
  const answer = (word) => event.source.postMessage(word, event.origin);
  judge(event.data, event.origin).then(answer, () => answer("error"));
});

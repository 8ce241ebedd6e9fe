import { auth } from "/sdk/elements/auto/index.js";

import { forget, load } from "./notes.js";

const element = (id) => document.getElementById(id);

auth.subscribe((session) => {
  element("name").textContent = session.user?.name ?? "";
  element("trouble").textContent = trouble(session);
});

// Who may read everybody's notes sees others than before.
let reader;
auth.subscribe((session) => {
  const now = session.user && `${session.user.id} ${auth.can("notes:read")}`;
  if (now === reader) return;
  reader = now;
  element("said").textContent = "";
  if (now) void load();
  else forget();
});

/** What may be in the way, in words. */
function trouble(session) {
  if (session.status === "error") return session.message;
  if (session.status === "unreachable") return "The server cannot be reached.";
  if (session.status === "signedIn" && session.stale) return "You are offline.";
  return "";
}

element("passkey").addEventListener("click", async () => {
  const outcome = await auth.passkey.register();
  const added = "Passkey added. Next time, sign in with it.";
  element("said").textContent = outcome.ok ? added : outcome.message;
});

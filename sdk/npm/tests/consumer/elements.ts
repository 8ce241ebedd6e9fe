/** How the elements and their words are used, and what does not compile. */

import { createAuth, type Traced } from "@portcullis/sdk";
import { defineDevtools, type DevtoolsElement } from "@portcullis/sdk/devtools";
import { defineElements, type SignInElement } from "@portcullis/sdk/elements";
import { loadText, messageOf, say, type Language } from "@portcullis/sdk/text";

const auth = createAuth();
defineElements({ auth, app: "Orders", language: "de" });
// @ts-expect-error: there is no client
defineElements({});
// @ts-expect-error: there are no Dutch words
defineElements({ auth, language: "nl" });

const card: SignInElement = document.createElement("pc-sign-in");
document.body.append(card);
const verdict = document.querySelector("pc-permission-gate")?.verdict;
export const open: boolean = verdict === "allowed";

defineDevtools({ auth, keep: 1_000 });
const panel: DevtoolsElement = document.createElement("pc-devtools");
document.body.append(panel);
const stop: () => void = auth.trace((told: Traced) => {
  if (told.source === "gate") console.debug(told.question.require, told.verdict);
  else console.debug(told.kind, told.about);
});
addEventListener("pagehide", stop);

const language: Language = "ja";
const text = await loadText(language);
export const label: string = say(text, "menuLabel", { name: "Ada" });
// @ts-expect-error: a value is missing
say(text, "menuLabel", {});
// @ts-expect-error: there is no such value
say(text, "menuLabel", { name: "Ada", role: "user" });
// @ts-expect-error: there is no such text
say(text, "menuLabels", { name: "Ada" });

const outcome = await auth.signOut();
if (!outcome.ok) console.warn(messageOf(outcome, text));

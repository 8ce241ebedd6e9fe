/** What the application can be told to ask, and how often each part has been rendered. */

import type { Question } from "@portcullis/sdk";

export const asked = $state<{ question: Question; resource: string }>({
  question: { require: "notes:write" },
  resource: "note:42",
});

export const renders: Record<string, number> = {};

/** Shows a text, and counts that it was shown. */
export function shown(id: string, text: string): string {
  renders[id] = (renders[id] ?? 0) + 1;
  return text;
}

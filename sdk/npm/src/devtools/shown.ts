/** What the panels of the page show. */

import type { Recorder } from "./recorder.js";

let recorder: Recorder | undefined;
const panels = new Set<() => void>();

/** What records, once there is a client. */
export const current = (): Recorder | undefined => recorder;

/** Makes the panels show what this one records. */
export function show(next: Recorder): void {
  recorder = next;
  for (const anew of [...panels]) anew();
}

/** Calls `anew` when something else is to be shown. */
export function follow(anew: () => void): () => void {
  panels.add(anew);
  return () => panels.delete(anew);
}

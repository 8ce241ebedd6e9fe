/** Which part of a gate is shown: one choice for React, Vue, Svelte and plain elements. */

import type { Verdict } from "./gate.js";

/**
 * What a gate may show, in whatever form its framework has that. `undefined` is left out; any other
 * value counts as given, so that React's `null` is how to say that nothing is to be shown.
 */
export interface Slots<T> {
  /** What the gate guards. */
  children?: T | undefined;
  /** Instead of it, where nothing more fitting is given. */
  fallback?: T | undefined;
  /** While it is not known who is signed in, or what the server says about the resource. */
  loading?: T | undefined;
  /** To those who are signed in and may not. */
  denied?: T | undefined;
  /** To those who may once they have confirmed it is them; left out: what the gate guards. */
  stepUp?: T | undefined;
  /** While the server has not been reached since the page was loaded; left out: as `loading`. */
  offline?: T | undefined;
}

/** What a gate shows for a verdict; `undefined`: nothing. */
export function slot<T>(verdict: Verdict, slots: Slots<T>): T | undefined {
  const { children, fallback, loading, denied = fallback } = slots;
  const { stepUp = children, offline = loading } = slots;
  const shown: Record<Verdict, T | undefined> = {
    allowed: children,
    denied,
    error: fallback,
    loading,
    offline,
    signedOut: fallback,
    stepUp,
  };
  return shown[verdict];
}

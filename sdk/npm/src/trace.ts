/** What the client tells of itself to tools, such as `<pc-devtools>`. */

import type { Question, Verdict } from "./gate.js";

/** What the client has heard of, or asks the browser for. */
export interface TracedStep {
  /** Heard of (`event`), or asked for (`effect`). */
  source: "event" | "effect";
  /** Which one. For people to read: any version may have other ones. */
  kind: string;
  /** What may be said about it: numbers and names, and no token, code or key. */
  about?: unknown;
}

/** What a gate was told. */
export interface TracedGate {
  /** A decision. */
  source: "gate";
  /** What it asked for. */
  question: Question;
  /** What it is to show. */
  verdict: Verdict;
}

/** Something that the client tells of itself. */
export type Traced = TracedStep | TracedGate;

/** Who hears it. */
export type Tracer = (told: Traced) => void;

/** What may be said about an event or effect. Everything else may be a secret, or lead to one. */
const SAID = [
  ...["id", "what", "lock", "message", "kind", "session", "version", "tokens", "expires_in"],
  ...["generation", "failures", "wait", "rejected", "done", "retryAfter", "waiter", "reason"],
];

/** Tells of an event or effect of the machine's. */
export function told(source: "event" | "effect", kind: string, about: unknown): Traced {
  try {
    // What other tabs say may be of any shape.
    const said = JSON.stringify(about, SAID) as string | undefined;
    return { source, kind, about: said && (JSON.parse(said) as unknown) };
  } catch {
    return { source, kind };
  }
}

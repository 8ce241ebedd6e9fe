/** Keeps what the client told of itself, from the beginning and up to a limit. */

import type { Auth } from "../auth.js";
import type { Question } from "../gate.js";
import { Reader, type Line } from "./reader.js";

/** A line, when it was written, and which one it is. */
export interface Entry extends Line {
  id: number;
  /** By the page's clock, in milliseconds since 1970. */
  at: number;
}

export class Recorder {
  /** Oldest first. */
  entries: Entry[] = [];
  readonly auth: Auth;
  readonly #keep: number;
  readonly #reader = new Reader();
  readonly #listeners = new Set<() => void>();
  readonly #ends: (() => void)[];
  #count = 0;

  constructor(auth: Auth, keep: number) {
    this.auth = auth;
    this.#keep = keep;
    this.#ends = [
      // First of all, so that nothing is missed.
      auth.trace((told) => {
        const line = this.#reader.read(told, performance.now());
        if (line && told.source === "gate") line.about = { ...Object(line.about), why: this.#why(told.question) };
        this.#add(line);
      }),
      auth.subscribe((session) => {
        if (session.status !== "loading") this.#add(this.#reader.session(session));
      }),
    ];
  }

  /** Calls `listener` when there is something new, or nothing left. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  clear(): void {
    this.entries = [];
    this.#changed();
  }

  /** Hears nothing any more. */
  stop(): void {
    for (const end of this.#ends) end();
  }

  #add(line: Line | undefined): void {
    if (!line) return;
    this.entries.push({ id: (this.#count += 1), at: Date.now(), ...line });
    // Now and then, and many at once.
    if (this.entries.length > this.#keep * 2) this.entries = this.entries.slice(-this.#keep);
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Why the permissions of a question are granted or not, as far as this page knows. */
  #why({ require, any = [], all = [], not = [], on }: Question) {
    if (on !== undefined) return "The server decides about single resources.";
    const asked = [...(require === undefined ? [] : [require]), ...any, ...all, ...[not].flat()];
    return asked.map((permission) => this.auth.explain(permission));
  }
}

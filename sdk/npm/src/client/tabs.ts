/** Locks between tabs. */

import type { Lock } from "./core.js";

/** One request for a lock: how to stop asking for it, and then how to give it back. */
interface Slot {
  abort?: AbortController | undefined;
  release?: (() => void) | undefined;
}

/** The locks of this tab, where the browser has any. */
export class Locks {
  readonly #name: string;
  readonly #slots: { [lock in Lock]?: Slot } = {};

  /** @param name - What tells these locks from those of other servers. */
  constructor(name: string) {
    this.#name = name;
  }

  /** Asks for a lock; `news` is told that it is held, or that it will not come. */
  request(lock: Lock, news: (granted: boolean) => void): void {
    const slot: Slot = (this.#slots[lock] = { abort: new AbortController() });
    /** The lock is held for as long as the promise that this returns is pending. */
    const granted = () =>
      new Promise<void>((resolve) => {
        // Asked for once more since then, or no longer wanted.
        if (this.#slots[lock] !== slot || !slot.abort) return resolve();
        slot.abort = undefined;
        slot.release = resolve;
        queueMicrotask(() => news(true));
      });
    const ended = () => {
      const ours = this.#slots[lock] === slot && (slot.abort || slot.release);
      slot.abort = slot.release = undefined;
      if (ours) news(false);
    };
    try {
      const { signal } = slot.abort as AbortController;
      navigator.locks
        .request(`portcullis-${lock}:${this.#name}`, { signal }, granted)
        .catch(ended);
    } catch {
      queueMicrotask(ended);
    }
  }

  /** Gives a lock back, or stops asking for it. */
  release(lock: Lock): void {
    const slot = this.#slots[lock];
    const { abort, release } = slot ?? {};
    if (slot) slot.abort = slot.release = undefined;
    abort?.abort();
    release?.();
  }
}

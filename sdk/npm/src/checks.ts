/** Questions about single resources: asked of the server in batches, remembered until a change. */

import { fail } from "./failure.js";
import type { Outcome } from "./outcome.js";

/** One question, as it is sent. */
export interface Check {
  permission: string;
  resource: string;
}

/** Asks the server; the answers come in the order of the questions. */
export type Ask = (checks: Check[]) => Promise<Outcome<{ decisions: { allowed: boolean }[] }>>;

/** The most that the server takes at once. */
const BATCH = 200;
/** Milliseconds after which what could not be answered is asked again, when it is asked about. */
const AGAIN = 5_000;

interface Entry {
  answer?: boolean;
  /** Why there is no answer, and when that was. */
  failed?: number;
  waiting: ((outcome: Outcome<{ allowed: boolean }>) => void)[];
}

/** What the server has said about resources, and what it is about to be asked. */
export class Checks {
  readonly #ask: Ask;
  readonly #changed: () => void;
  #entries = new Map<string, Entry>();
  #queue: Check[] = [];

  constructor(ask: Ask, changed: () => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  /** The answer, if it is known; otherwise it is asked for, and {@link Ask} follows. */
  peek(permission: string, resource: string): boolean | undefined {
    return this.#entry(permission, resource).answer;
  }

  /** The answer, once it is known, or why it cannot be known. */
  check(permission: string, resource: string): Promise<Outcome<{ allowed: boolean }>> {
    const entry = this.#entry(permission, resource);
    if (entry.answer !== undefined) return Promise.resolve({ ok: true, allowed: entry.answer });
    return new Promise((resolve) => entry.waiting.push(resolve));
  }

  /** Forgets all answers: the user, or what they may do, has changed. */
  clear(): void {
    const before = this.#entries;
    this.#entries = new Map();
    this.#queue = [];
    // Whoever waits wants the answer as of now.
    for (const [key, { waiting }] of before) {
      if (!waiting.length) continue;
      const [permission = "", resource = ""] = key.split("\n");
      this.#entry(permission, resource).waiting.push(...waiting);
    }
  }

  #entry(permission: string, resource: string): Entry {
    const key = `${permission}\n${resource}`;
    let entry = this.#entries.get(key);
    const again = entry?.failed !== undefined && performance.now() - entry.failed > AGAIN;
    if (!entry || again) {
      this.#entries.set(key, (entry = { waiting: [] }));
      if (this.#queue.push({ permission, resource }) === 1) frame(() => void this.#flush());
    }
    return entry;
  }

  async #flush(): Promise<void> {
    const entries = this.#entries;
    const queue = this.#queue.splice(0);
    const batches = [];
    while (queue.length) batches.push(queue.splice(0, BATCH));
    await Promise.all(batches.map((batch) => this.#send(entries, batch)));
  }

  async #send(entries: Map<string, Entry>, batch: Check[]): Promise<void> {
    const outcome = await this.#ask(batch);
    // Meant for somebody who is no longer signed in, or may do other things by now.
    if (entries !== this.#entries) return;
    batch.forEach(({ permission, resource }, index) => {
      const entry = entries.get(`${permission}\n${resource}`);
      if (!entry) return;
      const decision = outcome.ok ? outcome.decisions[index] : undefined;
      if (decision) entry.answer = decision.allowed;
      else entry.failed = performance.now();
      const told: Outcome<{ allowed: boolean }> = decision
        ? { ok: true, allowed: decision.allowed }
        : outcome.ok
          ? fail("unexpected_answer", "The server left a question out.")
          : outcome;
      for (const resolve of entry.waiting.splice(0)) resolve(told);
    });
    this.#changed();
  }
}

/** All that is asked about while a frame is made goes in one request; hidden pages make no frames. */
function frame(act: () => void): void {
  if (document.hidden) setTimeout(act);
  else requestAnimationFrame(act);
}

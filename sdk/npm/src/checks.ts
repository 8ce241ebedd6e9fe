/** Questions about single resources: asked of the server in batches, remembered until a change. */

import { fail } from "./failure.js";
import { isPermission } from "./matching.js";
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
/** Milliseconds after which what could not be answered is asked again. */
const AGAIN = 5_000;
/** How many answers are remembered: far more than a page shows. */
const REMEMBERED = 5_000;
/** What the server takes for a resource: `type:id`, of at most 256 code points. */
const RESOURCE = /^(?!.{257})[\w.-]+:\P{Cc}+$/u;

interface Entry {
  check: Check;
  answer?: boolean;
  /** Why there is no answer, and from when on it is asked for again. */
  again?: number;
  waiting: ((outcome: Outcome<{ allowed: boolean }>) => void)[];
}

/** What the server has said about resources, and what it is about to be asked. */
export class Checks {
  readonly #ask: Ask;
  readonly #changed: () => void;
  #entries = new Map<string, Entry>();
  #queue: Entry[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ask: Ask, changed: () => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  /** The answer, if it is known; otherwise it is asked for, and `changed` follows. */
  peek(permission: string, resource: string): boolean | undefined {
    return makesSense(permission, resource) && this.#entry({ permission, resource }).answer;
  }

  /** The answer, once it is known, or why it cannot be known. */
  check(permission: string, resource: string): Promise<Outcome<{ allowed: boolean }>> {
    // One question that makes no sense would spoil the answers to all others.
    const known = makesSense(permission, resource) ? undefined : false;
    const entry = known === undefined && this.#entry({ permission, resource });
    const allowed = entry ? entry.answer : known;
    if (!entry || allowed !== undefined) return Promise.resolve({ ok: true, allowed: !!allowed });
    return new Promise((resolve) => entry.waiting.push(resolve));
  }

  /** Forgets all answers: the user, or what they may do, has changed. */
  clear(): void {
    const before = this.#entries;
    this.#entries = new Map();
    this.#queue = [];
    // Whoever waits wants the answer as of now.
    for (const { check, waiting } of before.values()) {
      if (waiting.length) this.#entry(check).waiting.push(...waiting);
    }
  }

  #entry(check: Check): Entry {
    // A permission has no space, so that no two questions share a key.
    const key = `${check.permission} ${check.resource}`;
    let entry = this.#entries.get(key);
    if (!entry || (entry.again ?? Infinity) <= performance.now()) {
      entry = { check, waiting: [] };
      // Last of all: the first are forgotten first.
      this.#entries.delete(key);
      this.#entries.set(key, entry);
      if (this.#queue.push(entry) === 1) frame(() => void this.#flush());
    } else if (entry.again !== undefined) {
      this.#wake(entry.again);
    }
    return entry;
  }

  async #flush(): Promise<void> {
    const entries = this.#entries;
    const queue = this.#queue.splice(0);
    const batches = [];
    while (queue.length) batches.push(queue.splice(0, BATCH));
    await Promise.all(batches.map((batch) => this.#send(entries, batch)));
    for (const [key, { waiting }] of entries) {
      if (entries.size <= REMEMBERED) break;
      if (!waiting.length) entries.delete(key);
    }
  }

  async #send(entries: Map<string, Entry>, batch: Entry[]): Promise<void> {
    const outcome = await this.#ask(batch.map(({ check }) => check));
    // Meant for somebody who is no longer signed in, or may do other things by now.
    if (entries !== this.#entries) return;
    batch.forEach((entry, index) => {
      const decision = outcome.ok ? outcome.decisions[index] : undefined;
      const allowed = decision?.allowed;
      if (allowed !== undefined) entry.answer = allowed;
      else {
        const wait = outcome.ok ? 0 : (outcome.retryAfter ?? 0) * 1000;
        this.#wake((entry.again = performance.now() + Math.max(wait, AGAIN)));
      }
      const told: Outcome<{ allowed: boolean }> =
        allowed !== undefined
          ? { ok: true, allowed }
          : outcome.ok
            ? fail("unexpected_answer", "The server left a question out.")
            : outcome;
      for (const resolve of entry.waiting.splice(0)) resolve(told);
    });
    this.#changed();
  }

  /** Lets whoever shows something ask again, then. */
  #wake(at: number): void {
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        this.#changed();
      },
      // Timers may come a little early.
      at - performance.now() + 20,
    );
  }
}

const makesSense = (permission: string, resource: string) =>
  isPermission(permission) && RESOURCE.test(resource);

/** All that is asked about while a frame is made goes in one request; hidden pages make no frames. */
function frame(act: () => void): void {
  if (document.hidden) setTimeout(act);
  else requestAnimationFrame(act);
}

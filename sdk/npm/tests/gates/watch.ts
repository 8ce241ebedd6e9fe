/** Watches the many gates of a page: how often each has followed, and what every frame shows. */

import { createAuth, type Auth, type Question } from "../../src/index.js";

/** What came of one change of the user's permissions. */
export interface Followed {
  /** Milliseconds from the session's change until all gates had been told to decide anew. */
  told: number;
  /** The same until the last gate had followed. */
  script: number;
  /** The same until the page had drawn the frame that shows it. */
  drawn: number;
  /** Which frame after the change showed it; 1: the very next one. */
  frame: number;
  /** How many gates had it right in each frame, from the one before, without repetitions. */
  frames: number[];
  /** How often the gates have changed: the one that did so the least, and the most. */
  least: number;
  most: number;
}

declare global {
  interface Window {
    /**
     * Resolves once a change that comes after this call is over: nothing has moved for a while.
     * `moves`: it is one that gates follow.
     */
    change(moves: boolean): Promise<Followed>;
  }
}

/** Frames without anything new after which a change is over. */
const QUIET = 20;

/**
 * What the gate with this number asks, which is open for editors: a thousand different permissions,
 * some known by a wildcard alone, some exactly. Each tenth is open for all others instead.
 */
export function question(index: number): Question {
  const number = index % 1000;
  if (index % 10 === 0) return { not: `docs:edit:${number}` };
  if (index % 10 === 1) return { any: ["covers:edit", `docs:read:${number}`] };
  return { require: `docs:edit:${number}` };
}

/** Whether a gate that shows its children says that the user is an editor. */
const saysEditor = (open: boolean, index: number) => open === (index % 10 !== 0);

/**
 * The client of the page. For tests of the watching itself the address may wish for a fault in it:
 * `?half`: every second gate hears of changes two frames late; `?deaf`: one never does.
 */
export function client(): Auth {
  const real = createAuth();
  window.auth = real;
  const { search } = location;
  if (!search) return real;
  let count = 0;
  const onChange = (listener: () => void) => {
    count += 1;
    if (search === "?deaf" && count === 500) return () => {};
    if (search !== "?half" || count % 2) return real.onChange(listener);
    return real.onChange(() =>
      requestAnimationFrame(() => requestAnimationFrame(listener)),
    );
  };
  return Object.create(real, { onChange: { value: onChange } }) as Auth;
}

/**
 * Begins to watch.
 * @param gates - What stands for the gates in the document, in their order.
 * @param isOpen - Whether one of them shows its children.
 * @param what - Which changes of the document are those of a gate; there is one in each change.
 */
export function watch(
  gates: readonly Element[],
  isOpen: (gate: Element) => boolean,
  what: MutationObserverInit,
): void {
  const numbers = new Map<Node, number>(gates.map((gate, index) => [gate, index]));
  const editors = () => gates.filter((gate, index) => saysEditor(isOpen(gate), index)).length;

  window.change = (moves) =>
    new Promise((resolve) => {
      const times = new Uint32Array(gates.length);
      const followed: Followed = {
        ...{ told: 0, script: 0, drawn: 0 },
        ...{ frame: 0, frames: [editors()], least: 0, most: 0 },
      };
      let begun = 0;
      let moved = false;
      let since = 0;
      let quiet = 0;
      const stop = auth.subscribe(() => {
        if (!moved) [begun, since] = [performance.now(), 0];
      });
      // After all gates, since it comes last; and they listen once all who subscribe know.
      const stopToo = auth.onChange(() => {
        followed.told ||= performance.now() - begun;
        quiet = 0;
      });
      const observer = new MutationObserver((records) => {
        followed.script = performance.now() - begun;
        moved = true;
        quiet = 0;
        for (const { type, target, addedNodes } of records) {
          const index = numbers.get(target);
          if (index === undefined || (type === "childList" && !addedNodes.length)) continue;
          times[index] = (times[index] ?? 0) + 1;
        }
      });
      for (const gate of gates) observer.observe(gate, what);
      const { port1, port2 } = new MessageChannel();
      // A task of its own, which comes after the frame.
      port2.onmessage = () => (followed.drawn = performance.now() - begun);

      const frame = () => {
        since += 1;
        const now = editors();
        if (now !== followed.frames.at(-1)) {
          followed.frames.push(now);
          followed.frame = since;
          port1.postMessage(undefined);
        }
        quiet += 1;
        if (!(moves ? moved : followed.told) || quiet < QUIET) return void requestAnimationFrame(frame);
        stop();
        stopToo();
        observer.disconnect();
        port1.close();
        followed.least = times.reduce((a, b) => Math.min(a, b));
        followed.most = times.reduce((a, b) => Math.max(a, b));
        resolve(followed);
      };
      requestAnimationFrame(frame);
    });
}

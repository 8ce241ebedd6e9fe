/**
 * Signing in in a window of its own.
 *
 * Servers that keep their pages apart from others (`Cross-Origin-Opener-Policy`) cut the tie between
 * that window and ours: it looks closed from here as soon as it is there. So the answer comes over a
 * channel of our own origin, and a window that looks closed is taken to be so only if it was seen
 * open on the server's page before.
 */

import type { Returned } from "./client.js";
import type { EngineConfig, EngineLike } from "./site.js";
import { failure } from "./http.js";
import type { Failure, Outcome } from "./outcome.js";
import { POPUP } from "./page.js";

/** What goes over the channel. */
interface Said {
  answer?: Record<string, string>;
  taken?: string;
}

/** How often the window is looked at, in milliseconds. */
const LOOK = 250;
/** How long the answer of a window may take that is closed, or that the user came back from. */
const GRACE = 3_000;
/** How long an answer is waited for at all. */
const PATIENCE = 600_000;

const channelOf = ({ server }: EngineConfig) => new BroadcastChannel(`portcullis-popup:${server}`);

/** Sends the window to the server, and waits for the answer. */
export async function signInWithPopup(
  engine: EngineLike,
  config: EngineConfig,
  popup: Window,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  const begun = signal?.aborted ? failure("aborted") : await engine.begin("/", POPUP);
  if (!begun.ok || !begun.value.transaction) {
    popup.close();
    return begun.ok ? failure("wrong_mode") : begun;
  }
  if (popup.closed) return failure("popup_closed");
  const { url, transaction } = begun.value;
  const channel = channelOf(config);
  const redeemed = new Promise<Outcome>((resolve) => {
    channel.onmessage = ({ data }) => {
      const { answer } = (data ?? {}) as Said;
      if (answer?.["state"] !== transaction.state) return;
      channel.postMessage({ taken: transaction.state } satisfies Said);
      channel.close();
      const redeem = async (): Promise<Outcome> => {
        const outcome = await engine.redeem(transaction, answer);
        popup.close();
        return outcome.ok ? { ok: true } : outcome;
      };
      resolve(redeem());
    };
  });
  setTimeout(() => channel.close(), PATIENCE);
  popup.location.replace(url);
  const ended = await Promise.race([redeemed, lost(popup, signal)]);
  // One that cannot be seen may yet succeed.
  if (!ended.ok && (ended.reason === "aborted" || ended.reason === "popup_closed")) channel.close();
  return ended;
}

/** Waits until there is reason to believe that no answer will come. */
function lost(popup: Window, signal: AbortSignal | undefined): Promise<Failure> {
  return new Promise((resolve) => {
    const ending = new AbortController();
    const end = (reason: "aborted" | "timed_out" | "popup_closed" | "popup_isolated") => {
      ending.abort();
      clearInterval(timer);
      resolve(failure(reason));
    };
    const begun = performance.now();
    let seen = false;
    let closed = false;
    const timer = setInterval(() => {
      if (performance.now() - begun > PATIENCE) end("timed_out");
      if (closed) return;
      closed = popup.closed;
      if (!closed) {
        seen ||= isElsewhere(popup);
      } else if (seen) {
        // The window may have closed itself with its answer still on the way.
        setTimeout(() => end("popup_closed"), GRACE);
      } else {
        // Isolated, or closed by a very quick user. Whoever comes back here is done with it.
        const back = () => setTimeout(() => end("popup_isolated"), GRACE);
        for (const event of ["focus", "pointerdown", "keydown"]) {
          addEventListener(event, back, { signal: ending.signal, once: true });
        }
      }
    }, LOOK);
    signal?.addEventListener(
      "abort",
      () => {
        popup.close();
        end("aborted");
      },
      { signal: ending.signal },
    );
  });
}

/** Whether the window shows a page of another origin. */
function isElsewhere(popup: Window): boolean {
  try {
    return !popup.location.href;
  } catch {
    return true;
  }
}

/** In that window, back from the server: hands the answer to the page that waits for it. */
export async function handOver(
  config: EngineConfig,
  answer: Record<string, string>,
): Promise<Returned> {
  const channel = channelOf(config);
  const taken = new Promise<boolean>((resolve) => {
    channel.onmessage = ({ data }) => {
      if (((data ?? {}) as Said).taken === answer["state"]) resolve(true);
    };
    setTimeout(() => resolve(false), GRACE);
  });
  channel.postMessage({ answer } satisfies Said);
  if (!(await taken)) return failure("redirect_invalid");
  channel.close();
  close();
  return { ok: true, popup: true };
}

/** Says in plain words what the client tells of itself. In English, as the names of its API are. */

import type { Question, Verdict } from "../gate.js";
import type { Session } from "../session.js";
import type { Traced } from "../trace.js";

/** What a line is about. */
export type Kind = "session" | "refresh" | "lock" | "tab" | "gate";

/** One line of the timeline. */
export interface Line {
  kind: Kind;
  text: string;
  /** How it turned out; left out: neither well nor badly. */
  tone?: "good" | "bad";
  /** How long it took, in milliseconds. */
  took?: number;
  /** What else is known about it. */
  about?: unknown;
}

/** What may be said about an event or effect. */
interface About {
  id?: number;
  what?: "session" | "refresh" | "revoke";
  lock?: string;
  kind?: string;
  message?: About;
  session?: { session?: object | null };
  tokens?: { expires_in?: number };
  generation?: number;
  failures?: number;
  wait?: number;
  rejected?: boolean | number;
  done?: boolean;
  retryAfter?: number;
  reason?: string;
  version?: number;
}

/** What tabs say to each other. */
const MESSAGES = new Map([
  ["session", "what the server says about the session"],
  ["signed_out", "the user has signed out"],
  ["ended", "the session is over"],
  ["want_tokens", "are there newer tokens?"],
  ["tokens", "here are the newest tokens"],
  ["failed", "a refresh has failed, wait"],
]);

const REQUESTS = {
  session: "who is signed in",
  refresh: "new tokens",
  revoke: "that tokens are over",
};

/** How many questions' verdicts are remembered. */
const REMEMBERED = 20_000;

/** A span of time in words. */
export function span(millis: number): string {
  if (millis < 1_000) return `${Math.round(millis)} ms`;
  if (millis < 120_000) return `${Number((millis / 1_000).toFixed(1))} s`;
  return `${Math.round(millis / 60_000)} min`;
}

/** A question in words. */
export function asked({ require, any, all, not, on }: Question): string {
  const none = typeof not === "string" ? [not] : not;
  const parts = [
    require,
    any && `any of ${any.join(", ") || "nothing"}`,
    all && `all of ${all.join(", ") || "nothing"}`,
    none && `not ${none.join(", ")}`,
    on !== undefined && `on ${on}`,
  ];
  return parts.filter(Boolean).join(" · ") || "nothing asked for";
}

const TONES: { [verdict in Verdict]?: "good" | "bad" } = {
  allowed: "good",
  denied: "bad",
  offline: "bad",
  error: "bad",
};

/** Makes lines of what is told, one after the other. */
export class Reader {
  readonly #sent = new Map<number | undefined, { what: keyof typeof REQUESTS; at: number }>();
  /** Since when a lock is waited for, and since when it is held. */
  readonly #waiting = new Map<string, number>();
  readonly #held = new Map<string, number>();
  readonly #verdicts = new Map<string, Verdict>();

  /** A line for what was told at this moment; none for what is of no interest. */
  read(told: Traced, now: number): Line | undefined {
    if (told.source === "gate") return this.#gate(told.question, told.verdict);
    const { kind } = told;
    const about = Object(told.about) as About;
    const line =
      told.source === "event"
        ? this.#event(kind, about, told.about, now)
        : this.#effect(kind, about, now);
    if (line && told.about !== undefined) line.about = told.about;
    return line;
  }

  /** A line for a session that was not shown before. */
  session(session: Session): Line {
    const { status } = session;
    const line: Line = { kind: "session", text: `The session is ${status} now` };
    const { reason, stale, version, roles, permissions } = session as unknown as Record<string, unknown>;
    line.about = { status, reason, stale, version, roles, permissions };
    if (reason !== undefined) line.text += `: ${String(reason)}`;
    if (stale) line.text += ", as of the last that was heard";
    if (status === "signedIn" && !stale) line.tone = "good";
    if (status === "error" || status === "unreachable") line.tone = "bad";
    return line;
  }

  #gate(question: Question, verdict: Verdict): Line | undefined {
    const { require, any, all, not, on } = question;
    const key = JSON.stringify([require, any, all, not, on]);
    const before = this.#verdicts.get(key);
    if (before === verdict) return undefined;
    for (const first of this.#verdicts.keys()) {
      if (this.#verdicts.size < REMEMBERED) break;
      this.#verdicts.delete(first);
    }
    this.#verdicts.set(key, verdict);
    const was = before ? `, was ${before}` : "";
    const line: Line = { kind: "gate", text: `${asked(question)} is ${verdict}${was}` };
    const tone = TONES[verdict];
    if (tone) line.tone = tone;
    line.about = { question: { require, any, all, not, on }, verdict };
    return line;
  }

  #event(kind: string, about: About, value: unknown, now: number): Line | undefined {
    const session = (text: string): Line => ({ kind: "session", text });
    const tab = (text: string): Line => ({ kind: "tab", text });
    switch (kind) {
      case "started":
        return tab("The client of this tab starts");
      case "visible":
        return tab(value ? "The tab is shown" : "The tab is hidden");
      case "restored":
        return tab("The page is back from the browser’s cache");
      case "online":
        return tab(value ? "The browser is online" : "The browser is offline");
      case "message":
        return tab(`Another tab: ${said(about)}`);
      case "signedIn":
        return { ...session("A sign-in has succeeded"), tone: "good" };
      case "redeemed":
        return { ...session(`A sign-in by redirect has succeeded${life(about)}`), tone: "good" };
      case "signedOut":
        return session("The user signs out");
      case "stepUpCancelled":
        return session("The user does not want to confirm it is them");
      case "refused":
        return { ...session(`The server refuses a request: ${String(value)}`), tone: "bad" };
      case "look":
        return session("The session may have changed");
      case "hello":
        return session("The server’s stream of events is open");
      case "changed":
        return session("The server says that roles or permissions have changed");
      case "ended":
        return { ...session("The server says that the session is over"), tone: "bad" };
      case "streamClosed":
        return { ...session("The server’s stream of events has closed"), tone: "bad" };
      case "needToken":
        if (about.rejected === undefined) return undefined;
        return { kind: "refresh", text: "A request was refused with its token", tone: "bad" };
      case "leader":
      case "refresh":
        return this.#granted(kind, !!value, now);
      case "response":
        return this.#answered(about, now);
      default:
        return undefined;
    }
  }

  #effect(kind: string, about: About, now: number): Line | undefined {
    const { lock = "", id } = about;
    switch (kind) {
      case "send": {
        const { what = "session" } = about;
        this.#sent.set(id, { what, at: now });
        const verb = what === "revoke" ? "Tells the server" : "Asks the server for";
        const text = what === "session" ? "Asks the server who is signed in" : `${verb} ${REQUESTS[what]}`;
        return { kind: what === "refresh" ? "refresh" : "session", text };
      }
      case "abort": {
        const sent = this.#sent.get(id);
        if (!sent) return undefined;
        this.#sent.delete(id);
        const text = `Waits no longer for the server’s answer: ${REQUESTS[sent.what]}`;
        return { kind: sent.what === "refresh" ? "refresh" : "session", text, took: now - sent.at };
      }
      case "broadcast":
        return { kind: "tab", text: `To the other tabs: ${said(about.message ?? {})}` };
      case "request":
        this.#waiting.set(lock, now);
        return { kind: "lock", text: `Asks for the lock “${lock}”` };
      case "release":
        return this.#released(lock, now);
      case "open":
        return { kind: "session", text: "Listens to the server, for all tabs" };
      case "close":
        return { kind: "session", text: "Listens to the server no longer" };
      case "settle":
        if (about.reason === undefined) return undefined;
        return { kind: "refresh", text: `A request gets no token: ${about.reason}`, tone: "bad" };
      default:
        return undefined;
    }
  }

  #granted(lock: string, granted: boolean, now: number): Line {
    const since = this.#waiting.get(lock) ?? now;
    this.#waiting.delete(lock);
    const took = now - since;
    if (!granted) return { kind: "lock", text: `Does not get the lock “${lock}”`, tone: "bad", took };
    this.#held.set(lock, now);
    return { kind: "lock", text: `Has the lock “${lock}”`, tone: "good", took };
  }

  #released(lock: string, now: number): Line {
    const since = this.#held.get(lock);
    const waited = this.#waiting.get(lock);
    this.#held.delete(lock);
    this.#waiting.delete(lock);
    if (since !== undefined) {
      return { kind: "lock", text: `Gives the lock “${lock}” back`, took: now - since };
    }
    const text = `Waits for the lock “${lock}” no longer`;
    return { kind: "lock", text, took: now - (waited ?? now) };
  }

  #answered(about: About, now: number): Line | undefined {
    const sent = this.#sent.get(about.id);
    this.#sent.delete(about.id);
    if (!sent) return undefined;
    const took = now - sent.at;
    const { what } = sent;
    const kind = what === "refresh" ? "refresh" : "session";
    if (about.tokens) return { kind, text: `There are new tokens${life(about)}`, tone: "good", took };
    if (about.session) {
      const who = about.session.session ? "somebody is" : "nobody is";
      return { kind, text: `The server says that ${who} signed in`, tone: "good", took };
    }
    if (about.rejected) {
      const text =
        what === "refresh"
          ? "The server says that this sign-in is over"
          : "The server does not take the access token";
      return { kind, text, tone: "bad", took };
    }
    if (what === "revoke" && about.done) {
      return { kind, text: "The server knows that the tokens are over", tone: "good", took };
    }
    const { retryAfter } = about;
    const again = retryAfter === undefined ? "" : `, and wants to be left alone for ${retryAfter} s`;
    return { kind, text: `The server was not reached, or had no answer${again}`, tone: "bad", took };
  }
}

/** What a message between tabs says. Any script of the origin may send one, of any shape. */
function said({ kind = "", wait }: About): string {
  const text = MESSAGES.get(kind) ?? "something that no client says";
  return typeof wait === "number" ? `${text} ${span(wait)}` : text;
}

/** How long an access token lives, in words. */
const life = ({ tokens }: About): string =>
  tokens?.expires_in === undefined ? "" : `, good for ${span(tokens.expires_in * 1_000)}`;

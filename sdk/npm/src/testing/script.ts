import type { Auth } from "../auth.js";
import { fail } from "../failure.js";
import type { Failure, Outcome, Reason } from "../outcome.js";

type Asynchronous<T, Name extends keyof T = keyof T> = Name extends string
  ? T[Name] extends (...args: never[]) => Promise<Outcome>
    ? Name
    : never
  : never;

/** The name of a call that comes to an outcome, such as `password.signIn`. */
export type Call =
  | Asynchronous<Auth>
  | {
      [Part in keyof Auth & string]: Auth[Part] extends (...args: never[]) => unknown
        ? never
        : `${Part}.${Asynchronous<Auth[Part]>}`;
    }[keyof Auth & string];

/** A call that was made. */
export interface Calls {
  /** Which one; `fetch` as well. */
  call: Call | "fetch";
  /** What it was given. */
  args: readonly unknown[];
}

/**
 * What a call is answered: the reason it fails for; a whole failure; or what to wait for first, with
 * nothing or a reason at its end.
 */
export type Answer = Reason | Failure | Promise<Reason | Failure | undefined>;

/** What calls come to, in the order that a test has said. */
export class Script {
  /** All calls so far. */
  readonly calls: Calls[] = [];
  /** Whether the server can be reached. */
  reachable = true;
  readonly #next = new Map<Call | "fetch", Answer[]>();

  /** The next such call comes to this. */
  next(call: Call | "fetch", answer: Answer): void {
    this.#next.set(call, [...(this.#next.get(call) ?? []), answer]);
  }

  /** Runs a call, unless the test has said that it comes to something else. */
  async run<T extends object>(
    call: Call | "fetch",
    args: readonly unknown[],
    act: () => Outcome<T>,
  ): Promise<Outcome<T>> {
    this.calls.push({ call, args });
    // Nothing is answered in the same turn, as with a real server.
    const answer = await this.#next.get(call)?.shift();
    if (answer) return typeof answer === "string" ? because(answer) : answer;
    return this.reachable ? act() : because("network");
  }
}

/** A failure for this reason. Its text is for programmers: the real one is the server's. */
export const because = (reason: Reason): Failure => fail(reason, `The test says: ${reason}.`);

import type { Outcome, Traced } from "../../../src/index.js";
import type { Clock } from "./odd.js";

declare global {
  interface Window {
    /** The path where the page's client is called back. */
    callback?: string;
    /** What the button of the page does. */
    clicked(): void;
    /** What comes of that. */
    outcome: Promise<Outcome>;
    /** What ends it. */
    end: AbortController;
    /** What the page's client has told of itself, if it is to. */
    traced?: Traced[];
    /** How many requests the page has begun. */
    turns: number;
  }
  /** The clocks of a page or worker that were made odd. */
  var clock: Clock;
  /** The server of the page's client. */
  var server: string;
}

import type { Outcome } from "../../../src/index.js";
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
    /** How many requests the page has begun. */
    turns: number;
  }
  /** The clocks of a page or worker that were made odd. */
  var clock: Clock;
  /** The server of the page's client. */
  var server: string;
}

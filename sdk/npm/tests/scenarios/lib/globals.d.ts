import type { Clock } from "./odd.js";

declare global {
  /** The clocks of a page or worker that were made odd. */
  var clock: Clock;
  /** The server of the page's client. */
  var server: string;
}

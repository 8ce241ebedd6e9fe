/** The server's stream of events, through the browser's `EventSource`. */

import type { Driver } from "./driver.js";
import { parse } from "./http.js";

/** An open stream. */
export type Stream = Pick<EventSource, "close">;

/** Listens to the server's stream. */
export function listen(driver: Driver): Stream | undefined {
  let source: EventSource;
  try {
    source = new EventSource(`${driver.server}/api/auth/events`);
  } catch {
    return undefined;
  }
  for (const kind of ["hello", "changed", "ended"] as const) {
    source.addEventListener(kind, ({ data }) => driver.tell(kind, parse(data)));
  }
  source.onerror = () => {
    // While it is connecting again, the browser sees to it by itself.
    if (source.readyState === EventSource.CLOSED) driver.tell("streamClosed");
  };
  return source;
}

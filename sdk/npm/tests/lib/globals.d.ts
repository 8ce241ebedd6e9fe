import type { Auth, Session } from "../../src/index.js";

declare global {
  interface Window {
    /** The client of the page under test. */
    auth: Auth;
    /** What a test's listener has heard. */
    heard: Session[];
  }
  /** As on the page, for functions that run there. */
  const auth: Auth;
}

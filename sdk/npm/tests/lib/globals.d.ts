import type { Auth, Question, Session } from "../../src/index.js";

declare global {
  interface Window {
    /** The client of the page under test. */
    auth: Auth;
    /** Options that a test wishes its page's client to have. */
    wishes?: object;
    /** What a test's listener has heard. */
    heard: Session[];
    /** How often each part of a framework's page has been rendered. */
    renders: Record<string, number>;
    /** What a framework's page asks, for a test to change. */
    asked: { question: Question; resource: string };
    /** What a server has rendered, by its id. */
    served: Map<string, Element>;
  }
  /** As on the page, for functions that run there. */
  const auth: Auth;
  /** What a test's listeners have heard. */
  var verdicts: string[];
}

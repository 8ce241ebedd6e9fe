/** What tests put into pages. */
declare namespace globalThis {
  /** Each text that the page has shown. */
  var shown: string[];
}

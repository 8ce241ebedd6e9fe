/** The list of gates beside the notes, and how fast they move. */

/** @typedef {import("playwright-core").Page} Page */

/** @param {Page} page @param {string} words @param {"Open" | "Closed"} state */
export function gate(page, words, state) {
  const gates = page.getByRole("region", { name: "Your gates" });
  const line = gates.getByRole("listitem").filter({ hasText: words });
  return line.getByText(state, { exact: true });
}

/**
 * Milliseconds until `locator` shows, from now on.
 * @param {import("playwright-core").Locator} locator
 */
export async function timeTo(locator) {
  const start = performance.now();
  await locator.waitFor();
  return Math.round(performance.now() - start);
}

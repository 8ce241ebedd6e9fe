/** What may happen to a tab that neither it nor its user has chosen. */

/** @typedef {import("playwright-core").Page} Page */

/** Its process dies. @param {Page} tab */
export async function crash(tab) {
  const crashed = tab.waitForEvent("crash");
  const devtools = await tab.context().newCDPSession(tab);
  devtools.send("Page.crash").catch(() => "It takes its answer along.");
  await crashed;
}

/**
 * Nothing runs in it any more; it keeps what it holds, and what is said to it waits.
 * @param {Page} tab
 * @param {import("./network.js").Network} network
 * @returns {Promise<() => Promise<void>>} what lets it go on
 */
export async function hang(tab, network) {
  const { held, release } = network.hold({ path: "/slow" });
  const hung = tab.evaluate(() => {
    const request = new XMLHttpRequest();
    // Not asynchronous: until it is answered the page stands still.
    request.open("GET", `${server}/slow`, false);
    try {
      request.send();
    } catch {
      // The answer is not for other origins.
    }
  });
  await held;
  return () => {
    release();
    return hung;
  };
}

/**
 * Runs this in each tab and in its worker, if it has one, at once.
 * @param {Page[]} tabs
 * @param {() => void} run
 */
export const everywhere = (tabs, run) =>
  Promise.all(
    tabs.flatMap((tab) => [tab.evaluate(run), ...tab.workers().map((worker) => worker.evaluate(run))]),
  );

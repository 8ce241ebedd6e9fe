/** Getting about with the keyboard alone. */

import assert from "node:assert/strict";

/** @typedef {import("playwright-core").Page} Page */

/**
 * Presses Tab until `target` has the focus. Every stop on the way has to show where one is.
 * @param {Page} page
 * @param {import("playwright-core").Locator} target
 * @param {{ back?: boolean }} [options] the other way round
 */
export async function tabTo(page, target, { back = false } = {}) {
  await target.waitFor();
  /** @type {string[]} */
  const stops = [];
  while (!(await hasFocus(target))) {
    assert.ok(stops.length < 60, `never reached; came by: ${stops.join(" | ")}`);
    await page.keyboard.press(back ? "Shift+Tab" : "Tab");
    stops.push(await focusShown(page));
  }
}

/** @param {import("playwright-core").Locator} target */
export function hasFocus(target) {
  return target.evaluate((element) => element === document.activeElement);
}

/** Makes sure that the focus can be seen, and says where it is. @param {Page} page */
async function focusShown(page) {
  const { name, shown } = await page.evaluate(() => {
    const element = document.activeElement ?? document.body;
    // A field without a frame of its own may leave it to what is around it.
    const visible = [element, element.parentElement ?? element].some((it) => {
      const style = getComputedStyle(it);
      const outline = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
      return outline || style.boxShadow !== "none";
    });
    const box = element.getBoundingClientRect();
    const inView = box.bottom > 0 && box.top < innerHeight && box.width > 0;
    return {
      name:
        element.getAttribute("aria-label") ??
        (element.textContent?.trim().slice(0, 40) || element.tagName),
      // Leaving the page for the browser's own controls is no stop.
      shown: element === document.body || (inView && visible),
    };
  });
  assert.ok(shown, `the focus on “${name}” cannot be seen`);
  return name;
}

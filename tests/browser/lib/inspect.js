/** Looking at a page as people with different eyes, screens and settings do. */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import axe from "axe-core";

/** Where pictures go. */
export const SCREENSHOTS = process.env.PORTCULLIS_SCREENSHOTS ?? "../../target/screenshots";

/**
 * @typedef {import("playwright-core").Page} Page
 * @typedef {{ width: number, height: number, scheme: "light" | "dark", touch: boolean }} Look
 */

/** Desktop and phone, light and dark, and the narrowest width that WCAG 2.2 asks for (1.4.10). */
const LOOKS = /** @type {Look[]} */ ([
  { width: 1280, height: 800, scheme: "light", touch: false },
  { width: 1280, height: 800, scheme: "dark", touch: false },
  { width: 390, height: 844, scheme: "dark", touch: true },
  { width: 390, height: 844, scheme: "light", touch: true },
  { width: 320, height: 640, scheme: "light", touch: true },
]);

/**
 * Checks the page as it stands in each look, and keeps a picture of it: that axe finds nothing to
 * say, that it fits its width, and that targets are large enough for fingers. Leaves it as wide
 * as it was.
 * @param {Page} page
 * @param {string} name
 * @returns {Promise<string[]>} what is wrong
 */
export async function inspect(page, name) {
  const before = page.viewportSize();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Runtime.evaluate", { expression: axe.source });
  /** @type {string[]} */
  const faults = [];
  await mkdir(SCREENSHOTS, { recursive: true });
  for (const look of LOOKS) {
    const { width, height, scheme, touch } = look;
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: scheme });
    await devtools.send("Emulation.setTouchEmulationEnabled", { enabled: touch });
    await settled(page);
    const { result } = await devtools.send("Runtime.evaluate", {
      expression: `(${complaints})()`,
      awaitPromise: true,
      returnByValue: true,
    });
    const found = /** @type {string[]} */ (result.value ?? [result.description]);
    faults.push(...found.map((text) => `${name}, ${width} ${scheme}: ${text}`));
    const path = join(SCREENSHOTS, `${name}-${width}-${scheme}.png`);
    // What is fixed to the window looks out of place in a picture of the whole page.
    await page.screenshot({ path, fullPage: !(await hasDialog(page)) });
  }
  await devtools.send("Emulation.setTouchEmulationEnabled", { enabled: false });
  await devtools.detach();
  await page.emulateMedia({ colorScheme: "light" });
  if (before) await page.setViewportSize(before);
  return faults;
}

/**
 * Keeps a picture of the page in each look, where scripts are off and nothing can be checked in it.
 * @param {Page} page
 * @param {string} name
 */
export async function photograph(page, name) {
  await mkdir(SCREENSHOTS, { recursive: true });
  for (const { width, height, scheme } of LOOKS) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: scheme });
    await page.screenshot({ path: join(SCREENSHOTS, `${name}-${width}-${scheme}.png`) });
  }
}

/** Until what moves has come to rest. @param {Page} page */
export async function settled(page) {
  await page.evaluate(async () => {
    await document.fonts.ready;
    for (;;) {
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const moving = document.getAnimations().filter(({ effect, playState }) => {
        const end = effect?.getComputedTiming().endTime;
        return playState === "running" && typeof end === "number" && Number.isFinite(end);
      });
      if (moving.length === 0) return;
      await Promise.allSettled(moving.map((animation) => animation.finished));
    }
  });
}

/** @param {Page} page */
async function hasDialog(page) {
  return (await page.getByRole("dialog").count()) > 0;
}

/** Runs in the page; what there is to complain about. */
async function complaints() {
  /** @type {string[]} */
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) {
    found.push(`wider than its window by ${root.scrollWidth - root.clientWidth} px`);
  }
  const results = await /** @type {any} */ (globalThis).axe.run(document, {
    resultTypes: ["violations"],
  });
  for (const { id, nodes } of results.violations) {
    for (const { target, failureSummary } of nodes) {
      found.push(`${id}: ${target}: ${failureSummary.replace(/\s+/g, " ")}`);
    }
  }
  // Fingers need 44 px (WCAG 2.5.5); links within a sentence are as large as it.
  if (matchMedia("(pointer: coarse)").matches) {
    const dialog = document.querySelector("dialog[open]");
    const controls = (dialog ?? document).querySelectorAll("button, input, textarea, a[href]");
    for (const control of controls) {
      if (!control.checkVisibility({ visibilityProperty: true })) continue;
      const hidden = control.matches(".pc-hidden-visually, .app-skip");
      const inline = getComputedStyle(control).display === "inline";
      if (hidden || inline) continue;
      const target = control.closest("label") ?? control;
      const { width, height } = target.getBoundingClientRect();
      const around = getComputedStyle(control, "::after");
      const grown = around.content !== "none" && around.position === "absolute";
      const [w, h] = grown
        ? [parseFloat(around.width), parseFloat(around.height)]
        : [width, height];
      if (Math.max(h, height) < 44 || Math.max(w, width) < 44) {
        const name = control.getAttribute("aria-label") ?? control.textContent?.trim();
        found.push(`too small for a finger: ${control.tagName} "${name}" ${width} × ${height}`);
      }
    }
  }
  return found;
}

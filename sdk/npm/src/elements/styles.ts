/**
 * The look of the elements: sheets made by script, so that no policy has to allow inline styles.
 *
 * The custom properties that begin with `--pc-` are for the page to set. Light and dark follow the
 * page's own `color-scheme`.
 */

const made = new Map<string, CSSStyleSheet>();

/** A sheet, made once. */
export function sheet(css: string): CSSStyleSheet {
  let sheet = made.get(css);
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    made.set(css, sheet);
  }
  return sheet;
}

/** The theme, which the light DOM of an element inherits from its host. */
export const theme = `
:host {
  --_font: var(--pc-font, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif);
  --_radius: var(--pc-radius, 0.5rem);
  --_target: 2.75rem;
  --_text: var(--pc-text, 0.9375rem);
  --_small: var(--pc-text-small, 0.8125rem);
  --_accent: var(--pc-accent, light-dark(#0b6a68, #63cbc2));
  --_accent-strong: var(--pc-accent-strong, light-dark(#085453, #8adcd5));
  --_accent-soft: var(--pc-accent-soft, light-dark(#e6f2f1, #14302f));
  --_on-accent: var(--pc-on-accent, light-dark(#fff, #04211f));
  --_surface: var(--pc-surface, light-dark(#fff, #15181b));
  --_hover: var(--pc-hover, light-dark(#f3f4f4, #1f2428));
  --_line: var(--pc-line, light-dark(#e4e6e7, #282d32));
  --_control: var(--pc-control-line, light-dark(#8a9198, #6c757e));
  --_ink: var(--pc-ink, light-dark(#15191d, #eceff1));
  --_soft: var(--pc-ink-soft, light-dark(#545c65, #a5adb6));
  --_danger: var(--pc-danger, light-dark(#b3261e, #ff8f85));
  --_danger-soft: var(--pc-danger-soft, light-dark(#fdf0ef, #35191a));
  --_shadow: var(--pc-shadow, 0 0.75rem 2rem -0.5rem rgb(0 0 0 / 0.25));
  font: 400 var(--_text)/1.5 var(--_font);
  color: var(--_ink);
  overflow-wrap: break-word;
}
@media (pointer: coarse) { :host { --_text: var(--pc-text, 1rem); --_small: var(--pc-text-small, 0.875rem); } }
@media (prefers-contrast: more) {
  :host { --_line: var(--_control); --_control: var(--_ink); --_soft: var(--_ink); }
}
*, *::before, *::after { box-sizing: border-box; }
:host([hidden]) { display: none; }
p, h2 { margin: 0; }
button, a { font: inherit; color: inherit; }
:focus-visible { outline: 0.125rem solid var(--_accent); outline-offset: 0.125rem; }
[tabindex="-1"]:focus { outline: none; }
svg { display: block; flex: none; }
`;

/** Buttons, in a shadow and in the light form. `at` stands before each selector. */
export const buttons = (at: string) => `
${at} .pc-button {
  position: relative; display: inline-flex; align-items: center; justify-content: center; gap: 0.5rem;
  min-block-size: var(--_target); inline-size: 100%; margin: 0; padding: 0.375rem 1rem;
  border: 1px solid var(--_control); border-radius: var(--_radius);
  background: var(--_surface); color: var(--_ink);
  font: 500 var(--_text)/1.25 var(--_font); text-align: center; cursor: pointer;
}
${at} .pc-button:hover { background: var(--_hover); }
${at} .pc-button.pc-primary { background: var(--_accent); border-color: var(--_accent); color: var(--_on-accent); }
${at} .pc-button.pc-primary:hover { background: var(--_accent-strong); border-color: var(--_accent-strong); }
${at} .pc-button[aria-disabled="true"] { cursor: default; }
${at} .pc-button[aria-busy="true"] > * { visibility: hidden; }
${at} .pc-button[aria-busy="true"]::after {
  content: ""; position: absolute; inline-size: 1rem; block-size: 1rem; border-radius: 50%;
  border: 0.125rem solid currentcolor; border-block-start-color: transparent;
  animation: pc-turn 800ms linear infinite;
}
@keyframes pc-turn { to { transform: rotate(1turn); } }
@media (prefers-reduced-motion: reduce) { ${at} .pc-button[aria-busy="true"]::after { animation-duration: 3s; } }
`;

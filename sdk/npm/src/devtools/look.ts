/** The look of the panel. Its theme is that of the other elements. */

import { theme } from "../elements/styles.js";

export const CSS = `${theme}
:host { display: block; position: fixed; z-index: 2147483000; inset-block-end: 0; inset-inline: 0; pointer-events: none; text-align: start; }
.opener, .panel { pointer-events: auto; }
.opener {
  display: flex; align-items: center; gap: 0.5rem; min-block-size: var(--_target); margin: 0 1rem 1rem auto; padding: 0.375rem 0.875rem;
  border: 1px solid var(--_line); border-radius: var(--_radius); background: var(--_surface); box-shadow: var(--_shadow); cursor: pointer;
}
.opener:hover, .tool:hover, .chip:hover, summary:hover { background: var(--_hover); }
.opener svg { color: var(--_accent); }
.panel {
  display: flex; flex-direction: column; block-size: min(26rem, 70dvb); container-type: inline-size;
  border-block-start: 1px solid var(--_line); background: var(--_surface); box-shadow: var(--_shadow);
}
[hidden] { display: none !important; }
header, .chips { display: flex; flex-wrap: wrap; align-items: center; gap: 0 0.25rem; padding-inline: 1rem 0.5rem; }
header { border-block-end: 1px solid var(--_line); }
h2 { font-size: var(--_text); font-weight: 600; }
.status { flex: 1; min-inline-size: 6rem; padding-inline: 0.75rem; color: var(--_soft); font-size: var(--_small); }
.tool, .chip {
  display: flex; align-items: center; justify-content: center; gap: 0.375rem; min-block-size: var(--_target); min-inline-size: var(--_target);
  padding: 0.25rem 0.75rem; border: 0; border-radius: var(--_radius); background: none; font-size: var(--_small); cursor: pointer;
}
.tool:disabled { color: var(--_soft); cursor: default; background: none; }
.chips { padding: 0 0.5rem; border: 0; border-block-end: 1px solid var(--_line); margin: 0; min-inline-size: 0; flex: none; }
legend { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
.chip { padding-inline: 0.5rem; }
.chip input { margin: 0; accent-color: var(--_accent); inline-size: 1rem; block-size: 1rem; }
.count, time, .took { color: var(--_soft); font-variant-numeric: tabular-nums; }
.log { flex: 1; overflow: auto; overscroll-behavior: contain; padding-block: 0.25rem; }
ol { list-style: none; margin: 0; padding: 0; }
summary {
  display: grid; grid-template: "time dot kind text took" / 6.5rem 0.5rem 4rem 1fr auto; align-items: baseline; gap: 0 0.75rem;
  min-block-size: 1.75rem; padding: 0.1875rem 1rem; font-size: var(--_small); list-style: none; cursor: pointer;
}
summary::-webkit-details-marker { display: none; }
summary:focus-visible { outline-offset: -0.125rem; }
time { grid-area: time; }
.kind { grid-area: kind; font-weight: 600; }
.text { grid-area: text; }
.took { grid-area: took; }
.dot { grid-area: dot; align-self: center; inline-size: 0.5rem; block-size: 0.5rem; border: 1px solid var(--_control); border-radius: 50%; }
.good .dot { background: var(--_accent); border-color: var(--_accent); }
.bad .dot { background: var(--_danger); border-color: var(--_danger); border-radius: 1px; rotate: 45deg; }
.bad .text { color: var(--_danger); }
[open] > summary { background: var(--_hover); }
pre {
  margin: 0; padding: 0.5rem 1rem 0.75rem 8rem; border-block-end: 1px solid var(--_line); background: var(--_hover);
  font: 400 var(--_small)/1.5 ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere;
}
.empty { padding: 1.5rem 1rem; max-inline-size: 34rem; margin-inline: auto; color: var(--_soft); text-align: center; }
.empty strong { display: block; color: var(--_ink); font-weight: 600; }
.empty .tool { margin: 0.5rem auto 0; border: 1px solid var(--_control); color: var(--_ink); }
@container (inline-size < 40rem) {
  header { padding-inline-start: 0.75rem; }
  h2 { flex: 1 0 calc(100% - 4rem); }
  .close { order: 1; }
  .tool:not(.close) { order: 2; }
  .tool:not(.close):first-of-type { margin-inline-start: -0.75rem; }
  .status { order: 3; flex-basis: auto; padding-inline: 0.5rem 0; }
  summary { grid-template: "dot kind time took" "dot text text text" / 0.5rem auto 1fr auto; padding: 0.375rem 0.75rem; align-items: baseline; }
  .dot { align-self: start; margin-block-start: 0.375rem; }
  pre { padding-inline: 2rem 0.75rem; }
}
@media (pointer: coarse) { summary { min-block-size: var(--_target); align-content: center; } }
@media (forced-colors: active) { .good .dot { background: CanvasText; } .bad .dot { background: Mark; } }
`;

/** One line of the timeline, with what else is known about it. */

import { h } from "../elements/dom.js";
import { span } from "./reader.js";
import type { Entry } from "./recorder.js";

const two = (number: number, digits = 2) => String(number).padStart(digits, "0");

/** The time of day, to the millisecond. */
function clock(at: number): string {
  const time = new Date(at);
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => two(part));
  return `${parts.join(":")}.${two(time.getMilliseconds(), 3)}`;
}

/** A row, under the name of its kind. */
export function row(entry: Entry, name: string): HTMLLIElement {
  const { id, at, kind, text, tone, took, about } = entry;
  const details = h(
    "details",
    {
      class: tone,
      ontoggle: () => {
        if (details.children.length > 1) return;
        const more = about === undefined ? "Nothing else is known about it." : JSON.stringify(about, null, 2);
        details.append(h("pre", {}, more));
      },
    },
    h(
      "summary",
      { tabindex: "-1" },
      h("time", { datetime: new Date(at).toISOString() }, clock(at)),
      h("span", { class: "dot" }),
      h("span", { class: "kind" }, name),
      h("span", { class: "text" }, text),
      took !== undefined && h("span", { class: "took" }, span(took)),
    ),
  );
  const item = h("li", {}, details);
  item.dataset["id"] = String(id);
  item.dataset["kind"] = kind;
  return item;
}

/** `<pc-devtools>`: the timeline, at the lower edge of the page. */

import { Base } from "../elements/base.js";
import { h, set, uniqueId } from "../elements/dom.js";
import { icon } from "../elements/icons.js";
import { sheet } from "../elements/styles.js";
import { CSS } from "./look.js";
import type { Kind } from "./reader.js";
import type { Entry } from "./recorder.js";
import { row } from "./row.js";
import { current, follow } from "./shown.js";

const GATE = "M4 20V9l8-5 8 5v11M4 20h16M9 20v-6a3 3 0 0 1 6 0v6";
const CLOSE = "M6 6l12 12M18 6L6 18";

const KINDS: Record<Kind, string> = {
  session: "Session",
  refresh: "Refresh",
  lock: "Locks",
  tab: "Tabs",
  gate: "Gates",
};

/**
 * A panel for developers: what the client does, as it happens. No token is ever in it.
 *
 * Attribute: `open`. Events: `pc-copied`, with the text as `detail.text`. Parts: `opener`, `panel`.
 */
export class DevtoolsElement extends Base {
  static observedAttributes = ["open"];

  readonly #stops: (() => void)[] = [];
  #opener!: HTMLButtonElement;
  #panel!: HTMLElement;
  #status!: HTMLElement;
  #pause!: HTMLButtonElement;
  #copy!: HTMLButtonElement;
  #log!: HTMLElement;
  #list!: HTMLOListElement;
  #empty!: HTMLElement;
  #counts!: Record<Kind, HTMLElement>;
  readonly #shown = new Set(Object.keys(KINDS) as Kind[]);
  /** The last entry that is shown, while it is paused. */
  #last: number | undefined;
  /** The last one that there is a row for. */
  #drawn = 0;
  #due = false;
  /** The row that had the focus last, and the one that the Tab key leads to. */
  #focused: HTMLElement | undefined;
  #reachable: HTMLElement | undefined;

  /** It has come into the page. */
  connectedCallback(): void {
    if (!this.shadowRoot) this.#build();
    const later = () => this.#later();
    const listen = () => {
      this.#stops.splice(1).forEach((stop) => stop());
      const recorder = current();
      if (recorder) this.#stops.push(recorder.listen(later));
      this.#list.replaceChildren();
      this.#drawn = 0;
      this.#toggle();
    };
    this.#stops.push(follow(listen));
    listen();
  }

  /** It has left the page. */
  disconnectedCallback(): void {
    this.#stops.splice(0).forEach((stop) => stop());
  }

  /** It is to be open, or shut. */
  attributeChangedCallback(): void {
    if (this.shadowRoot) this.#toggle();
  }

  #build(): void {
    const tool = (words: string, act: () => void) =>
      h("button", { type: "button", class: "tool", onclick: act }, words);
    const id = uniqueId("devtools");
    this.#opener = h(
      "button",
      {
        ...{ type: "button", class: "opener", part: "opener", "aria-controls": id },
        "aria-expanded": "false",
        onclick: () => this.#show(true),
      },
      icon(GATE),
      "Portcullis devtools",
    );
    this.#status = h("p", { class: "status", role: "status" });
    this.#pause = tool("Pause", () => this.#hold(this.#last === undefined));
    this.#copy = tool("Copy as JSON", () => void this.#take());
    this.#counts = {} as Record<Kind, HTMLElement>;
    const chips = (Object.keys(KINDS) as Kind[]).map((kind) => {
      const count = (this.#counts[kind] = h("span", { class: "count" }, "0"));
      const box = h("input", { type: "checkbox", checked: true, onchange: () => this.#filter(kind, box.checked) });
      return h("label", { class: "chip" }, box, KINDS[kind], count);
    });
    this.#list = h("ol", {
      onkeydown: (event) => this.#key(event as KeyboardEvent),
      onfocusin: ({ target }) => {
        this.#focused = target as HTMLElement;
        this.#reach(this.#rows);
      },
    });
    this.#empty = h("div", { class: "empty" });
    this.#log = h("div", { class: "log" }, this.#list, this.#empty);
    const title = uniqueId("devtools");
    const close = h(
      "button",
      { type: "button", class: "tool close", "aria-label": "Close", onclick: () => this.#show(false) },
      icon(CLOSE),
    );
    this.#panel = h(
      "section",
      {
        ...{ class: "panel", part: "panel", id, "aria-labelledby": title },
        onkeydown: (event) => {
          if ((event as KeyboardEvent).key === "Escape") this.#show(false);
        },
      },
      h(
        "header",
        {},
        h("h2", { id: title, tabindex: "-1" }, "Portcullis devtools"),
        this.#status,
        this.#pause,
        tool("Clear", () => this.#clear()),
        this.#copy,
        close,
      ),
      h("fieldset", { class: "chips" }, h("legend", {}, "Show"), ...chips),
      this.#log,
    );
    const shadow = this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [sheet(CSS)];
    // Its words are English, wherever it stands.
    shadow.append(h("div", { lang: "en", dir: "ltr" }, this.#opener, this.#panel));
  }

  #show(open: boolean): void {
    set(this, "open", open);
    if (open) this.shadowRoot?.querySelector("h2")?.focus();
    else this.#opener.focus();
  }

  #toggle(): void {
    const open = this.hasAttribute("open");
    this.#panel.hidden = !open;
    this.#opener.hidden = open;
    set(this.#opener, "aria-expanded", String(open));
    if (open) this.#draw();
  }

  /** Draws once in a frame, however much there is. */
  #later(): void {
    if (this.#due || !this.hasAttribute("open")) return;
    this.#due = true;
    requestAnimationFrame(() => {
      this.#due = false;
      this.#draw();
    });
  }

  /** The entries up to where it is paused. */
  get #entries(): Entry[] {
    const { entries = [] } = current() ?? {};
    const last = this.#last ?? Infinity;
    return entries.filter(({ id }) => id <= last);
  }

  #draw(): void {
    const entries = this.#entries;
    const first = entries[0]?.id ?? Infinity;
    const log = this.#log;
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 8;
    for (const old of [...this.#list.children] as HTMLElement[]) {
      if (Number(old.dataset["id"]) >= first) break;
      old.remove();
    }
    const come = entries.filter(({ id }) => id > this.#drawn);
    this.#list.append(...come.map((entry) => row(entry, KINDS[entry.kind])));
    this.#drawn = come.at(-1)?.id ?? this.#drawn;
    this.#arrange(entries);
    // Whoever reads what was before is left alone.
    if (atEnd) log.scrollTop = log.scrollHeight;
  }

  /** Shows what of it is asked for, and says what is not there. */
  #arrange(entries: Entry[]): void {
    const counts = { session: 0, refresh: 0, lock: 0, tab: 0, gate: 0 };
    for (const { kind } of entries) counts[kind] += 1;
    for (const kind of Object.keys(KINDS) as Kind[]) {
      this.#counts[kind].textContent = String(counts[kind]);
    }
    for (const item of this.#list.children as HTMLCollectionOf<HTMLElement>) {
      item.hidden = !this.#shown.has(item.dataset["kind"] as Kind);
    }
    const rows = this.#rows;
    set(this.#copy, "disabled", !rows.length);
    this.#empty.hidden = rows.length > 0;
    this.#reach(rows);
    if (!rows.length) this.#sayWhy(entries.length);
    if (this.#last !== undefined) this.#sayHeld();
  }

  #sayWhy(hidden: number): void {
    if (!hidden) {
      this.#empty.replaceChildren(
        h("strong", {}, "Nothing to show yet"),
        this.#last === undefined
          ? "What the client does from now on appears here: refreshes, locks, what tabs say to each other, and what gates decide."
          : "What happens meanwhile is kept, and appears when you resume.",
      );
    } else if (!this.#empty.querySelector("button")) {
      const all = () => {
        for (const box of this.#panel.querySelectorAll("input")) if (!box.checked) box.click();
        this.#panel.querySelector("input")?.focus();
      };
      this.#empty.replaceChildren(
        h("strong", {}, "Nothing of these kinds"),
        "What there is, is of kinds that are not shown.",
        h("button", { type: "button", class: "tool", onclick: all }, "Show all kinds"),
      );
    }
  }

  /** The rows that are shown. */
  get #rows(): HTMLElement[] {
    return [...this.#list.querySelectorAll<HTMLElement>("li:not([hidden]) summary")];
  }

  #filter(kind: Kind, shown: boolean): void {
    if (shown) this.#shown.add(kind);
    else this.#shown.delete(kind);
    this.#empty.replaceChildren();
    this.#arrange(this.#entries);
  }

  #hold(held: boolean): void {
    this.#last = held ? (current()?.entries.at(-1)?.id ?? 0) : undefined;
    this.#pause.textContent = held ? "Resume" : "Pause";
    this.#say("");
    this.#draw();
  }

  /** Says how much waits while it is paused. */
  #sayHeld(): void {
    const held = (current()?.entries.length ?? 0) - this.#entries.length;
    this.#say(held ? `Paused, ${held} newer` : "Paused");
  }

  #say(text: string): void {
    if (this.#status.textContent !== text) this.#status.textContent = text;
  }

  #clear(): void {
    current()?.clear();
    this.#list.replaceChildren();
    this.#draw();
    this.#say("Cleared");
  }

  async #take(): Promise<void> {
    const entries = this.#entries.filter(({ kind }) => this.#shown.has(kind));
    const told = entries.map(({ at, ...rest }) => ({ at: new Date(at).toISOString(), ...rest }));
    const text = JSON.stringify(told, null, 2);
    try {
      await navigator.clipboard.writeText(text);
      this.#say(`Copied ${told.length} ${told.length === 1 ? "entry" : "entries"}`);
      this.dispatchEvent(new CustomEvent("pc-copied", { detail: { text }, bubbles: true, composed: true }));
    } catch {
      this.#say("The browser does not let this page copy. Try it on localhost or over https.");
    }
  }

  /** Moves along the rows. */
  #key(event: KeyboardEvent): void {
    const rows = this.#rows;
    const here = rows.indexOf(this.shadowRoot?.activeElement as HTMLElement);
    if (here < 0) return;
    const steps: Record<string, number> = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: rows.length - 1 };
    const next = rows[steps[event.key] ?? -1];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  /** Lets the Tab key lead to one row, from which there is a way to the others. */
  #reach(rows: HTMLElement[]): void {
    const row = rows.find((row) => row === this.#focused) ?? rows.at(-1);
    if (row === this.#reachable) return;
    this.#reachable?.setAttribute("tabindex", "-1");
    row?.setAttribute("tabindex", "0");
    this.#reachable = row;
  }
}

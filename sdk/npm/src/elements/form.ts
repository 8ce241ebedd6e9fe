/**
 * The form of `<pc-sign-in>`, which is in the light DOM, as a child of the element: password managers
 * look for fields there, several of them nowhere else, and a label or a description has to be in
 * the same tree as its field.
 */

import type { Text } from "../text/index.js";
import { h, set, uniqueId, type Child, type Props } from "./dom.js";
import { EYE, icon } from "./icons.js";
import { buttons, sheet } from "./styles.js";

const AT = "pc-sign-in > .pc-form";

const CSS = `${buttons(AT)}
${AT} { display: grid; gap: 0.625rem; margin: 0; font: 400 var(--_text)/1.5 var(--_font); color: var(--_ink); }
${AT} .pc-field { display: grid; gap: 0.375rem; margin: 0; }
${AT} .pc-label { justify-self: start; font-size: var(--_small); font-weight: 500; }
${AT} .pc-label > span { margin-inline-start: 0.375rem; font-weight: 400; color: var(--_soft); }
${AT} .pc-box { position: relative; }
${AT} .pc-input {
  box-sizing: border-box; inline-size: 100%; min-block-size: var(--_target); margin: 0; padding: 0.5rem 0.75rem;
  border: 1px solid var(--_control); border-radius: var(--_radius);
  background: var(--_surface); color: inherit; font: inherit;
}
${AT} .pc-input:hover { border-color: var(--_soft); }
${AT} .pc-input:focus-visible { outline: none; border-color: var(--_accent); box-shadow: 0 0 0 1px var(--_accent), 0 0 0 0.25rem var(--_accent-soft); }
${AT} .pc-input[aria-invalid="true"] { border-color: var(--_danger); }
${AT} .pc-box > .pc-input:not(:last-child) { padding-inline-end: 3rem; }
${AT} .pc-reveal { position: absolute; inset-block: 0; inset-inline-end: 0; display: grid; place-items: center; inline-size: var(--_target); padding: 0; border: 0; border-radius: var(--_radius); background: none; color: var(--_soft); cursor: pointer; }
${AT} .pc-reveal[aria-pressed="true"] { color: var(--_accent); }
${AT} .pc-reveal:focus-visible { outline: 0.125rem solid var(--_accent); outline-offset: -0.25rem; }
${AT} .pc-hint, ${AT} .pc-status { min-block-size: 1.25rem; margin: 0; font-size: var(--_small); line-height: 1.25rem; color: var(--_soft); }
${AT} .pc-input[aria-invalid="true"] ~ .pc-hint, ${AT} .pc-hint.pc-wrong, ${AT} .pc-status { color: var(--_danger); }
${AT} .pc-check { display: flex; align-items: center; gap: 0.625rem; justify-self: start; min-block-size: var(--_target); margin-block-start: -0.75rem; cursor: pointer; }
${AT} .pc-check > input { inline-size: 1.125rem; block-size: 1.125rem; margin: 0; accent-color: var(--_accent); }
${AT} .pc-user { position: absolute; inline-size: 1px; block-size: 1px; padding: 0; border: 0; overflow: hidden; clip-path: inset(50%); }
${AT} .pc-button:focus-visible, ${AT} .pc-check > input:focus-visible { outline: 0.125rem solid var(--_accent); outline-offset: 0.125rem; }
`;

/** Puts the form's sheet where the element is: the document, or the shadow it is in. */
export function dress(element: Element): void {
  const root = element.getRootNode();
  if (!(root instanceof Document || root instanceof ShadowRoot)) return;
  const form = sheet(CSS);
  if (!root.adoptedStyleSheets.includes(form)) root.adoptedStyleSheets.push(form);
}

/** One field: its label, its input, and the line below, whose space is kept. */
export class Field {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  readonly #hint: HTMLElement;
  readonly #usual: string;

  /** @param input - The attributes of the input; its `name` is the field's. */
  constructor(text: Text, label: string, input: Props, hint = "", optional = false) {
    const id = uniqueId("field");
    this.#usual = hint;
    this.#hint = h("p", { id: `${id}-hint`, class: "pc-hint", "aria-live": "polite" }, hint);
    this.input = h("input", {
      ...{ id, class: "pc-input", spellcheck: "false", "aria-describedby": `${id}-hint` },
      ...{ "aria-required": String(!optional), oninput: () => this.say() },
      ...input,
    });
    const secret = input["type"] === "password";
    const mark = optional && h("span", {}, text.optional);
    const box = h("div", { class: "pc-box" }, this.input, secret && this.#reveal(text));
    this.element = h(
      "div",
      { class: "pc-field" },
      h("label", { class: "pc-label", for: id }, label, mark),
      box,
      this.#hint,
    );
  }

  #reveal(text: Text): HTMLElement {
    const words = (shown: boolean) => (shown ? text.hidePassword : text.showPassword);
    const button = h(
      "button",
      { type: "button", class: "pc-reveal", "aria-pressed": "false", "aria-label": words(false) },
      icon(EYE),
    );
    button.addEventListener("click", () => {
      const shown = this.input.type === "password";
      this.input.type = shown ? "text" : "password";
      set(button, "aria-pressed", String(shown));
      set(button, "aria-label", words(shown));
    });
    return button;
  }

  /** Says what is wrong; nothing is. */
  say(problem = ""): void {
    this.#hint.textContent = problem || this.#usual;
    this.#hint.classList.toggle("pc-wrong", !!problem);
    if (problem) set(this.input, "aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }

  /** Says what is wrong, and goes there. */
  fail(problem: string): void {
    this.say(problem);
    this.input.focus();
    this.input.select();
  }
}

/** A form of fields with one button, and a line for what concerns none of them. */
export class Form {
  readonly element: HTMLFormElement;
  readonly status: HTMLElement;
  readonly #fields: Map<string, Field>;
  readonly #submit: HTMLButtonElement;

  /** @param between - What comes between the fields and the line above the button. */
  constructor(fields: Field[], submit: string, between: Child[], act: () => void) {
    this.#fields = new Map(fields.map((field) => [field.input.name, field]));
    this.status = h("p", { class: "pc-status", role: "alert" });
    const look = { type: "submit", class: "pc-button pc-primary" };
    this.#submit = h("button", look, h("span", {}, submit));
    this.element = h(
      "form",
      {
        ...{ slot: "form", class: "pc-form", novalidate: true },
        onsubmit: (event) => {
          event.preventDefault();
          act();
        },
      },
      ...fields.map((field) => field.element),
      ...between,
      this.status,
      this.#submit,
    );
  }

  /** The button, which shows that something is going on. */
  get button(): HTMLButtonElement {
    return this.#submit;
  }

  /** What was typed into a field. Asks the input, which some password managers fill silently. */
  value(name: string): string {
    return this.#fields.get(name)?.input.value ?? "";
  }

  field(name: string): Field | undefined {
    return this.#fields.get(name);
  }

  /** Whether these are filled in; says of each that is not, and goes to the first. */
  filled(needed: Record<string, string>): boolean {
    const missing = Object.entries(needed).filter(([name]) => !this.value(name).trim());
    for (const [name, problem] of missing.reverse()) this.field(name)?.fail(problem);
    return !missing.length;
  }
}

/** `<pc-user-menu>`: who is signed in, the way to the account, and the way out. */

import type { Session, User } from "../session.js";
import { messageOf, say } from "../text/index.js";
import { h, set, uniqueId } from "./dom.js";
import { icon, LEAVE, PERSON } from "./icons.js";
import { Part } from "./part.js";
import { current } from "./settings.js";
import { sheet, theme } from "./styles.js";

const CSS = `${theme}
:host { display: inline-block; position: relative; }
button, a { cursor: pointer; }
.opener { display: grid; place-items: center; inline-size: var(--_target); block-size: var(--_target); padding: 0; border: 0; border-radius: 50%; background: none; }
.face { display: grid; place-items: center; inline-size: 2rem; block-size: 2rem; border-radius: 50%; background: var(--_accent-soft); color: var(--_accent-strong); font-size: var(--_small); font-weight: 600; text-transform: uppercase; }
.sheet { position: absolute; z-index: 10; inset-block-start: calc(100% + 0.25rem); inset-inline-end: 0; inline-size: max-content; min-inline-size: 14rem; max-inline-size: min(20rem, 90vw); padding: 0.375rem; border: 1px solid var(--_line); border-radius: var(--_radius); background: var(--_surface); box-shadow: var(--_shadow); }
.sheet.start { inset-inline: 0 auto; }
.sheet.across { position: fixed; inset-block-start: auto; inset-inline: 0.5rem; inline-size: auto; max-inline-size: none; margin-block-start: 0.25rem; }
.who { padding: 0.5rem 0.75rem; margin-block-end: 0.375rem; border-block-end: 1px solid var(--_line); }
.who p + p, .problem { color: var(--_soft); font-size: var(--_small); }
.item, ::slotted([slot="items"]) { display: flex; align-items: center; gap: 0.75rem; box-sizing: border-box; inline-size: 100%; min-block-size: var(--_target); padding: 0.375rem 0.75rem; border: 0; border-radius: var(--_radius); background: none; color: inherit; text-align: start; text-decoration: none; }
.item:hover, ::slotted([slot="items"]:hover) { background: var(--_hover); }
.item > svg { color: var(--_soft); }
.problem { padding: 0 0.75rem; color: var(--_danger); }
.problem:not(:empty) { padding-block: 0.375rem; }
`;

/** The first letters of the first and last word of a name. */
function initials(name: string): string {
  const words = name.split(/[\s._]+/).map((word) => /[\p{L}\p{N}]/u.exec(word)?.[0] ?? "");
  const letters = words.filter(Boolean);
  return [letters[0], letters.length > 1 ? letters.at(-1) : ""].join("");
}

/**
 * The user's menu; nothing while nobody is signed in.
 *
 * Attributes: `account-href` (where the account page is; without it there is no such item), `lang`.
 * Slot: `items`, for further ones. Events: `pc-signed-out`. Parts: `button`, `face`, `sheet`, `who`,
 * `item`.
 */
export class UserMenuElement extends Part {
  #user: User | undefined;
  #opener: HTMLButtonElement | undefined;
  #sheet: HTMLElement | undefined;
  #problem: HTMLElement | undefined;
  #leaving = false;

  /** As all elements: by the parser or by `document.createElement`. */
  constructor() {
    super();
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget && !this.contains(relatedTarget as Node)) this.#show(false);
    });
  }

  protected draw(session: Session): void {
    const user = "user" in session ? session.user : undefined;
    const same = user?.name === this.#user?.name && user?.email === this.#user?.email;
    if (same && this.#opener?.isConnected) return;
    this.#user = user;
    const shadow = this.shadow(sheet(CSS));
    if (!user) {
      this.leave();
      return shadow.replaceChildren();
    }
    const controls = uniqueId("menu");
    this.#opener = h(
      "button",
      {
        ...{ type: "button", class: "opener", part: "button", "aria-expanded": "false" },
        "aria-controls": controls,
        "aria-label": say(this.text, "menuLabel", { name: user.name }),
        onclick: () => this.#show(!this.#sheet),
      },
      h("span", { class: "face", part: "face", "aria-hidden": "true" }, initials(user.name)),
    );
    this.#sheet = undefined;
    shadow.replaceChildren(this.#opener, h("div", { id: controls }));
  }

  protected leave(): void {
    document.removeEventListener("pointerdown", this.#outside);
    this.#sheet = undefined;
    this.#opener = undefined;
  }

  readonly #outside = (event: Event) => {
    if (!event.composedPath().includes(this)) this.#show(false);
  };

  #show(open: boolean): void {
    const user = this.#user;
    const place = this.#opener?.nextElementSibling;
    if (!this.#opener || !place || !user || open === !!this.#sheet) return;
    set(this.#opener, "aria-expanded", String(open));
    this.#sheet = undefined;
    place.replaceChildren();
    document.removeEventListener("pointerdown", this.#outside);
    if (!open) return;
    document.addEventListener("pointerdown", this.#outside);
    const { text } = this;
    const account = this.getAttribute("account-href");
    const item = (words: string, shape: string, everywhere: boolean) => {
      const look = { type: "button", class: "item", part: "item" };
      const leave = () => void this.#signOut(everywhere);
      return h("button", { ...look, onclick: leave }, icon(shape), h("span", {}, words));
    };
    this.#problem = h("p", { class: "problem", role: "alert" });
    this.#sheet = h(
      "div",
      { class: "sheet", part: "sheet" },
      h(
        "div",
        { class: "who", part: "who" },
        h("p", {}, h("strong", {}, user.name)),
        h("p", {}, user.email),
      ),
      account !== null &&
        h("a", { class: "item", part: "item", href: account }, icon(PERSON), text.menuAccount),
      h("slot", { name: "items" }),
      item(text.menuSignOut, LEAVE, false),
      // In token mode only the server's own pages can do that.
      !current().redirect && item(text.menuSignOutEverywhere, LEAVE, true),
      this.#problem,
    );
    place.replaceChildren(this.#sheet);
    // Towards the side where there is room, else across the page.
    for (const side of ["start", "across"]) {
      const { left, right } = this.#sheet.getBoundingClientRect();
      if (left < 0 || right > document.documentElement.clientWidth) this.#sheet.className = `sheet ${side}`;
    }
  }

  async #signOut(everywhere: boolean): Promise<void> {
    if (this.#leaving) return;
    this.#leaving = true;
    if (this.#problem) this.#problem.textContent = this.text.menuSigningOut;
    const outcome = await current().auth.signOut({ everywhere });
    this.#leaving = false;
    if (outcome.ok) this.tell("pc-signed-out");
    else if (this.#problem) this.#problem.textContent = messageOf(outcome, this.text);
  }

  #key(event: KeyboardEvent): void {
    const { key } = event;
    if (key === "Escape" && this.#sheet) {
      this.#show(false);
      this.#opener?.focus();
    } else if (this.#opener && (key === "ArrowDown" || key === "ArrowUp")) {
      event.preventDefault();
      this.#show(true);
      this.#step(key === "ArrowDown" ? 1 : -1);
    }
  }

  /** Moves the focus to the next or previous item, around the ends. */
  #step(by: number): void {
    const items = [...(this.#sheet?.querySelectorAll<HTMLElement>(".item, slot") ?? [])].flatMap(
      (item) =>
        item instanceof HTMLSlotElement ? (item.assignedElements() as HTMLElement[]) : [item],
    );
    const focused = this.shadowRoot?.activeElement ?? document.activeElement;
    const here = items.findIndex((item) => item === focused || item === document.activeElement);
    const next = here < 0 ? (by > 0 ? 0 : items.length - 1) : here + by;
    items.at(next % items.length)?.focus();
  }
}

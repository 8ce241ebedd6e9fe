/** `<pc-permission-gate>`, `<pc-signed-in>` and `<pc-signed-out>`: one slot of several is shown. */

import type { Auth } from "../auth.js";
import type { Question, Verdict } from "../gate.js";
import { slot, type Slots } from "../slot.js";
import { Base } from "./base.js";
import { h } from "./dom.js";
import { current } from "./settings.js";

const NAMES = { fallback: "fallback", loading: "loading", denied: "denied", offline: "offline" };
const SLOTS = { children: "", stepUp: "step-up", ...NAMES };

/**
 * Shows one of its slots. What is in a `<template>` is not even made before its slot is shown, and
 * taken away with it.
 */
abstract class Gate extends Base {
  #slot: HTMLSlotElement | undefined;
  #observer: MutationObserver | undefined;
  #stop: (() => void) | undefined;
  #verdict: Verdict | undefined;
  #shown: string | undefined;
  /** What was made of templates. */
  #made: ChildNode[] = [];

  /** The verdict as it is now. */
  protected abstract decide(auth: Auth): Verdict;

  /** What is shown now; `undefined` before it is in the page. */
  get verdict(): Verdict | undefined {
    return this.#verdict;
  }

  /** It has come into the page. */
  connectedCallback(): void {
    if (!this.#slot) {
      this.#slot = h("slot");
      this.attachShadow({ mode: "open" });
    }
    this.#stop = current().auth.onChange(() => this.update());
    this.#observer ??= new MutationObserver((records) => {
      const nodes = records.flatMap(({ addedNodes, removedNodes }) => [
        ...addedNodes,
        ...removedNodes,
      ]);
      this.#show(nodes.some((node) => node instanceof HTMLTemplateElement));
    });
    this.#observer.observe(this, { childList: true });
    this.update();
    // The parser may not have come to the children yet; they are observed as they come.
    this.#show(true);
  }

  /** It has left the page. */
  disconnectedCallback(): void {
    this.#stop?.();
    this.#observer?.disconnect();
    this.#stop = undefined;
  }

  /** Decides anew. */
  protected update(): void {
    if (!this.#stop) return;
    const verdict = this.decide(current().auth);
    if (verdict === this.#verdict) return;
    this.#verdict = verdict;
    this.setAttribute("verdict", verdict);
    this.#show(false);
    const event = { detail: { verdict }, bubbles: true, composed: true };
    this.dispatchEvent(new CustomEvent("pc-verdict", event));
  }

  #show(again: boolean): void {
    if (!this.#slot || !this.#verdict) return;
    const given = new Set([...this.children].map((child) => child.slot));
    const slots: Slots<string> = {};
    for (const [name, attribute] of Object.entries(SLOTS)) {
      if (!attribute || given.has(attribute)) slots[name as keyof typeof SLOTS] = attribute;
    }
    const shown = slot(this.#verdict, slots);
    if (shown === this.#shown && !again) return;
    this.#shown = shown;
    for (const node of this.#made.splice(0)) node.remove();
    if (shown === undefined) {
      this.shadowRoot?.replaceChildren();
    } else {
      this.#slot.name = shown;
      this.#make(shown);
      // Where it is already it stays: putting it in again would have everything assigned anew.
      if (!this.#slot.parentNode) this.shadowRoot?.append(this.#slot);
    }
    // What was just made and removed is no news.
    this.#observer?.takeRecords();
  }

  #make(name: string): void {
    for (const template of [...this.children]) {
      if (!(template instanceof HTMLTemplateElement) || template.slot !== name) continue;
      const nodes = [...document.importNode(template.content, true).childNodes].map((node) => {
        if (!name) return node;
        // Only elements can be sent to a slot by its name.
        const element = node instanceof Element ? node : h("span", {}, node);
        element.slot = name;
        return element;
      });
      template.after(...nodes);
      this.#made.push(...nodes);
    }
  }
}

const list = (value: string | null) => value?.split(/\s+/).filter(Boolean);

/**
 * `<pc-permission-gate require="orders:write">`: shows what is in it to those who have the
 * permissions asked for, and follows every change of them at once.
 *
 * Attributes: `require` (a permission), `any`, `all`, `not` (permissions, separated by spaces) and
 * `on` (a resource); all that is given must hold. Slots: `fallback`, `loading`, `denied`, `step-up`,
 * `offline`. Event: `pc-verdict`. The attribute `verdict` says what is shown.
 */
export class PermissionGateElement extends Gate {
  static observedAttributes = ["require", "any", "all", "not", "on"];

  /** One of the attributes it looks at is another one. */
  attributeChangedCallback(): void {
    this.update();
  }

  /** What is asked, as the attributes say. */
  get question(): Question {
    return {
      require: this.getAttribute("require") ?? undefined,
      any: list(this.getAttribute("any")),
      all: list(this.getAttribute("all")),
      not: list(this.getAttribute("not")),
      on: this.getAttribute("on") ?? undefined,
    };
  }

  protected decide(auth: Auth): Verdict {
    return auth.decide(this.question);
  }
}

/** `<pc-signed-in>`: shows what is in it while somebody is signed in. */
export class SignedInElement extends Gate {
  protected decide(auth: Auth): Verdict {
    const { status } = auth.session;
    if (status === "signedIn" || status === "stepUp") return "allowed";
    return status === "unreachable" ? "offline" : status;
  }
}

/** `<pc-signed-out>`: shows what is in it while nobody is signed in, as soon as that is certain. */
export class SignedOutElement extends Gate {
  protected decide(auth: Auth): Verdict {
    const { status } = auth.session;
    if (status === "signedOut") return "allowed";
    if (status === "unreachable") return "offline";
    return status === "loading" || status === "error" ? status : "denied";
  }
}

/** What the elements have in common that say something. */

import type { Session } from "../session.js";
import type { Text } from "../text/index.js";
import { Base } from "./base.js";
import { current, textFor } from "./settings.js";

/** An element with words, drawn anew for each session. */
export abstract class Part extends Base {
  static observedAttributes = ["lang"];

  /** The words; there before anything is drawn. */
  protected text!: Text;
  #stop: (() => void) | undefined;
  /** Counts arrivals, so that words that come late are not taken for the newest. */
  #arrivals = 0;

  /** It has come into the page. */
  connectedCallback(): void {
    void this.#begin();
  }

  /** It has left the page. */
  disconnectedCallback(): void {
    this.#arrivals += 1;
    this.#stop?.();
    this.#stop = undefined;
    this.leave();
  }

  /** One of the attributes it looks at is another one. */
  attributeChangedCallback(): void {
    if (!this.isConnected) return;
    this.disconnectedCallback();
    this.connectedCallback();
  }

  async #begin(): Promise<void> {
    const arrival = (this.#arrivals += 1);
    const text = await textFor(this);
    if (arrival !== this.#arrivals) return;
    this.text = text;
    this.#stop = current().auth.subscribe((session) => this.draw(session));
  }

  /** Draws the element for a session. */
  protected abstract draw(session: Session): void;

  /** The element has left the page. */
  protected abstract leave(): void;

  /** Tells the page. */
  protected tell(name: string, detail: object = {}): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  /** The shadow, in which only `sheets` apply. */
  protected shadow(...sheets: CSSStyleSheet[]): ShadowRoot {
    if (this.shadowRoot) return this.shadowRoot;
    const shadow = this.attachShadow({ mode: "open", delegatesFocus: false });
    shadow.adoptedStyleSheets = sheets;
    return shadow;
  }
}

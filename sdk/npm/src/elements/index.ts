/**
 * Custom elements: gates, a sign-in card and a user menu for any page, without a framework.
 *
 * ```ts
 * import { createAuth } from "@portcullis/sdk";
 * import { defineElements } from "@portcullis/sdk/elements";
 *
 * defineElements({ auth: createAuth(), app: "Orders" });
 * ```
 *
 * @packageDocumentation
 */

import { PermissionGateElement, SignedInElement, SignedOutElement } from "./gate.js";
import { configure, type ElementsOptions } from "./settings.js";
import { SignInElement } from "./sign-in.js";
import { UserMenuElement } from "./user-menu.js";

export type { ElementsOptions } from "./settings.js";
export { PermissionGateElement, SignedInElement, SignedOutElement, SignInElement, UserMenuElement };

const elements = {
  "pc-permission-gate": PermissionGateElement,
  "pc-signed-in": SignedInElement,
  "pc-signed-out": SignedOutElement,
  "pc-sign-in": SignInElement,
  "pc-user-menu": UserMenuElement,
};

/**
 * Defines the elements, which from then on ask this client. Does nothing where there is no browser;
 * called again, elements that come later take the newer settings.
 */
export function defineElements(options: ElementsOptions): void {
  if (typeof customElements === "undefined") return;
  configure(options);
  for (const [name, element] of Object.entries(elements)) {
    if (!customElements.get(name)) customElements.define(name, element);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "pc-permission-gate": PermissionGateElement;
    "pc-signed-in": SignedInElement;
    "pc-signed-out": SignedOutElement;
    "pc-sign-in": SignInElement;
    "pc-user-menu": UserMenuElement;
  }
}

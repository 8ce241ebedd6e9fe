// @portcullis/sdk/devtools
// Made by `npm run api` from the published types.

import type { Auth } from "@portcullis/sdk";

export declare class DevtoolsElement extends Base {
    static observedAttributes: string[];
    connectedCallback(): void;
    disconnectedCallback(): void;
    attributeChangedCallback(): void;
}

export declare function defineDevtools({ auth, keep }: DevtoolsOptions): void;

export interface DevtoolsOptions {
    auth: Auth;
    keep?: number | undefined;
}

// Not exported, though what is exported is made of it.

declare const Base: typeof HTMLElement;

declare global {
    interface HTMLElementTagNameMap {
        "pc-devtools": DevtoolsElement;
    }
}

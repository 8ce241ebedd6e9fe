// @portcullis/sdk/elements
// Made by `npm run api` from the published types.

import type { Auth, Question, Session, Verdict } from "@portcullis/sdk";
import type { Language, Text } from "@portcullis/sdk/text";

export declare class PermissionGateElement extends Gate {
    static observedAttributes: string[];
    attributeChangedCallback(): void;
    get question(): Question;
    protected decide(auth: Auth): Verdict;
}

export declare class SignInElement extends Part {
    protected draw(session: Session): void;
    protected leave(): void;
}

export declare class SignedInElement extends Gate {
    protected decide(auth: Auth): Verdict;
}

export declare class SignedOutElement extends Gate {
    protected decide(auth: Auth): Verdict;
}

export declare class UserMenuElement extends Part {
    constructor();
    protected draw(session: Session): void;
    protected leave(): void;
}

export declare function defineElements(options: ElementsOptions): void;

export interface ElementsOptions {
    auth: Auth;
    app?: string | undefined;
    language?: Language | undefined;
    redirect?: boolean | undefined;
}

// Not exported, though what is exported is made of it.

declare abstract class Gate extends Base {
    protected abstract decide(auth: Auth): Verdict;
    get verdict(): Verdict | undefined;
    connectedCallback(): void;
    disconnectedCallback(): void;
    protected update(): void;
}

declare abstract class Part extends Base {
    static observedAttributes: string[];
    protected text: Text;
    connectedCallback(): void;
    disconnectedCallback(): void;
    attributeChangedCallback(): void;
    protected abstract draw(session: Session): void;
    protected abstract leave(): void;
    protected tell(name: string, detail?: object): void;
    protected shadow(...sheets: CSSStyleSheet[]): ShadowRoot;
}

declare const Base: typeof HTMLElement;

declare global {
    interface HTMLElementTagNameMap {
        "pc-permission-gate": PermissionGateElement;
        "pc-signed-in": SignedInElement;
        "pc-signed-out": SignedOutElement;
        "pc-sign-in": SignInElement;
        "pc-user-menu": UserMenuElement;
    }
}

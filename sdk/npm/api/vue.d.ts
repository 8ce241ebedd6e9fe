// @portcullis/sdk/vue
// Made by `npm run api` from the published types.

import type { AllowedComponentProps, ComputedRef, MaybeRefOrGetter, Plugin, VNode, VNodeProps } from "vue";
import type { Auth, Question, Session, SignedInSession, SignedOutSession, StepUpSession, Verdict } from "@portcullis/sdk";

export declare const PermissionGate: Component<Question, PermissionGateSlots>;

export declare const SignedIn: Component<object, {
    default?: (scope: {
        session: Present;
    }) => VNode[];
}>;

export declare const SignedOut: Component<object, {
    default?: (scope: {
        session: SignedOutSession;
    }) => VNode[];
}>;

export declare const portcullis: Plugin<[auth: Auth]>;

export declare function provideAuth(auth: Auth): void;

export declare function useAuth(): Auth;

export declare function useAuthorization(): Authorization;

export declare function usePermission(permission: MaybeRefOrGetter<string>, about?: MaybeRefOrGetter<Asked>): ComputedRef<boolean>;

export declare function useSession(): ComputedRef<Session>;

export declare function useVerdict(question: MaybeRefOrGetter<Question>): ComputedRef<Verdict>;

export interface Asked {
    on?: string | undefined;
}

export interface Authorization {
    hasPermission(permission: string, about?: Asked): boolean;
    hasAny(permissions: readonly string[], about?: Asked): boolean;
    hasAll(permissions: readonly string[], about?: Asked): boolean;
    decide(question: Question): Verdict;
}

export interface PermissionGateSlots {
    default?: () => VNode[];
    fallback?: () => VNode[];
    loading?: () => VNode[];
    denied?: () => VNode[];
    stepUp?: () => VNode[];
    offline?: () => VNode[];
}

// Not exported, though what is exported is made of it.

type Component<Props, Slots> = new () => {
    $props: AllowedComponentProps & VNodeProps & Props;
    $slots: Slots;
};

type Present = SignedInSession | StepUpSession;

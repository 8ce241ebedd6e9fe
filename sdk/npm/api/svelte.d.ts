// @portcullis/sdk/svelte
// Made by `npm run api` from the published types.

import type { Auth, Question, Session, SignedInSession, SignedOutSession, StepUpSession, Verdict } from "@portcullis/sdk";
import type { Component, Snippet } from "svelte";

export declare const PermissionGate: Component<PermissionGateProps>;

export declare const SignedIn: Component<SignedInProps>;

export declare const SignedOut: Component<SignedOutProps>;

export declare function getAuth(): Auth;

export declare function getAuthorization(): Authorization;

export declare function getSession(): Answer<Session>;

export declare function permission(permission: string | (() => string), about?: Asked | (() => Asked)): Answer<boolean>;

export declare function setAuth(auth: Auth | (() => Auth)): Auth;

export declare function verdict(question: Question | (() => Question)): Answer<Verdict>;

export interface Answer<T> {
    readonly current: T;
}

export interface Asked {
    on?: string | undefined;
}

export interface Authorization {
    hasPermission(permission: string, about?: Asked): boolean;
    hasAny(permissions: readonly string[], about?: Asked): boolean;
    hasAll(permissions: readonly string[], about?: Asked): boolean;
    decide(question: Question): Verdict;
}

export interface PermissionGateProps extends Question {
    children?: Snippet | undefined;
    fallback?: Snippet | undefined;
    loading?: Snippet | undefined;
    denied?: Snippet | undefined;
    stepUp?: Snippet | undefined;
    offline?: Snippet | undefined;
}

export interface SignedInProps {
    children?: Snippet<[session: SignedInSession | StepUpSession]> | undefined;
}

export interface SignedOutProps {
    children?: Snippet<[session: SignedOutSession]> | undefined;
}

// @portcullis/sdk/text
// Made by `npm run api` from the published types.

import type { Failure } from "@portcullis/sdk";

export declare const loadText: (language: Language) => Promise<Text>;

export declare const say: <Key extends keyof Text>(text: Text, key: Key, values: Values<Key>) => string;

export declare function languageOf(tag: string): Language | undefined;

export declare function messageOf(failure: Failure, text: Text): string;

export declare function preferredLanguage(tags?: readonly string[]): Language;

export type Language = "en" | "de" | "fr" | "es" | "ja";

export type Text = {
    readonly [Key in keyof English]: string;
};

export type Values<Key extends keyof Text> = Record<Names<English[Key]>, string>;

// Not exported, though what is exported is made of it.

declare const english: {
    readonly language: "en";
    readonly cancel: "";
    readonly close: "";
    readonly tryAgain: "";
    readonly loading: "";
    readonly or: "";
    readonly optional: "";
    readonly showPassword: "";
    readonly hidePassword: "";
    readonly email: "";
    readonly name: "";
    readonly password: "";
    readonly emailNeeded: "";
    readonly passwordNeeded: "";
    readonly newPasswordNeeded: "";
    readonly nameHint: "";
    readonly passwordHint: "";
    readonly remember: "";
    readonly signIn: "";
    readonly signInTitle: "{app}";
    readonly signInPasskey: "";
    readonly signInNoAccount: "";
    readonly signInCreate: "";
    readonly signInFailed: "";
    readonly passkeyFailed: "";
    readonly signUpTitle: "";
    readonly signUp: "";
    readonly signUpPasskey: "";
    readonly signUpPasskeyHint: "";
    readonly signUpHaveAccount: "";
    readonly signUpSignIn: "";
    readonly stepUpTitle: "";
    readonly stepUpLead: "";
    readonly stepUpConfirm: "";
    readonly stepUpPasskey: "";
    readonly menuLabel: "{name}";
    readonly menuAccount: "";
    readonly menuSignOut: "";
    readonly menuSigningOut: "";
    readonly errorNetwork: "";
    readonly errorInternal: "";
    readonly errorLimited: "{wait}";
    readonly errorBusy: "";
    readonly errorForbidden: "";
    readonly errorSignedOut: "";
    readonly errorStepUp: "";
    readonly errorCeremony: "";
    readonly errorNotSupported: "";
    readonly errorNotHere: "";
    readonly errorNotFound: "";
    readonly errorEmail: "";
    readonly errorName: "";
    readonly errorProfile: "";
    readonly errorPasswordShort: "";
    readonly errorPasswordLong: "";
    readonly errorPasswordWeak: "";
    readonly errorRegistration: "";
    readonly errorPasskeyHere: "";
    readonly errorPasskeyLimit: "";
    readonly errorSecondFactor: "";
    readonly errorTotpLimit: "";
    readonly errorLastWayIn: "";
    readonly errorNotYourself: "";
    readonly errorLastAdmin: "";
    readonly errorLink: "";
    readonly errorCode: "";
    readonly errorNoMail: "";
    readonly errorSetup: "";
    readonly errorRedirect: "";
    readonly errorPage: "";
    readonly errorNoPasskey: "";
    readonly errorPopup: "";
    readonly errorLoad: "";
    readonly errorBlocked: "";
    readonly menuSignOutEverywhere: "";
    readonly redirectLead: "";
    readonly redirectContinue: "";
    readonly signedInAs: "{name}";
    readonly failed: "";
};

type English = typeof english;

type Names<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;

// @portcullis/sdk/testing
// Made by `npm run api` from the published types.

import type { Auth, Failure, Outcome, Passkey, Reason, Session, SessionSummary, SignedOutSession, User } from "@portcullis/sdk";

export declare function createTestAuth(options?: TestAuthOptions): TestAuth;

export interface Calls {
    call: Call | "fetch";
    args: readonly unknown[];
}

export interface TestAccount extends TestUser {
    email: string;
    password?: string | undefined;
    passkey?: boolean | undefined;
}

export interface TestAuth extends Auth {
    readonly test: TestControls;
}

export interface TestAuthOptions extends TestUser {
    session?: Session | undefined;
    accounts?: readonly TestAccount[] | undefined;
    passkeys?: readonly Passkey[] | undefined;
    otherSessions?: readonly SessionSummary[] | undefined;
    fetch?: ((request: Request) => Response | Promise<Response>) | undefined;
}

export interface TestControls {
    signIn(user?: TestUser): void;
    signOut(reason?: SignedOutSession["reason"]): void;
    setRoles(change: Pick<TestUser, "roles" | "permissions">): void;
    requireStepUp(): void;
    setOffline(offline: boolean): void;
    setSession(session: Session): void;
    setResource(permission: string, on: string, allowed: boolean | undefined): void;
    next(call: Call | "fetch", answer: Answer): void;
    readonly calls: readonly Calls[];
}

export interface TestUser {
    user?: Partial<User> | undefined;
    roles?: readonly string[] | undefined;
    permissions?: readonly string[] | undefined;
}

export type Answer = Reason | Failure | Promise<Reason | Failure | undefined>;

export type Call = Asynchronous<Auth> | {
    [Part in keyof Auth & string]: Auth[Part] extends (...args: never[]) => unknown ? never : `${Part}.${Asynchronous<Auth[Part]>}`;
}[keyof Auth & string];

// Not exported, though what is exported is made of it.

type Asynchronous<T, Name extends keyof T = keyof T> = Name extends string ? T[Name] extends (...args: never[]) => Promise<Outcome> ? Name : never : never;

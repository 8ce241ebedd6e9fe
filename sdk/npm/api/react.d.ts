// @portcullis/sdk/react
// Made by `npm run api` from the published types.

import type { Auth, AuthOptions, Question, Session, SignedInSession, StepUpSession, Verdict } from "@portcullis/sdk";
import type { ReactElement, ReactNode } from "react";

export declare function AuthProvider({ children, auth, ...options }: AuthProviderProps): ReactElement;

export declare function PermissionGate(props: PermissionGateProps): ReactNode;

export declare function SignedIn({ children }: SignedInProps): ReactNode;

export declare function SignedOut({ children }: SignedOutProps): ReactNode;

export declare function useAuth(): Auth;

export declare function useAuthorization(): Authorization;

export declare function usePermission(permission: string, about?: Asked): boolean;

export declare function useSession(): Session;
export declare function useSession<T>(select: (session: Session) => T): T;

export declare function useVerdict(question: Question): Verdict;

export interface Asked {
    on?: string | undefined;
}

export interface Authorization {
    hasPermission(permission: string, about?: Asked): boolean;
    hasAny(permissions: readonly string[], about?: Asked): boolean;
    hasAll(permissions: readonly string[], about?: Asked): boolean;
    decide(question: Question): Verdict;
}

export interface PermissionGateProps extends Question, Slots<ReactNode> {
}

export interface SignedInProps {
    children?: ReactNode | ((session: SignedInSession | StepUpSession) => ReactNode);
}

export interface SignedOutProps {
    children?: ReactNode;
}

export type AuthProviderProps = {
    children?: ReactNode;
} & ({
    auth: Auth;
} | (AuthOptions & {
    auth?: undefined;
}));

// Not exported, though what is exported is made of it.

interface Slots<T> {
    children?: T | undefined;
    fallback?: T | undefined;
    loading?: T | undefined;
    denied?: T | undefined;
    stepUp?: T | undefined;
    offline?: T | undefined;
}

// @portcullis/sdk
// Made by `npm run api` from the published types.

export declare function createAuth(options?: AuthOptions): Auth;

export interface Auth {
    readonly ready: Promise<Session>;
    readonly session: Session;
    readonly initial: Session;
    subscribe(listener: (session: Session) => void): () => void;
    onChange(listener: () => void): () => void;
    readonly passkey: PasskeyApi;
    readonly password: PasswordApi;
    readonly sessions: SessionsApi;
    register(account: NewAccount & {
        password: string;
    }): Promise<Outcome>;
    signInWithRedirect(options?: {
        returnTo?: string | undefined;
    }): Promise<Outcome>;
    signInWithPopup(options?: {
        signal?: AbortSignal | undefined;
    }): Promise<Outcome>;
    handleRedirect(): Promise<Outcome<{
        returnTo?: string;
        popup?: true;
    }>>;
    retry(): Promise<Session>;
    can(permission: string): boolean;
    canAny(permissions: readonly string[]): boolean;
    canAll(permissions: readonly string[]): boolean;
    decide(question: Question): Verdict;
    check(permission: string, on: string): Promise<Outcome<{
        allowed: boolean;
    }>>;
    explain(permission: string): Explanation;
    fetch(input: RequestInfo | URL, init?: FetchInit): Promise<Response>;
    signOut(options?: {
        everywhere?: boolean | undefined;
    }): Promise<Outcome>;
    cancelStepUp(): void;
    trace(tracer: Tracer): () => void;
}

export interface CommonOptions {
    server?: string | undefined;
    wasm?: WasmSource | (() => WasmSource | Promise<WasmSource>) | undefined;
    stepUp?: "resume" | "return" | undefined;
    retryWithin?: number | undefined;
    session?: SignedInSession | SignedOutSession | undefined;
}

export interface CookieOptions extends CommonOptions {
    mode?: "cookie" | undefined;
}

export interface ErrorSession {
    status: "error";
    reason: LoadReason;
    message: string;
    docs: string;
}

export interface Explanation {
    permission: string;
    allowed: boolean;
    reason: "granted" | "not_granted" | "not_a_permission" | "signed_out" | "not_known_yet";
    by?: string;
}

export interface Failure {
    ok: false;
    reason: Reason;
    message: string;
    docs: string;
    field?: string;
    retryAfter?: number;
}

export interface FetchInit extends RequestInit {
    stepUp?: "resume" | "return" | undefined;
    retryWithin?: number | undefined;
}

export interface LoadingSession {
    status: "loading";
}

export interface NewAccount {
    email: string;
    name?: string | undefined;
}

export interface Passkey {
    id: string;
    credentialId: string;
    name: string;
    synced: boolean;
    createdAt: number;
    lastUsedAt: number | null;
}

export interface PasskeyApi {
    readonly supported: boolean;
    autofillSupported(): Promise<boolean>;
    capabilities(): Promise<PasskeyCapabilities>;
    signIn(options?: {
        autofill?: boolean | undefined;
        immediate?: boolean | undefined;
        hints?: readonly PasskeyHint[] | undefined;
        signal?: AbortSignal | undefined;
        remember?: boolean | undefined;
    }): Promise<Outcome>;
    register(options?: {
        name?: string | undefined;
        hints?: readonly PasskeyHint[] | undefined;
        signal?: AbortSignal | undefined;
    }): Promise<Outcome<{
        passkey: Passkey;
    }>>;
    upgrade(options?: {
        name?: string | undefined;
        signal?: AbortSignal | undefined;
    }): Promise<Outcome<{
        passkey: Passkey;
    }>>;
    signUp(account: NewAccount & {
        hints?: readonly PasskeyHint[] | undefined;
        signal?: AbortSignal | undefined;
    }): Promise<Outcome>;
    list(): Promise<Outcome<{
        passkeys: Passkey[];
    }>>;
    rename(id: string, name: string): Promise<Outcome>;
    delete(id: string): Promise<Outcome>;
    abort(): void;
}

export interface PasskeyCapabilities {
    passkeys: boolean;
    autofill: boolean;
    upgrade: boolean;
    immediate: boolean;
    device: boolean;
    phone: boolean;
    signals: boolean;
}

export interface PasswordApi {
    signIn(credentials: {
        email: string;
        password: string;
        remember?: boolean | undefined;
    }): Promise<Outcome>;
    set(change: {
        current?: string | undefined;
        new: string;
        endOtherSessions?: boolean | undefined;
    }): Promise<Outcome>;
}

export interface Question {
    require?: string | undefined;
    any?: readonly string[] | undefined;
    all?: readonly string[] | undefined;
    not?: string | readonly string[] | undefined;
    on?: string | undefined;
}

export interface SessionDetails {
    id: string;
    user: User;
    roles: string[];
    permissions: string[];
    version: number;
    amr: string[];
    authTime: number;
    idleExpiresAt: number;
    expiresAt: number;
}

export interface SessionSummary {
    id: string;
    current: boolean;
    device: string;
    ip: string;
    amr: string[];
    createdAt: number;
    lastSeenAt: number;
}

export interface SessionsApi {
    list(): Promise<Outcome<{
        sessions: SessionSummary[];
    }>>;
    end(id: string): Promise<Outcome>;
    endOthers(): Promise<Outcome<{
        ended: number;
    }>>;
}

export interface SignedInSession extends SessionDetails {
    status: "signedIn";
    stale: boolean;
}

export interface SignedOutSession {
    status: "signedOut";
    reason: "anonymous" | "signedOut" | "ended";
}

export interface StepUpSession extends SessionDetails {
    status: "stepUp";
}

export interface TokenOptions extends CommonOptions {
    mode: "token";
    clientId: string;
    redirectUri: string;
    scope?: string | undefined;
    tokenOrigins?: readonly string[] | undefined;
    isolate?: boolean | undefined;
    worker?: string | URL | undefined;
    dpop?: boolean | undefined;
}

export interface TracedGate {
    source: "gate";
    question: Question;
    verdict: Verdict;
}

export interface TracedStep {
    source: "event" | "effect";
    kind: string;
    about?: unknown;
}

export interface UnreachableSession {
    status: "unreachable";
}

export interface User {
    id: string;
    email: string;
    name: string;
    hasPassword: boolean;
    createdAt: number;
}

export type AuthOptions = CookieOptions | TokenOptions;

export type BrowserReason =
 | "network"
 | "unexpected_answer"
 | "signed_out"
 | "wrong_mode"
 | "cancelled"
 | "timed_out"
 | "aborted"
 | "not_supported"
 | "not_allowed_here"
 | "already_registered"
 | "redirect_invalid"
 | "redirect_refused" | LoadReason;

export type LoadReason =
 | "load_failed"
 | "wasm_blocked"
 | "worker_failed";

export type Outcome<Success extends object = object> = ({
    ok: true;
} & Success) | Failure;

export type PageReason =
 | "no_credential"
 | "popup_blocked"
 | "popup_closed"
 | "popup_isolated"
 | "redirected"
 | "body_not_replayable";

export type PasskeyHint = "security-key" | "client-device" | "hybrid";

export type Reason = ServerReason | BrowserReason | PageReason;

export type ServerReason =
 | "invalid_request"
 | "not_found"
 | "method_not_allowed"
 | "request_timeout"
 | "payload_too_large"
 | "unsupported_media_type"
 | "not_authenticated"
 | "invalid_credentials"
 | "forbidden"
 | "step_up_required"
 | "csrf_rejected"
 | "cookie_session_required"
 | "rate_limited"
 | "busy"
 | "email_invalid"
 | "name_invalid"
 | "profile_invalid"
 | "password_too_short"
 | "password_too_long"
 | "password_too_weak"
 | "registration_refused"
 | "ceremony_invalid"
 | "passkey_rejected"
 | "passkey_unknown"
 | "passkey_exists"
 | "passkey_limit"
 | "second_factor_required"
 | "totp_limit"
 | "last_credential"
 | "not_yourself"
 | "last_admin"
 | "conflict"
 | "setup_unavailable"
 | "link_invalid"
 | "code_invalid"
 | "mail_unavailable"
 | "internal"
 | "unknown";

export type Session = LoadingSession | UnreachableSession | SignedOutSession | SignedInSession | StepUpSession | ErrorSession;

export type Traced = TracedStep | TracedGate;

export type Tracer = (told: Traced) => void;

export type Verdict = "loading" | "offline" | "error" | "signedOut" | "denied" | "stepUp" | "allowed";

export type WasmSource = string | URL | Response | BufferSource | WebAssembly.Module;

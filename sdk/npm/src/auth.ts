import type { Question, Verdict } from "./gate.js";
import type { Outcome } from "./outcome.js";
import type { Passkey, Session, SessionSummary } from "./session.js";

/** The client, as {@link createAuth} makes it. Make one per page. */
export interface Auth {
  /**
   * Resolves once it is known whether somebody is signed in (or that this cannot be found out
   * now), to the session as it is then. Never rejects. Where there is no browser it resolves at
   * once, with the session still `loading`.
   */
  readonly ready: Promise<Session>;

  /** The session as it is known now. The same object until it changes. */
  readonly session: Session;

  /**
   * The session of the first paint, on a server and in the browser: the one that was handed down by
   * {@link CommonOptions.session}, else `loading`. It never changes.
   */
  readonly initial: Session;

  /**
   * Calls `listener` with the session as it is now, and again after every change.
   *
   * @returns What ends the subscription.
   */
  subscribe(listener: (session: Session) => void): () => void;

  /**
   * Calls `listener` whenever a verdict of {@link Auth.decide} may have changed: after every change
   * of the session, and when the server has answered about resources. Not called at once.
   *
   * @returns What ends the subscription.
   */
  onChange(listener: () => void): () => void;

  /** Signing in with passkeys, and the user's list of them. */
  readonly passkey: PasskeyApi;

  /** Signing in with a password, and changing it. */
  readonly password: PasswordApi;

  /** The sessions of the user on all devices. */
  readonly sessions: SessionsApi;

  /** Makes an account with a password, and signs in. For one with a passkey alone see
   * {@link PasskeyApi.signUp}. */
  register(account: NewAccount & { password: string }): Promise<Outcome>;

  /**
   * Sends the browser to the server to sign in, and back afterwards. In token mode: through the
   * server's authorization endpoint with PKCE, state and nonce, and back to the `redirectUri`.
   * By cookie: to the server's sign-in page.
   */
  signInWithRedirect(options?: {
    /** The path of this origin where the user wants to be in the end; left out: this page. */
    returnTo?: string | undefined;
  }): Promise<Outcome>;

  /**
   * Says what came of a sign-in by redirect, on the page of the `redirectUri`: the path the user
   * wanted to go to, for the application's router. Taking the server's answer out of the address
   * and redeeming it happens by itself, before {@link Auth.ready} resolves, and once; without a
   * redirect to speak of this is a success without `returnTo`.
   *
   * Tokens live in memory: go there without loading a new page.
   */
  handleRedirect(): Promise<Outcome<{ returnTo?: string }>>;

  /**
   * Whether the user has `permission`, such as `notes:delete`. `false` while nothing is known and
   * while nobody is signed in, and for what is no permission.
   *
   * This mirrors what the server decides, for showing and hiding things; the server decides each
   * request again.
   */
  can(permission: string): boolean;

  /** Whether the user has at least one of `permissions`; none asked for: no. */
  canAny(permissions: readonly string[]): boolean;

  /** Whether the user has all of `permissions`; none asked for: no. */
  canAll(permissions: readonly string[]): boolean;

  /**
   * Decides what a gate is to show. The same for every framework: their gates are this and
   * {@link Auth.onChange}.
   */
  decide(question: Question): Verdict;

  /**
   * Whether the user has `permission` on one resource, such as `note:42`: asked of the server, in
   * one request with all others of the same frame, and remembered until something changes.
   */
  check(permission: string, on: string): Promise<Outcome<{ allowed: boolean }>>;

  /** Says why {@link Auth.can} answers as it does: which pattern grants it, or what is missing. */
  explain(permission: string): Explanation;

  /**
   * `fetch`, with what proves who is signed in: the CSRF header by cookie, the access token in
   * token mode. Only to the server's origin (and `tokenOrigins`); to any other the request goes
   * as it is. In token mode an answer of 401 leads to one refresh and one retry.
   *
   * Like `fetch` it resolves to a response of any status, and rejects only where there is none:
   * with a `TypeError`, whose `cause` is the {@link Failure}, or with the reason of an aborted
   * `signal`.
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;

  /**
   * Signs out, in every tab. By cookie this needs the server: when it cannot be reached, the
   * session lives on and the outcome says so. In token mode the tokens are forgotten at once.
   */
  signOut(options?: {
    /** On all other devices as well. By cookie only. */
    everywhere?: boolean | undefined;
  }): Promise<Outcome>;

  /** The user does not want to confirm it is them: from `stepUp` back to `signedIn`. */
  cancelStepUp(): void;
}

/** Passkeys. By cookie only. */
export interface PasskeyApi {
  /** Whether this page can use passkeys at all. */
  readonly supported: boolean;

  /** Whether passkeys can be offered in the autofill of a form field. */
  autofillSupported(): Promise<boolean>;

  /**
   * Signs in with a passkey, without a user name. For a user who is signed in already this
   * confirms it is them.
   */
  signIn(options?: {
    /**
     * Offer passkeys in the autofill of a field with `autocomplete="username webauthn"` instead
     * of opening a dialog. Waits until one is chosen; a dialog opened in the meantime takes its
     * place and ends it as `aborted`.
     */
    autofill?: boolean | undefined;
    /** Stay signed in for 30 days on this device. */
    remember?: boolean | undefined;
  }): Promise<Outcome>;

  /** Adds a passkey to the account. */
  register(options?: {
    /** What to call it; left out: after the device. */
    name?: string | undefined;
  }): Promise<Outcome<{ passkey: Passkey }>>;

  /** Makes an account that has only a passkey, and signs in. */
  signUp(account: NewAccount): Promise<Outcome>;

  /** The user's passkeys, oldest first. */
  list(): Promise<Outcome<{ passkeys: Passkey[] }>>;

  /** Calls a passkey something else. */
  rename(id: string, name: string): Promise<Outcome>;

  /** Takes a passkey away. The last way to sign in stays. */
  delete(id: string): Promise<Outcome>;

  /** Ends the ceremony that is open, such as an autofill whose form goes away, as `aborted`. */
  abort(): void;
}

/** Passwords. By cookie only. */
export interface PasswordApi {
  /**
   * Signs in with email and password. For a user who is signed in already this confirms it is
   * them.
   */
  signIn(credentials: {
    /** The account's email address. */
    email: string;
    /** Its password. */
    password: string;
    /** Stay signed in for 30 days on this device. */
    remember?: boolean | undefined;
  }): Promise<Outcome>;

  /** Sets a password, or changes it. */
  set(change: {
    /** The current password; needed where the account has one. */
    current?: string | undefined;
    /** The new one. */
    new: string;
    /** End all other sessions as well. */
    endOtherSessions?: boolean | undefined;
  }): Promise<Outcome>;
}

/** The user's sessions. By cookie only. */
export interface SessionsApi {
  /** All of them, the current one first. */
  list(): Promise<Outcome<{ sessions: SessionSummary[] }>>;

  /** Ends one; the current one: signs out. */
  end(id: string): Promise<Outcome>;

  /** Ends all but the current one, and says how many there were. */
  endOthers(): Promise<Outcome<{ ended: number }>>;
}

/** Whom an account is for. */
export interface NewAccount {
  /** Email address. */
  email: string;
  /** The name to go by; left out: the part of the email address before the `@`. */
  name?: string | undefined;
}

/** Why a permission is there, or is not. */
export interface Explanation {
  /** What was asked about. */
  permission: string;
  /** Whether the user has it. */
  allowed: boolean;
  /** Why, for programs. */
  reason: "granted" | "not_granted" | "not_a_permission" | "signed_out" | "not_known_yet";
  /** The pattern that grants it, such as `notes:*`. */
  by?: string;
}

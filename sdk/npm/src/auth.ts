import type { Question, Verdict } from "./gate.js";
import type { Outcome } from "./outcome.js";
import type { Passkey, Session, SessionSummary } from "./session.js";
import type { Tracer } from "./trace.js";

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
   * As {@link Auth.signInWithRedirect}, in a window of its own (token mode only): the page stays.
   * Call it from a click's handler, or the browser blocks the window.
   *
   * The page of the `redirectUri` is opened in that window in the end; a client there hands the
   * answer over and closes the window. Servers that keep their pages apart from others
   * (`Cross-Origin-Opener-Policy`, as Portcullis does) hide from this page whether their window is
   * still open: if the user comes back to this page and nothing is heard for a while, the outcome
   * is `popup_isolated`, and should the sign-in succeed after all, the session follows.
   */
  signInWithPopup(options?: {
    /** Ends the waiting, as `aborted`. */
    signal?: AbortSignal | undefined;
  }): Promise<Outcome>;

  /**
   * Says what came of a sign-in by redirect, on the page of the `redirectUri`: the path the user
   * wanted to go to, for the application's router. Taking the server's answer out of the address
   * and redeeming it happens by itself, before {@link Auth.ready} resolves, and once; without a
   * redirect to speak of this is a success without `returnTo`.
   *
   * Tokens live in memory: go there without loading a new page.
   *
   * In the window of {@link Auth.signInWithPopup} it is a success with `popup`: the answer was
   * handed over, and where the browser does not let the window close by itself, say that it may be
   * closed.
   */
  handleRedirect(): Promise<Outcome<{ returnTo?: string; popup?: true }>>;

  /**
   * Loads the SDK's module again where that has failed (`session.status` is `error`), and resolves
   * to the session as it is then. Every other call does the same by itself.
   */
  retry(): Promise<Session>;

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
   * as it is. In token mode an answer of 401 leads to one refresh and one retry. A redirect is not
   * followed (`redirected`) unless `init.redirect` is `"follow"`, in which case the browser leaves
   * the token out towards another origin.
   *
   * Like `fetch` it resolves to a response of any status, and rejects only where there is none:
   * with a `TypeError`, whose `cause` is the {@link Failure}, or with the reason of an aborted
   * `signal`, which is heeded at every stage.
   *
   * A stream as body is refused (`body_not_replayable`) where the request may have to be sent
   * again: in token mode, with `stepUp: "resume"`, and in a PUT unless `retryWithin` is 0.
   */
  fetch(input: RequestInfo | URL, init?: FetchInit): Promise<Response>;

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

  /**
   * Calls `tracer` with everything that the client hears of, asks the browser for and decides, for
   * tools that show it, such as `<pc-devtools>`. Said before the client is first asked for
   * anything, nothing is missed. Never with a token in it.
   *
   * @returns What ends that.
   */
  trace(tracer: Tracer): () => void;
}

/** What {@link Auth.fetch} takes besides what `fetch` does. */
export interface FetchInit extends RequestInit {
  /** As in the client's options, for this request. */
  stepUp?: "resume" | "return" | undefined;
  /** As in the client's options, for this request. */
  retryWithin?: number | undefined;
}

/** Passkeys. By cookie only. */
export interface PasskeyApi {
  /** Whether this page can use passkeys at all. */
  readonly supported: boolean;

  /** Whether passkeys can be offered in the autofill of a form field. */
  autofillSupported(): Promise<boolean>;

  /** What this browser can do with passkeys; all `false` where there is none. */
  capabilities(): Promise<PasskeyCapabilities>;

  /**
   * Signs in with a passkey, without a user name. For a user who is signed in already this
   * confirms it is them.
   */
  signIn(options?: {
    /**
     * Offer passkeys in the autofill of a field with `autocomplete="username webauthn"` instead
     * of opening a dialog. Waits until one is chosen. A dialog opened in the meantime takes its
     * place; when that comes to nothing the passkeys are offered again, and when somebody has signed
     * in this ends as `aborted`. End it when its form goes away.
     */
    autofill?: boolean | undefined;
    /**
     * Open a dialog only if a passkey is at hand, and come to `no_credential` at once if not: for a
     * sign-in button that opens a form otherwise. Where a browser cannot do it: `not_supported`.
     */
    immediate?: boolean | undefined;
    /** Where the passkey is likely to be, most likely first. */
    hints?: readonly PasskeyHint[] | undefined;
    /** Ends the ceremony, as `aborted`. */
    signal?: AbortSignal | undefined;
    /** Stay signed in for 30 days on this device. */
    remember?: boolean | undefined;
  }): Promise<Outcome>;

  /** Adds a passkey to the account. */
  register(options?: {
    /** What to call it; left out: after the device. */
    name?: string | undefined;
    /** Where to put it, most wanted first. */
    hints?: readonly PasskeyHint[] | undefined;
    /** Ends the ceremony, as `aborted`. */
    signal?: AbortSignal | undefined;
  }): Promise<Outcome<{ passkey: Passkey }>>;

  /**
   * Adds a passkey without asking, after a sign-in with a password that the user's password manager
   * has filled in. Call it after every such sign-in and show nothing but a success: browsers decide
   * whether it is time for one, and mostly it is not (`cancelled`, `not_supported`,
   * `already_registered`).
   */
  upgrade(options?: {
    /** What to call it; left out: after the device. */
    name?: string | undefined;
    /** Ends the ceremony, as `aborted`. */
    signal?: AbortSignal | undefined;
  }): Promise<Outcome<{ passkey: Passkey }>>;

  /** Makes an account that has only a passkey, and signs in. */
  signUp(
    account: NewAccount & {
      /** Where to put the passkey, most wanted first. */
      hints?: readonly PasskeyHint[] | undefined;
      /** Ends the ceremony, as `aborted`. */
      signal?: AbortSignal | undefined;
    },
  ): Promise<Outcome>;

  /** The user's passkeys, oldest first. */
  list(): Promise<Outcome<{ passkeys: Passkey[] }>>;

  /** Calls a passkey something else. */
  rename(id: string, name: string): Promise<Outcome>;

  /** Takes a passkey away. The last way to sign in stays. */
  delete(id: string): Promise<Outcome>;

  /** Ends the ceremony that is open, such as an autofill whose form goes away, as `aborted`. */
  abort(): void;
}

/** Where a passkey may be: on a security key, on this device, or on a phone (WebAuthn level 3). */
export type PasskeyHint = "security-key" | "client-device" | "hybrid";

/** What a browser can do with passkeys. */
export interface PasskeyCapabilities {
  /** Passkeys at all. */
  passkeys: boolean;
  /** Offering them in a form's autofill. */
  autofill: boolean;
  /** Adding one without asking: {@link PasskeyApi.upgrade}. */
  upgrade: boolean;
  /** Asking only if one is at hand: `immediate` of {@link PasskeyApi.signIn}. */
  immediate: boolean;
  /** This device can keep them and recognises its user. */
  device: boolean;
  /** Those of a phone nearby. */
  phone: boolean;
  /** Hearing from the SDK which passkeys are gone and what they are called. */
  signals: boolean;
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

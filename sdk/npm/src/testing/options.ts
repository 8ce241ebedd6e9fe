import type { Passkey, Session, SessionSummary, User } from "../session.js";

/** Whom a test signs in. What is left out has a plain value. */
export interface TestUser {
  /** What is known of the user. */
  user?: Partial<User> | undefined;
  /** Names of their roles. */
  roles?: readonly string[] | undefined;
  /** What the roles give: permissions and patterns such as `notes:*`. */
  permissions?: readonly string[] | undefined;
}

/** An account that the fake server knows. */
export interface TestAccount extends TestUser {
  /** Its email address. */
  email: string;
  /** Its password; left out: it has none. */
  password?: string | undefined;
  /** Whether this device holds a passkey of it. */
  passkey?: boolean | undefined;
}

/** How a test begins. With neither a session nor anything of a {@link TestUser}, nobody is signed in. */
export interface TestAuthOptions extends TestUser {
  /** The session to begin with, as it is; takes the place of the three above. */
  session?: Session | undefined;
  /** Accounts to sign in to. Those that the test signs up are added. */
  accounts?: readonly TestAccount[] | undefined;
  /** The passkeys that the user has. */
  passkeys?: readonly Passkey[] | undefined;
  /** The user's sessions on other devices. */
  otherSessions?: readonly SessionSummary[] | undefined;
  /**
   * What {@link Auth.fetch} is answered. Left out: it fails as where the server cannot be reached,
   * so that a test notices what it did not think of.
   */
  fetch?: ((request: Request) => Response | Promise<Response>) | undefined;
}

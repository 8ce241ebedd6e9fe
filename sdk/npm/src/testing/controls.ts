import type { Auth } from "../auth.js";
import type { Session, SignedOutSession } from "../session.js";
import type { TestUser } from "./options.js";
import type { Answer, Call, Calls } from "./script.js";

/** A client for tests, and what a test does to it. */
export interface TestAuth extends Auth {
  /** What happens elsewhere: on the server, in other tabs, to the network. */
  readonly test: TestControls;
}

/** What a test can make happen. Listeners have heard of it when the call returns. */
export interface TestControls {
  /** Signs somebody in, as if they had done so in another tab. */
  signIn(user?: TestUser): void;

  /** Ends the session; left out: as if from elsewhere. */
  signOut(reason?: SignedOutSession["reason"]): void;

  /** Changes the user's roles and what they give, as an admin may at any time. What is left out
   * stays. Nothing happens while nobody is signed in. */
  setRoles(change: Pick<TestUser, "roles" | "permissions">): void;

  /** The user has to confirm it is them: from `signedIn` to `stepUp`. */
  requireStepUp(): void;

  /** Takes the network away, or brings it back. Calls fail; a session that is known is `stale`. */
  setOffline(offline: boolean): void;

  /** Shows any session at all, such as `{ status: "unreachable" }`. */
  setSession(session: Session): void;

  /**
   * What the server says about a permission on a resource, such as `note:42`; `undefined`: it has
   * not answered yet. Where nothing was said the user's permissions decide.
   */
  setResource(permission: string, on: string, allowed: boolean | undefined): void;

  /**
   * What the next such call comes to: `next("passkey.signIn", "cancelled")`. May be said several
   * times, for one call each. Without it calls do what they do on a server, in memory.
   */
  next(call: Call | "fetch", answer: Answer): void;

  /** The calls so far, first to last. */
  readonly calls: readonly Calls[];
}

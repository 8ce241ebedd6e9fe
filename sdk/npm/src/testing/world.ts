/** What the fake client shows: the session, its listeners, and answers about permissions. */

import type { Explanation } from "../auth.js";
import { decide, type Question, type Verdict } from "../gate.js";
import { grants } from "../matching.js";
import type { Session, SignedInSession } from "../session.js";
import type { Tracer } from "../trace.js";
import type { TestUser } from "./options.js";

const HOUR = 3_600_000;
/** No real ids: they are the same in each run, so that snapshots are. */
const id = (number: number) => `00000000-0000-7000-8000-${String(number).padStart(12, "0")}`;

/** The session of a user of whom a test has said only what matters to it. */
export function signedIn({ user, roles = ["user"], permissions = [] }: TestUser): SignedInSession {
  const now = Date.now();
  return {
    status: "signedIn",
    stale: false,
    id: id(1),
    user: {
      id: id(2),
      email: "ada@example.com",
      name: "Ada",
      hasPassword: true,
      createdAt: now,
      ...user,
    },
    roles: [...roles].sort(),
    permissions: [...permissions].sort(),
    version: 1,
    amr: ["pwd"],
    authTime: now,
    idleExpiresAt: now + HOUR,
    expiresAt: now + 24 * HOUR,
  };
}

/** The state that the fake client is in. */
export class World {
  session: Session;
  readonly ready: Promise<Session>;
  #known!: (session: Session) => void;
  readonly #listeners = new Set<{ tell: () => void }>();
  readonly #tracers = new Set<Tracer>();
  readonly #resources = new Map<string, boolean | undefined>();

  constructor(session: Session) {
    this.session = session;
    this.ready = new Promise((resolve) => (this.#known = resolve));
    if (session.status !== "loading") this.#known(session);
  }

  /** Shows another session. */
  show(session: Session): void {
    this.session = session;
    if (session.status !== "loading") this.#known(session);
    this.#changed();
  }

  /** Changes the session of whoever is signed in. */
  change(to: Partial<SignedInSession>): void {
    const { session } = this;
    if ("user" in session) this.show({ ...session, ...to } as Session);
  }

  listen(tell: () => void): () => void {
    const listener = { tell };
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  trace(tracer: Tracer): () => void {
    this.#tracers.add(tracer);
    return () => this.#tracers.delete(tracer);
  }

  setResource(permission: string, on: string, allowed: boolean | undefined): void {
    this.#resources.set(`${permission}\n${on}`, allowed);
    this.#changed();
  }

  /** Whether the user has the permission; `undefined`: the server has not answered. */
  can(permission: string, on?: string): boolean | undefined {
    const key = `${permission}\n${on}`;
    if (on !== undefined && this.#resources.has(key)) return this.#resources.get(key);
    return "permissions" in this.session && grants(this.session.permissions, permission);
  }

  decide(question: Question): Verdict {
    const verdict = decide(this.session, question, (permission, on) => this.can(permission, on));
    for (const tracer of this.#tracers) tracer({ source: "gate", question, verdict });
    return verdict;
  }

  explain(permission: string): Explanation {
    const { session } = this;
    if (!("permissions" in session)) {
      const reason = session.status === "signedOut" ? "signed_out" : "not_known_yet";
      return { permission, allowed: false, reason };
    }
    const by = session.permissions.find((pattern) => grants([pattern], permission));
    if (by !== undefined) return { permission, allowed: true, reason: "granted", by };
    const reason = grants(["*"], permission) ? "not_granted" : "not_a_permission";
    return { permission, allowed: false, reason };
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) {
      if (this.#listeners.has(listener)) listener.tell();
    }
  }
}

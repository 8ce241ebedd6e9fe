import type { ReactNode } from "react";

import type { Question } from "../gate.js";
import type { Session, SignedInSession, StepUpSession } from "../session.js";
import { type Slots, slot } from "../slot.js";
import { useSession, useVerdict } from "./hooks.js";
import { named } from "./source.js";

/** What a gate asks for, and what it shows. */
export interface PermissionGateProps extends Question, Slots<ReactNode> {}

/**
 * Shows its children to those who have what is asked for.
 *
 * ```tsx
 * <PermissionGate require="notes:delete" on={`note:${id}`} fallback={null}>
 *   <DeleteButton />
 * </PermissionGate>
 * ```
 */
export function PermissionGate(props: PermissionGateProps): ReactNode {
  return slot(useVerdict(props), props) ?? null;
}

/** What {@link SignedIn} shows. */
export interface SignedInProps {
  /** Shown to those who are signed in; a function is given their session. */
  children?: ReactNode | ((session: SignedInSession | StepUpSession) => ReactNode);
}

type InSession = SignedInSession | StepUpSession;

/**
 * Shows its children while somebody is signed in.
 *
 * ```tsx
 * <SignedIn>{({ user }) => <p>Hello, {user.name}</p>}</SignedIn>
 * ```
 */
export function SignedIn({ children }: SignedInProps): ReactNode {
  const render = typeof children === "function" ? children : undefined;
  const session = useSession<InSession | boolean | undefined>(render ? whole : onlyWhether);
  if (!session) return null;
  return typeof session === "object" ? render?.(session) : (children as ReactNode);
}

const whole = (session: Session) => ("user" in session ? session : undefined);
const onlyWhether = (session: Session) => "user" in session;

/** What {@link SignedOut} shows. */
export interface SignedOutProps {
  /** Shown to those who are not signed in. */
  children?: ReactNode;
}

/** Shows its children once it is known that nobody is signed in. */
export function SignedOut({ children }: SignedOutProps): ReactNode {
  return useSession(({ status }) => status === "signedOut") ? children : null;
}

named(PermissionGate, "PermissionGate");
named(SignedIn, "SignedIn");
named(SignedOut, "SignedOut");

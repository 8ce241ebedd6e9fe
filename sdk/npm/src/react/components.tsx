import type { ReactNode } from "react";

import type { Question } from "../gate.js";
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

/** What {@link SignedIn} and {@link SignedOut} show. */
export interface SignedProps {
  /** Shown to those whom it is for, and nothing to others. */
  children?: ReactNode;
}

/** Shows its children while somebody is signed in. */
export function SignedIn({ children }: SignedProps): ReactNode {
  const signedIn = useSession(({ status }) => status === "signedIn" || status === "stepUp");
  return signedIn ? children : null;
}

/** Shows its children once it is known that nobody is signed in. */
export function SignedOut({ children }: SignedProps): ReactNode {
  return useSession(({ status }) => status === "signedOut") ? children : null;
}

named(PermissionGate, "PermissionGate");
named(SignedIn, "SignedIn");
named(SignedOut, "SignedOut");

/** What users of React write, in the strictest TypeScript. Type-checked only; see `types.test.js`. */

import { type Auth, createAuth, type Session, type Verdict } from "@portcullis/sdk";
import {
  AuthProvider,
  type AuthProviderProps,
  type Authorization,
  PermissionGate,
  type PermissionGateProps,
  SignedIn,
  SignedOut,
  useAuth,
  useAuthorization,
  usePermission,
  useSession,
  useVerdict,
} from "@portcullis/sdk/react";
import type { ReactElement, ReactNode } from "react";

declare const session: Session;
declare const id: string | undefined;

// Providers: a client, or what one is made of; not both.
const auth: Auth = createAuth();
export const providers: ReactElement[] = [
  <AuthProvider auth={auth}>text</AuthProvider>,
  <AuthProvider />,
  <AuthProvider server="https://auth.example.com" session={undefined} />,
  <AuthProvider mode="token" clientId="notes" redirectUri="/callback" />,
  // @ts-expect-error: a client has its options already
  <AuthProvider auth={auth} server="https://auth.example.com" />,
  // @ts-expect-error: token mode needs what it needs
  <AuthProvider mode="token" clientId="notes" />,
  // @ts-expect-error: a session that is loading is not handed down
  <AuthProvider session={session} />,
];
export const props: AuthProviderProps = { auth, children: null };

// Gates.
export const gates: ReactElement[] = [
  <PermissionGate require="notes:delete" on={id} fallback={null} loading="…" denied={<p />}>
    text
  </PermissionGate>,
  <PermissionGate any={["a:b"]} all={["c:d"] as const} not="e:f" stepUp={[]} offline={0} />,
  // @ts-expect-error: misspelt
  <PermissionGate requires="notes:delete" />,
  // @ts-expect-error: one permission
  <PermissionGate require={["notes:delete"]} />,
  <SignedIn>in</SignedIn>,
  <SignedIn>{({ user }) => user.name}</SignedIn>,
  // @ts-expect-error: there is nobody
  <SignedOut>{({ user }) => user.name}</SignedOut>,
  <SignedOut>
    out
    <p />
  </SignedOut>,
  // @ts-expect-error: asks for nothing
  <SignedIn require="notes:delete" />,
];
export const gate: PermissionGateProps = { not: ["a:b"] };

// Hooks.
export function Hooks(): ReactNode {
  const client: Auth = useAuth();
  const whole = useSession();
  const status: Session["status"] = useSession((session) => session.status);
  const mayDelete: boolean = usePermission("notes:delete", { on: id });
  const verdict: Verdict = useVerdict({ require: "notes:delete" });
  const { hasPermission, hasAny, hasAll, decide }: Authorization = useAuthorization();
  const answers: boolean[] = [
    hasPermission("a:b"),
    hasAny(["a:b"], { on: id }),
    hasAll(["a:b", "c:d"] as const),
    decide({ not: "a:b" }) === "stepUp",
    mayDelete,
  ];
  // @ts-expect-error: no such verdict
  if (verdict === "forbidden") return null;
  // @ts-expect-error: nobody may be signed in
  whole.user;
  // @ts-expect-error: the resource has a name
  hasPermission("a:b", "note:42");
  if (whole.status === "signedIn") return whole.user.name;
  return `${client.session.status} ${status} ${answers.join()}`;
}

/** The application of the React tests, which is rendered on a server and in a browser. */

import { StrictMode, memo, useState } from "react";

import {
  AuthProvider,
  type AuthProviderProps,
  PermissionGate,
  SignedIn,
  SignedOut,
  useAuth,
  useAuthorization,
  usePermission,
  useSession,
  useVerdict,
} from "../../src/react/index.js";

/** How often each component has rendered. */
export const renders: Record<string, number> = {};
const rendered = (name: string) => (renders[name] = (renders[name] ?? 0) + 1);

const Name = memo(() => {
  const session = useSession();
  rendered("session");
  return <p id="name">{session.status === "signedIn" ? session.user.name : session.status}</p>;
});

const Status = memo(() => {
  // Something new each time, which must not be taken for a change.
  const { status } = useSession((session) => ({ status: session.status }));
  rendered("status");
  return <p id="status">{status}</p>;
});

const Write = memo(() => {
  rendered("write");
  return <p id="write">{String(usePermission("notes:write"))}</p>;
});

const Purge = memo(() => {
  rendered("purge");
  return <p id="purge">{String(usePermission("notes:purge"))}</p>;
});

const One = memo(() => {
  rendered("one");
  return <p id="one">{useVerdict({ require: "notes:write", on: "note:1" })}</p>;
});

const Some = memo(() => {
  const { hasPermission, hasAny, hasAll, decide } = useAuthorization();
  const [clicked, setClicked] = useState("");
  rendered("some");
  const answers = [
    hasPermission("notes:write"),
    hasAny(["notes:purge", "notes:write"]),
    hasAll(["notes:purge", "notes:write"]),
    decide({ not: "notes:purge" }),
  ];
  return (
    <>
      <button id="ask" onClick={() => setClicked(String(hasPermission("notes:read")))}>
        Ask
      </button>
      <p id="some">{answers.join()}</p>
      <p id="clicked">{clicked}</p>
    </>
  );
});

const Idle = memo(() => {
  useAuthorization();
  useAuth();
  rendered("idle");
  return null;
});

/** The application. */
export function App(props: AuthProviderProps) {
  return (
    <StrictMode>
      <AuthProvider {...props}>
        <Name />
        <Status />
        <Write />
        <Purge />
        <One />
        <Some />
        <Idle />
        <SignedIn>
          <p id="in">in</p>
        </SignedIn>
        <SignedIn>
          {({ user, status }) => (
            <p id="user">
              {user.name} {status}
            </p>
          )}
        </SignedIn>
        <SignedOut>
          <p id="out">out</p>
        </SignedOut>
        <div id="gate">
          <PermissionGate
            require="notes:write"
            fallback="fallback"
            loading="loading"
            denied="denied"
            offline="offline"
            stepUp="stepUp"
          >
            children
          </PermissionGate>
        </div>
      </AuthProvider>
    </StrictMode>
  );
}

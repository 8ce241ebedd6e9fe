import { PermissionGate, SignedIn, SignedOut, useAuth, useSession } from "@portcullis/sdk/react";

import { Notes } from "./notes";
import { Passkey } from "./passkey";
import { SignIn } from "./sign-in";

export function App() {
  return (
    <>
      <h1>Notes</h1>
      <Trouble />
      <SignedOut>
        <SignIn />
      </SignedOut>
      <SignedIn>
        <Hello />
        <PermissionGate require="notes:delete" denied={<p>You see your own notes.</p>}>
          <p>You are a moderator: you see everybody’s notes.</p>
        </PermissionGate>
        <PermissionGate require="notes:write" denied={<p>You may not write notes.</p>}>
          <Notes />
        </PermissionGate>
      </SignedIn>
    </>
  );
}

function Hello() {
  const auth = useAuth();
  const name = useSession((session) => ("user" in session ? session.user.name : ""));
  return (
    <header>
      <p>Hello, {name}</p>
      <Passkey />
      <button onClick={() => auth.signOut()}>Sign out</button>
    </header>
  );
}

/** What may be in the way, in words. */
function Trouble() {
  const session = useSession();
  if (session.status === "error") return <p role="alert">{session.message}</p>;
  if (session.status === "unreachable") return <p role="alert">The server cannot be reached.</p>;
  if (session.status === "signedIn" && session.stale) return <p role="alert">You are offline.</p>;
  return null;
}

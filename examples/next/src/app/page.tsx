import { PermissionGate, SignedIn, SignedOut } from "@portcullis/sdk/react";

import { Hello } from "../components/hello";
import { Notes } from "../components/notes";
import { SignIn } from "../components/sign-in";
import { Trouble } from "../components/trouble";

// Gates decide what is shown. What this component puts between them is sent to everybody: let it hold
// no secrets, and fetch those from behind the gate, as `Notes` does.
export default function Page() {
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

"use client";

import { useAuth, useSession } from "@portcullis/sdk/react";

import { Passkey } from "./passkey";

export function Hello() {
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

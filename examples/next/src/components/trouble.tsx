"use client";

import { useSession } from "@portcullis/sdk/react";

/** What may be in the way, in words. */
export function Trouble() {
  const session = useSession();
  if (session.status === "error") return <p role="alert">{session.message}</p>;
  if (session.status === "unreachable") return <p role="alert">The server cannot be reached.</p>;
  if (session.status === "signedIn" && session.stale) return <p role="alert">You are offline.</p>;
  return null;
}

"use client";

import { useAuth } from "@portcullis/sdk/react";
import { useState } from "react";

export function Passkey() {
  const auth = useAuth();
  const [said, setSaid] = useState("");

  async function add() {
    const outcome = await auth.passkey.register();
    setSaid(outcome.ok ? "Passkey added. Next time, sign in with it." : outcome.message);
  }

  return (
    <>
      <button onClick={add}>Add a passkey</button>
      <p role="status">{said}</p>
    </>
  );
}

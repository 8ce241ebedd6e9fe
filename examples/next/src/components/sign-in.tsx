"use client";

import type { Outcome } from "@portcullis/sdk";
import { useAuth } from "@portcullis/sdk/react";
import { type FormEvent, useEffect, useState } from "react";

export function SignIn() {
  const auth = useAuth();
  const [problem, setProblem] = useState("");
  const [alive, setAlive] = useState(false);

  // Sooner than that, the browser would send the form itself, with the password in the address.
  useEffect(() => setAlive(true), []);

  async function come(what: Promise<Outcome>) {
    const outcome = await what;
    // Who closes the browser's dialog knows that they did.
    const quiet = outcome.ok || ["cancelled", "aborted"].includes(outcome.reason);
    setProblem(quiet ? "" : outcome.message);
  }

  // Offers passkeys in the suggestions of the email field, quietly: nothing happens if there are none.
  useEffect(() => {
    void auth.passkey.signIn({ autofill: true });
    return () => auth.passkey.abort();
  }, [auth]);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const { submitter } = event.nativeEvent as SubmitEvent;
    const data = new FormData(event.currentTarget, submitter);
    const account = { email: String(data.get("email")), password: String(data.get("password")) };
    void come(data.get("what") === "up" ? auth.register(account) : auth.password.signIn(account));
  }

  return (
    <form onSubmit={submit}>
      <label>
        Email
        <input name="email" type="email" autoComplete="username webauthn" required />
      </label>
      <label>
        Password
        <input name="password" type="password" autoComplete="current-password" required />
      </label>
      <p role="alert">{problem}</p>
      <button name="what" value="in" disabled={!alive}>
        Sign in
      </button>
      <button name="what" value="up" disabled={!alive}>
        Create account
      </button>
      <button type="button" onClick={() => come(auth.passkey.signIn())}>
        Use a passkey
      </button>
    </form>
  );
}

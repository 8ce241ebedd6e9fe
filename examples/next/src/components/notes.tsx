"use client";

import { PermissionGate, useAuth, usePermission } from "@portcullis/sdk/react";
import { type FormEvent, useCallback, useEffect, useState } from "react";

interface Note {
  id: string;
  text: string;
  owner_name: string;
}

export function Notes() {
  const auth = useAuth();
  const all = usePermission("notes:read");
  const [notes, setNotes] = useState<Note[]>([]);

  const load = useCallback(async () => {
    // Like `fetch`, with what proves who is signed in; the server decides again.
    const response = await auth.fetch("/api/notes").catch(() => undefined);
    if (response?.ok) setNotes((await response.json()).notes);
  }, [auth]);

  // Who may read everybody's notes sees others than before.
  useEffect(() => void load(), [load, all]);

  async function write(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ text: new FormData(form).get("text") });
    const response = await auth.fetch("/api/notes", { method: "POST", headers, body });
    if (response.ok) form.reset();
    await load();
  }

  async function remove(id: string) {
    await auth.fetch(`/api/notes/${id}`, { method: "DELETE" });
    await load();
  }

  return (
    <>
      <form onSubmit={write}>
        <label>
          New note
          <input name="text" required />
        </label>
        <button>Write</button>
      </form>
      <ul>
        {notes.map(({ id, text, owner_name }) => (
          <li key={id}>
            <span>
              {text} <small>{owner_name}</small>
            </span>
            <PermissionGate require="notes:delete" on={`note:${id}`}>
              <button onClick={() => remove(id)}>Delete</button>
            </PermissionGate>
          </li>
        ))}
      </ul>
    </>
  );
}

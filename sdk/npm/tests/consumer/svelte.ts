/** What users write in Svelte's scripts, in the strictest TypeScript. Type-checked only. */

import { type Auth, createAuth, type Session, type Verdict } from "@portcullis/sdk";
import {
  type Answer,
  type Authorization,
  getAuth,
  getAuthorization,
  getSession,
  PermissionGate,
  type PermissionGateProps,
  permission,
  setAuth,
  SignedIn,
  SignedOut,
  verdict,
} from "@portcullis/sdk/svelte";
import type { Component, ComponentProps } from "svelte";
import { fromStore, get, type Readable } from "svelte/store";

declare const note: { id: string };

const auth: Auth = setAuth(createAuth());
setAuth(() => createAuth()) satisfies Auth;
getAuth() satisfies Auth;
// @ts-expect-error: not a client
setAuth({});

getSession().current satisfies Session;
const mayDelete: Answer<boolean> = permission("notes:delete", () => ({ on: `note:${note.id}` }));
permission("notes:delete", { on: undefined }).current satisfies boolean;
permission(() => (mayDelete.current ? "notes:write" : "notes:read"));
verdict(() => ({ require: "notes:write" })).current satisfies Verdict;
// @ts-expect-error: an answer is not for writing
mayDelete.current = true;
// @ts-expect-error: no such thing to ask
verdict({ requires: "notes:delete" });
const asking: Authorization = getAuthorization();
asking.hasPermission("notes:write", { on: undefined }) satisfies boolean;

// A client is a store.
const store: Readable<Session> = auth;
get(store).status satisfies Session["status"];
fromStore(store).current satisfies Session;

const gate: Component<PermissionGateProps> = PermissionGate;
export const props: ComponentProps<typeof gate> = { require: "notes:write", on: undefined };
// @ts-expect-error: a permission is a text
export const wrong: ComponentProps<typeof PermissionGate> = { require: 7 };
export const session = (children: ComponentProps<typeof SignedIn>["children"]) => children;
export const reason = (children: ComponentProps<typeof SignedOut>["children"]) => children;

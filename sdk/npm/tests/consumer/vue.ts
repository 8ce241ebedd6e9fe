/** An application in Vue, which `vue.test.js` renders on a server and drives in a browser. */

import { type Auth, createAuth, type Question, type Session, type Verdict } from "@portcullis/sdk";
import {
  PermissionGate,
  portcullis,
  provideAuth,
  SignedIn,
  SignedOut,
  useAuth,
  useAuthorization,
  usePermission,
  useSession,
  useVerdict,
} from "@portcullis/sdk/vue";
import { type App, type createApp, createSSRApp, defineComponent, h, reactive, type Ref } from "vue";

/** How often each part has been rendered. */
export const renders: Record<string, number> = {};
/** What the application can be told to ask. */
export const asked = reactive({
  question: { require: "notes:write" } as Question,
  resource: "note:42",
});

/** A part of the page whose text is that of `read`. */
const part = (id: string, setup: () => () => string) =>
  defineComponent({
    setup() {
      const read = setup();
      return () => {
        renders[id] = (renders[id] ?? 0) + 1;
        return h("p", { id }, read());
      };
    },
  });

/** A gate whose slots say their names. */
const gate = (id: string, question: () => Question, slots: readonly string[]) =>
  defineComponent(() => () => {
    const say = (name: string) => () => {
      renders[id] = (renders[id] ?? 0) + 1;
      return [h("span", name)];
    };
    const named = Object.fromEntries(slots.map((name) => [name, say(name)]));
    return h("p", { id }, h(PermissionGate, question(), named));
  });

const ALL = ["default", "fallback", "loading", "denied", "stepUp", "offline"];

const parts = [
  gate("write", () => ({ require: "notes:write" }), ALL),
  gate("delete", () => ({ require: "notes:delete" }), ALL),
  gate("either", () => ({ any: ["notes:delete", "notes:write"], not: "notes:delete" }), ALL),
  gate("every", () => ({ all: ["notes:write", "notes:delete"] }), ALL),
  gate("nothing", () => ({}), ALL),
  gate("resource", () => ({ require: "notes:delete", on: asked.resource }), ALL),
  gate("plain", () => ({ require: "notes:write" }), ["default"]),
  gate("asked", () => ({ ...asked.question }), ALL),
  part("status", () => {
    const session = useSession();
    return () => session.value.status;
  }),
  part("can-write", () => {
    const may = usePermission("notes:write");
    return () => `${may.value satisfies boolean}`;
  }),
  part("can-asked", () => {
    const may = usePermission(() => asked.question.require ?? "");
    return () => `${may.value}`;
  }),
  part("verdict", () => {
    const verdict: Readonly<Ref<Verdict>> = useVerdict(() => ({ require: "notes:delete" }));
    return () => verdict.value;
  }),
  part("authorization", () => {
    const { hasPermission, hasAny, hasAll, decide } = useAuthorization();
    return () =>
      [
        hasPermission("notes:write"),
        hasAny(["notes:write", "notes:delete"]),
        hasAll(["notes:write", "notes:delete"]),
        decide({ require: "notes:delete", on: asked.resource }),
      ].join(" ");
  }),
  part("no", () => {
    const { hasPermission } = useAuthorization();
    return () => `${hasPermission("notes:delete")}`;
  }),
  defineComponent(() => () => [
    h(SignedIn, null, {
      default: ({ session }: { session: { user: { name: string } } }) =>
        h("p", { id: "name" }, session.user.name),
    }),
    h(SignedIn, null, () => {
      renders["in"] = (renders["in"] ?? 0) + 1;
      return h("p", { id: "in" }, "in");
    }),
    h(SignedOut, null, {
      default: ({ session }: { session: Session & { status: "signedOut" } }) =>
        h("p", { id: "out" }, session.reason),
    }),
  ]),
];

/** The application of a client. */
export function application(auth: Auth, create: typeof createApp = createSSRApp): App {
  const main = defineComponent({
    setup() {
      if (useAuth() !== auth) throw new Error("another client");
      return () => h("main", parts.map((one) => h(one)));
    },
  });
  return create(main).use(portcullis, auth);
}

/** Gives the client to a part of the page only. */
export const island = (auth: Auth): App =>
  createSSRApp({
    setup() {
      provideAuth(auth);
      return () => h(parts[0]!);
    },
  });

/** Forgets to give the client to anybody. */
export const forgetful = (): App => createSSRApp(parts[0]!);

/** What does not type-check, and what has to; nobody calls it. */
export function types(): void {
  h(PermissionGate, { require: "notes:write", on: undefined });
  // @ts-expect-error: a permission is a text
  h(PermissionGate, { require: 7 });
  // @ts-expect-error: not a client
  createSSRApp({}).use(portcullis, {});
  // @ts-expect-error: no question
  useVerdict({ requires: "notes:write" });
  usePermission("notes:write", () => ({ on: undefined }));
  createSSRApp({}).use(portcullis, createAuth());
}

/** What tests of users write, in the strictest TypeScript. Type-checked only; see `types.test.js`. */

import type { Auth } from "@portcullis/sdk";
import {
  type Answer,
  type Call,
  type Calls,
  createTestAuth,
  type TestAccount,
  type TestAuth,
  type TestAuthOptions,
  type TestControls,
  type TestUser,
} from "@portcullis/sdk/testing";

const ada: TestUser = { user: { name: "Ada" }, roles: ["user"], permissions: ["notes:*"] };
const account: TestAccount = { email: "ada@example.com", password: undefined, ...ada };
const options: TestAuthOptions = { accounts: [account], fetch: () => Response.json([]) };
const fake: TestAuth = createTestAuth(options);
createTestAuth();
createTestAuth({ session: { status: "unreachable" } });

// It goes wherever the real one does.
export const auth: Auth = fake;
const test: TestControls = fake.test;
test.signIn({ permissions: ["a:b"] });
test.setRoles({ roles: ["admin"] });
test.setResource("notes:delete", "note:1", undefined);
test.setSession({ status: "loading" });
test.signOut("ended");

// Calls are named as they are written.
const call: Call = "passkey.signIn";
const answer: Answer = "cancelled";
test.next(call, answer);
test.next("register", "email_invalid");
test.next("fetch", Promise.resolve(undefined));
const calls: readonly Calls[] = test.calls;
calls.map(({ call, args }) => `${call} ${args.length}`);
// @ts-expect-error: no such call
test.next("passkey.login", "cancelled");
// @ts-expect-error: this comes to no outcome
test.next("passkey.abort", "cancelled");
// @ts-expect-error: no such reason
test.next("signOut", "nope");
// @ts-expect-error: the real one has no such thing
auth.test;

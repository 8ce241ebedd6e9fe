/**
 * The elements by one script, for pages without a build. A `<pc-auth>` in the page says where the
 * server is:
 *
 * ```html
 * <pc-auth server="https://auth.example.com" app="Orders"></pc-auth>
 * <script type="module" src="/sdk/elements/auto/index.js"></script>
 * ```
 *
 * @packageDocumentation
 */

import type { Auth } from "../../auth.js";
import { createAuth } from "../../index.js";
import type { AuthOptions } from "../../options.js";
import { languageOf } from "../../text/index.js";
import { defineElements } from "../index.js";

const place = typeof document === "undefined" ? null : document.querySelector("pc-auth");
const of = (name: string) => place?.getAttribute(name) ?? undefined;
const words = (name: string) => of(name)?.split(/\s+/).filter(Boolean);

function options(): AuthOptions {
  const common = { server: of("server"), wasm: of("wasm") };
  if (of("mode") !== "token") return common;
  return {
    ...common,
    mode: "token",
    clientId: of("client-id") ?? "",
    redirectUri: of("redirect-uri") ?? "",
    scope: of("scope"),
    tokenOrigins: words("token-origins"),
  };
}

/**
 * The client that the elements of the page ask, made from the attributes of `<pc-auth>`: `server`,
 * `wasm`, `mode`, `client-id`, `redirect-uri`, `scope`, `token-origins`, `app`, `language`.
 */
export const auth: Auth = createAuth(options());

defineElements({
  auth,
  app: of("app"),
  language: languageOf(of("language") ?? ""),
  redirect: of("mode") === "token",
});

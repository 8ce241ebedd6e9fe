/** The door to Vue. */

import { door } from "./lib/door.js";
import { read } from "./lib/package.js";

door({
  packages: ["vue"],
  files: { "vue.ts": await read("tests/consumer/vue.ts") },
  server: `
    import { renderToString } from "vue/server-renderer";
    import { application, forgetful, island } from "./vue.js";
    export const renders = Object.fromEntries(
      Object.entries({ application, forgetful, island }).map(
        ([name, make]) => [name, (auth) => renderToString(make(auth))],
      ),
    );
  `,
  browser: `
    import { createApp } from "vue";
    import { application } from "./vue.js";
    export { asked, renders } from "./vue.js";
    export const mount = (root, auth, rendered) =>
      application(auth, rendered ? undefined : createApp).mount(root);
  `,
  build: (where) =>
    where === "server"
      ? { packages: "external" }
      : {
          // Vue of development says what differs from what the server has rendered.
          define: {
            "process.env.NODE_ENV": '"development"',
            __VUE_OPTIONS_API__: "false",
            __VUE_PROD_DEVTOOLS__: "false",
            __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "true",
          },
        },
  touched: ["asked", "either", "plain", "status", "write"],
  forgotten: /app\.use\(portcullis, createAuth\(\)\)/,
});

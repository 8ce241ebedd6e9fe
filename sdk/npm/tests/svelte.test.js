/** The door to Svelte. */

import { readdir } from "node:fs/promises";

import { door } from "./lib/door.js";
import { read, ROOT } from "./lib/package.js";
import { svelte } from "./lib/svelte.js";

const APP = "tests/consumer/svelte";
const names = await readdir(`${ROOT}${APP}`);

door({
  packages: ["svelte"],
  files: Object.fromEntries(
    await Promise.all(
      names.map(async (name) => /** @type {const} */ ([name, await read(`${APP}/${name}`)])),
    ),
  ),
  server: `
    import { render } from "svelte/server";
    import application from "./App.svelte";
    import forgetful from "./Parts.svelte";
    import island from "./Island.svelte";
    export const renders = Object.fromEntries(
      Object.entries({ application, forgetful, island }).map(
        ([name, component]) => [name, (auth) => render(component, { props: { auth } }).body],
      ),
    );
  `,
  browser: `
    import { hydrate, mount as make } from "svelte";
    import App from "./App.svelte";
    export { asked, renders } from "./asked.svelte.ts";
    export const mount = (target, auth, rendered) =>
      (rendered ? hydrate : make)(App, { target, props: { auth } });
  `,
  // Svelte of development says what differs from what the server has rendered.
  build: (where) =>
    where === "server"
      ? { plugins: [svelte("server")], conditions: ["development", "svelte"] }
      : { plugins: [svelte("client")], conditions: ["browser", "development", "svelte"] },
  touched: ["asked", "either", "status", "write"],
  forgotten: /setAuth\(createAuth\(\)\)/,
});

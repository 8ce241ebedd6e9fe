/** The guide for npm, done as it says: its files, its tool, its page, in Chromium. */

import assert from "node:assert/strict";
import { readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import * as vite from "vite";

import { authenticator, launch, newEmail, PASSWORD, Visitor } from "./lib/browser.js";
import { project, REPOSITORY, ROOT } from "./lib/package.js";
import { Server } from "./lib/server.js";
import { freePort } from "./lib/site.js";

test("whoever follows the guide has passkeys and permissions", async (context) => {
  const guide = await readFile(join(REPOSITORY, "docs/guides/npm.md"), "utf8");
  const files = Object.fromEntries(
    [...guide.matchAll(/^```\w+\n(?:\/\/|<!--) file: (\S+)(?: -->)?\n([^]*?)^```$/gm)].map(
      ([, name = "", text = ""]) => [name, text],
    ),
  );
  assert.deepEqual(Object.keys(files), ["vite.config.ts", "index.html", "src/main.ts"]);

  const app = await project();
  context.after(() => app.remove());
  await app.write(files);
  await symlink(join(ROOT, "node_modules/vite"), app.at("node_modules/vite"));

  // The guide's ports may be taken by somebody else.
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const server = await Server.start({ ui: app.path, publicUrl: url });
  context.after(() => server.stop());
  const dev = await vite.createServer({
    root: app.path,
    logLevel: "error",
    server: { port, proxy: { "/api": server.address } },
  });
  context.after(() => dev.close());
  assert.equal(dev.config.server.strictPort, true, "the guide's configuration is in use");
  await dev.listen();

  const browser = await launch();
  context.after(() => browser.close());
  const visitor = await Visitor.arrive(browser);
  // The guide's page has no icon; browsers ask for one all the same.
  await visitor.context.route("**/favicon.ico", (route) => route.fulfill({ status: 204 }));
  const page = await visitor.context.newPage();
  await page.goto(url);
  const status = page.getByRole("status");
  const write = page.getByRole("button", { name: "Write a note" });
  await status.getByText("You are signed out.").waitFor();
  assert.equal(await write.isVisible(), false);

  await page.getByLabel("Email").fill(newEmail());
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign up" }).click();
  await status.getByText("Hello, ada").waitFor();
  await write.click();
  await status.getByText("Written.").waitFor();

  await authenticator(page);
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await status.getByText("Next time, sign in without a password.").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await status.getByText("You are signed out.").waitFor();

  // The authenticator chooses at once what a person would choose from the suggestions.
  await page.reload();
  await status.getByText("Hello, ada").waitFor();
  assert.deepEqual(visitor.problems, []);
});

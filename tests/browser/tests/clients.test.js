/** The pages of OAuth clients: the list, registering one, changing it, its secret and its end. */

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";

import { hasFocus, tabTo } from "../lib/keys.js";
import { suite } from "../lib/suite.js";
import { menu } from "../lib/visitor.js";

/**
 * @typedef {import("playwright-core").Page} Page
 * @typedef {import("../lib/suite.js").World} World
 */

const API = "/api/admin/clients";

const it = suite((site) => ({
  clients: [{ id: "written", name: "Written down", redirectUris: [`${site.sameSite}/written`] }],
  roles: [
    { name: "user", permissions: [] },
    { name: "looker", permissions: ["clients:read"] },
    { name: "keeper", permissions: ["clients:read", "clients:manage"] },
  ],
}));

/** @param {World} world @param {string} name */
function address(world, name) {
  const path = `/${name}/callback`;
  world.site.put(path, "<!doctype html><title>Back</title><link rel=icon href=data:,>");
  return world.site.sameSite + path;
}

/** Fills in what every client has, and leaves it to be sent. @param {Page} page */
async function begin(page, name = "", uris = "") {
  await page.goto("/admin/new-client");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Redirect URIs", { exact: true }).fill(uris);
}

/** @param {Page} page */
const create = (page) => page.getByRole("button", { name: "Create client" }).click();

/** @param {Page} page */
const save = (page) => page.getByRole("button", { name: "Save changes" }).click();

/** What the API says a client is. @param {World} world @param {string} id */
const registered = async (world, id) => world.server.admin.api.ask("GET", `${API}/${id}`);

/** Registers one past the page. @param {World} world @param {object} more */
const put = (world, more) => world.server.admin.api.ask("POST", API, { name: "Put", ...more });

/** Signs somebody in through a client; what the application then has. @param {World} world */
async function signInThrough(world, /** @type {string} */ id, /** @type {string} */ redirectUri) {
  const { page } = await world.user();
  const verifier = randomBytes(32).toString("base64url");
  const query = new URLSearchParams({
    response_type: "code",
    client_id: id,
    redirect_uri: redirectUri,
    scope: "openid",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  await page.goto(`/oauth/authorize?${query}`, { waitUntil: "commit" });
  await page.waitForURL(`${redirectUri}?**`, { waitUntil: "commit" });
  const code = new URL(page.url()).searchParams.get("code") ?? "";
  return { code, redirect_uri: redirectUri, code_verifier: verifier };
}

/**
 * The status of redeeming what [`signInThrough`] brought.
 * @param {World} world @param {Record<string, string>} got @param {string} id @param {string} [secret]
 */
async function redeem(world, got, id, secret) {
  /** @type {Record<string, string>} */
  const headers = {};
  const form = new URLSearchParams({ grant_type: "authorization_code", ...got });
  if (secret) headers.authorization = `Basic ${btoa(`${id}:${secret}`)}`;
  else form.set("client_id", id);
  const body = form;
  const answer = await fetch(`${world.server.url}/oauth/token`, { method: "POST", headers, body });
  return answer.status;
}

it("registers a confidential client, through which people then sign in with the secret it showed", async (world) => {
  const uri = address(world, "shop");
  const admin = await world.admin();
  await admin.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const { page } = admin;
  await page.goto("/");
  await page.getByRole("banner").getByRole("link", { name: "Admin" }).click();
  await page.getByRole("navigation", { name: "Admin" }).getByRole("link", { name: "Clients" }).click();
  await page.getByRole("link", { name: "New client" }).click();
  await page.getByLabel("Name", { exact: true }).fill("The shop");
  await page.getByLabel("Client ID").fill("shop");
  await page.getByRole("radio", { name: /^Confidential/ }).check();
  await page.getByLabel("Redirect URIs", { exact: true }).fill(`\n${uri}\n\n`);
  await create(page);
  const secret = await page.getByLabel("Client secret", { exact: true }).inputValue();
  assert.match(secret, /^pc_cs_/);
  await page.getByRole("button", { name: "Copy: Client secret" }).click();
  await page.getByRole("status").getByText("Copied").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), secret);

  const { client } = await registered(world, "shop");
  assert.deepEqual(client.redirect_uris, [uri]);
  assert.equal(client.token_endpoint_auth_method, "client_secret_basic");
  const got = await signInThrough(world, "shop", uri);
  assert.equal(await redeem(world, got, "shop", `${secret}x`), 401);
  assert.equal(await redeem(world, got, "shop", secret), 200);

  await page.getByRole("link", { name: "Go to the client" }).click();
  await page.getByRole("heading", { name: "The shop", level: 1 }).waitFor();
  assert.ok(!(await page.content()).includes(secret), "the secret is shown once");
});

it("registers a public client with an id of its own, and a change counts at once", async (world) => {
  const [first, second] = [address(world, "spa-1"), address(world, "spa-2")];
  const { page } = await world.admin();
  await begin(page, "Single page", first);
  await create(page);
  await page.waitForURL("**/admin/clients/client_*");
  const id = page.url().split("/").pop() ?? "";
  const got = await signInThrough(world, id, first);
  assert.equal(await redeem(world, got, id), 200);

  await page.getByLabel("Name", { exact: true }).fill("Single pages");
  await page.getByLabel("Redirect URIs", { exact: true }).fill(second);
  await page.getByRole("radio", { name: /^Each time/ }).check();
  await page.getByText("Lifetimes").click();
  await page.getByLabel("Access tokens", { exact: true }).fill("90");
  await save(page);
  await page.getByText("Saved: Single pages").waitFor();
  await page.getByRole("heading", { name: "Single pages", level: 1 }).waitFor();
  await page.reload();
  assert.equal(await page.getByLabel("Redirect URIs", { exact: true }).inputValue(), second);
  const { client } = await registered(world, id);
  assert.equal(client.consent, "required");
  assert.equal(client.access_token_seconds, 90);
  const stale = `/oauth/authorize?response_type=code&client_id=${id}&redirect_uri=${encodeURIComponent(first)}`;
  assert.equal((await fetch(world.server.url + stale)).status, 400);
});

it("keeps what the page does not show", async (world) => {
  const mapper = { claim: "team", value: "blue", to: ["id_token"] };
  const uri = address(world, "mapped");
  const serves = ["https://api.example"];
  await put(world, { id: "mapped", redirect_uris: [uri], claim_mappers: [mapper], serves });
  const { page } = await world.admin();
  await page.goto("/admin/clients/mapped");
  await page.getByLabel("Scopes").fill("openid  orders:read");
  await save(page);
  await page.getByText("Saved: Put").waitFor();
  const { client } = await registered(world, "mapped");
  assert.deepEqual(client.claim_mappers, [mapper]);
  assert.deepEqual(client.serves, serves);
  assert.deepEqual(client.scopes, ["openid", "orders:read"]);
});

it("makes a new secret, and the old one ends when it was told to", async (world) => {
  const uri = address(world, "rotated");
  const method = "client_secret_basic";
  const made = await put(world, { id: "rotated", redirect_uris: [uri], token_endpoint_auth_method: method });
  const { page } = await world.admin();
  await page.goto("/admin/clients/rotated");
  const section = page.getByRole("region", { name: "Client secret" });
  const dialog = page.getByRole("dialog");
  /** @param {string} overlap */
  const rotate = async (overlap) => {
    await section.getByRole("button", { name: "Make a new secret" }).click();
    await dialog.getByLabel("The old one ends").selectOption(overlap);
    await dialog.getByRole("button", { name: "Make a new secret" }).click();
    await dialog.waitFor({ state: "hidden" });
    return section.getByLabel("Client secret", { exact: true }).inputValue();
  };
  const second = await rotate("In 1 day");
  await section.getByText(/^Good until/).waitFor();
  const codes = await signInThrough(world, "rotated", uri);
  assert.equal(await redeem(world, codes, "rotated", made.client_secret), 200, "for a day");
  const third = await rotate("At once");
  assert.notEqual(third, second);
  assert.equal(await section.getByRole("listitem").count(), 1);
  const again = await signInThrough(world, "rotated", uri);
  assert.equal(await redeem(world, again, "rotated", second), 401);
  assert.equal(await redeem(world, again, "rotated", third), 200);
});

it("deletes a client after saying what ends, and nobody signs in through it any more", async (world) => {
  const uri = address(world, "gone");
  await put(world, { id: "gone", name: "Gone soon", redirect_uris: [uri] });
  const { page } = await world.admin();
  await page.goto("/admin/clients/gone");
  await page.getByRole("button", { name: "Delete client" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete Gone soon?" });
  await dialog.getByText("Its tokens and secrets end at once").waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  assert.equal((await registered(world, "gone")).client.name, "Gone soon");
  await page.getByRole("button", { name: "Delete client" }).click();
  await dialog.getByRole("button", { name: "Delete client" }).click();
  await page.waitForURL("**/admin/clients");
  await page.getByText("Deleted: Gone soon").waitFor();
  await page.getByRole("link", { name: "Written down" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Gone soon" }).count(), 0);
  const path = `/oauth/authorize?response_type=code&client_id=gone&redirect_uri=${encodeURIComponent(uri)}`;
  assert.equal((await fetch(world.server.url + path)).status, 400);
});

it("says at the field what is wrong, its own checks and the server's", async (world) => {
  const admin = (await world.admin()).expectRefusals(400, 409);
  const { page } = admin;
  /** @param {import("playwright-core").Locator} field @param {RegExp | string} why */
  const wrong = async (field, why) => {
    await field.and(page.locator(":focus")).waitFor();
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    const line = page.locator(`[id="${await field.getAttribute("aria-describedby")}"]`);
    await line.getByText(why).waitFor();
  };
  const name = page.getByLabel("Name", { exact: true });
  const uris = page.getByLabel("Redirect URIs", { exact: true });
  await page.goto("/admin/new-client");
  await create(page);
  await wrong(name, "Give it a name.");
  await name.fill("Faulty");
  assert.equal(await name.getAttribute("aria-invalid"), null);
  await create(page);
  await wrong(uris, "Add at least one address.");
  await uris.fill("http://shop.example/callback");
  await create(page);
  await wrong(uris, /must be https/);
  await uris.fill(address(world, "faulty"));
  const id = page.getByLabel("Client ID");
  await id.fill("written");
  await create(page);
  await wrong(id, /There is a client with this id already/);
  await id.fill("faulty");
  // What is folded away unfolds.
  await page.getByText("Lifetimes").click();
  const seconds = page.getByLabel("Access tokens", { exact: true });
  await seconds.fill("ten");
  await page.getByText("Lifetimes").click();
  await create(page);
  await wrong(seconds, "Use a whole number of seconds.");
  await seconds.fill("86401");
  await create(page);
  await wrong(seconds, /must be between 1 and 86400/);
  await seconds.fill("");
  // A private key does not leave the page.
  await page.getByRole("radio", { name: /^Confidential/ }).check();
  await page.getByLabel("Proves itself with").selectOption("private_key_jwt");
  const keys = page.getByLabel("Public keys", { exact: true });
  await keys.fill("no JSON");
  await create(page);
  await wrong(keys, "That is no JSON Web Key Set.");
  let asked = 0;
  await page.route(`**${API}`, (route) => {
    asked += 1;
    return route.continue();
  });
  await keys.fill('{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"AA"}]}');
  await create(page);
  await wrong(keys, /There is a private key in it/);
  assert.equal(asked, 0);
  const { clients } = await world.server.admin.api.ask("GET", `${API}?search=faulty`);
  assert.deepEqual(clients, [], "nothing was registered");
});

it("holds a client to FAPI 2.0 with one switch", async (world) => {
  const { page } = await world.admin();
  await begin(page, "Bank", "https://bank.example/callback");
  await page.getByRole("radio", { name: /^Confidential/ }).check();
  await page.getByText("Security", { exact: true }).click();
  await page.getByLabel("FAPI 2.0 security profile").check();
  for (const label of ["Must use PKCE", /\(PAR\)/, /\(DPoP\)/]) {
    const box = page.getByLabel(label);
    assert.ok((await box.isChecked()) && (await box.isDisabled()), String(label));
  }
  await page.getByLabel("Address of its public keys").fill("https://bank.example/jwks");
  await create(page);
  await page.waitForURL("**/admin/clients/client_*");
  const { client } = await registered(world, page.url().split("/").pop() ?? "");
  assert.equal(client.fapi2, true);
  assert.equal(client.token_endpoint_auth_method, "private_key_jwt");
  assert.equal(client.require_pkce, true);
});

it("finds clients by name and by id, and says when there is none", async (world) => {
  await put(world, { id: "needle", name: "Hay & stack", redirect_uris: [address(world, "needle")] });
  const { page } = await world.admin();
  await page.goto("/admin/clients");
  const search = page.getByRole("searchbox", { name: "Search by name or ID" });
  for (const words of ["NEEDLE", "y & st"]) {
    await search.fill(words);
    await page.getByRole("status").getByText("1 client", { exact: true }).waitFor();
    await page.getByRole("link", { name: "Hay & stack" }).waitFor();
  }
  await search.fill("no such thing");
  await page.getByText("No client found").waitFor();
  await page.getByRole("button", { name: "Clear search" }).click();
  await page.getByRole("link", { name: "Written down" }).waitFor();
});

it("loads a long list as far as one wants", async (world) => {
  const many = Array.from({ length: 60 }, (_, n) => `many-${String(n).padStart(2, "0")}`);
  for (const id of many) await put(world, { id, name: id, redirect_uris: [address(world, id)] });
  const { page } = await world.admin();
  await page.goto("/admin/clients");
  await page.getByRole("searchbox", { name: "Search by name or ID" }).fill("many-");
  // As the last of the first page, it is there only once the search has been answered.
  await page.getByRole("link", { name: "many-49", exact: true }).waitFor();
  await page.getByText("50 clients so far").waitFor();
  await page.getByRole("button", { name: "Load more" }).click();
  await page.getByText("60 clients", { exact: true }).waitFor();
  await page.getByRole("link", { name: "many-59", exact: true }).waitFor();
  for (const id of many) await world.server.admin.api.ask("DELETE", `${API}/${id}`);
});

it("only shows clients of the configuration file, and says why", async (world) => {
  const { page } = await world.admin();
  await page.goto("/admin/clients");
  const row = page.getByRole("row").filter({ hasText: "Written down" });
  await row.getByText("Configuration file").waitFor();
  await row.getByRole("link").click();
  await page.getByText("in the configuration file, portcullis.toml").waitFor();
  assert.ok(await page.getByLabel("Name", { exact: true }).isDisabled());
  for (const name of ["Save changes", "Delete client", "Make a new secret"]) {
    assert.equal(await page.getByRole("button", { name }).count(), 0, name);
  }
});

it("is closed without the permission, and follows when it is given and taken away", async (world) => {
  await put(world, { id: "seen", name: "Seen", redirect_uris: [address(world, "seen")] });
  const tara = (await world.user({ name: "Tara Singh" })).expectRefusals(403);
  const { page } = tara;
  await page.goto("/notes");
  await menu(page).waitFor();
  assert.equal(await page.getByRole("banner").getByRole("link", { name: "Admin" }).count(), 0);
  for (const path of ["/admin/clients", "/admin/clients/seen", "/admin/new-client"]) {
    await page.goto(path);
    await page.getByText("This page is for admins").waitFor();
    assert.ok(!(await page.content()).includes("Seen"), path);
  }
  await page.goto("/admin/clients");
  await world.server.setRole(tara.account, "looker", true);
  await page.getByRole("link", { name: "Seen" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "New client" }).count(), 0);
  await page.getByRole("banner").getByRole("link", { name: "Admin" }).waitFor();
  await page.getByRole("link", { name: "Seen" }).click();
  await page.getByText("you need the permission clients:manage").waitFor();
  assert.ok(await page.getByLabel("Name", { exact: true }).isDisabled());
  await world.server.setRole(tara.account, "keeper", true);
  await page.getByRole("button", { name: "Save changes" }).waitFor();
  assert.ok(await page.getByLabel("Name", { exact: true }).isEnabled());
  await world.server.setRole(tara.account, "keeper", false);
  await page.getByRole("button", { name: "Save changes" }).waitFor({ state: "detached" });
  const { status } = await tara.account.api.try("DELETE", `${API}/seen`);
  assert.equal(status, 403);
});

it("says when a client is not there, and when the list does not come", async (world) => {
  const admin = (await world.admin()).expectRefusals(404, 500);
  const { page } = admin;
  await page.goto("/admin/clients/no-such");
  await page.getByText("No such client").waitFor();
  let fails = true;
  await page.route(`**${API}?*`, (route) =>
    fails ? route.fulfill({ status: 500, body: "" }) : route.continue(),
  );
  await page.getByRole("link", { name: "All clients" }).click();
  await page.getByText("That didn’t load").waitFor();
  fails = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("link", { name: "Written down" }).waitFor();
});

it("is used with the keyboard alone", async (world) => {
  const uri = address(world, "typed");
  const { page } = await world.admin();
  const { keyboard } = page;
  await page.goto("/admin/clients");
  await tabTo(page, page.getByRole("link", { name: "New client" }));
  await keyboard.press("Enter");
  await page.getByRole("heading", { name: "New client", level: 1 }).waitFor();
  await tabTo(page, page.getByLabel("Name", { exact: true }));
  await keyboard.type("Typed");
  await tabTo(page, page.getByRole("radio", { name: /^Public/ }));
  await keyboard.press("ArrowDown");
  assert.ok(await page.getByRole("radio", { name: /^Confidential/ }).isChecked());
  await tabTo(page, page.getByLabel("Redirect URIs", { exact: true }));
  await keyboard.type(uri);
  const fold = page.locator("summary").filter({ hasText: "Tokens" });
  await tabTo(page, fold);
  await keyboard.press("Enter");
  await tabTo(page, page.getByRole("radio", { name: /^Signed/ }));
  await keyboard.press("ArrowDown");
  await tabTo(page, page.getByRole("button", { name: "Create client" }));
  await keyboard.press("Enter");
  const said = page.getByText("Copy the secret now");
  await said.waitFor();
  await page.waitForFunction(() => document.activeElement?.textContent?.startsWith("Copy the secret"));
  await tabTo(page, page.getByRole("link", { name: "Go to the client" }));
  await keyboard.press("Enter");
  const remove = page.getByRole("button", { name: "Delete client" });
  await tabTo(page, remove);
  await keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  await keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert.ok(await hasFocus(remove), "the focus goes back");
  await keyboard.press("Enter");
  await tabTo(page, dialog.getByRole("button", { name: "Delete client" }));
  await keyboard.press("Enter");
  await page.waitForURL("**/admin/clients");
});

it("looks right in each of its states", async (world) => {
  const admin = (await world.admin()).expectRefusals(400);
  const { page } = admin;
  await put(world, {
    id: "shop-of-many-things",
    name: "The shop of many things, and of some more",
    token_endpoint_auth_method: "client_secret_basic",
    grant_types: ["authorization_code", "refresh_token", "client_credentials"],
    redirect_uris: [address(world, "things"), "https://shop.example/a/rather/long/way/to/come/back"],
    consent: "remembered",
  });
  await page.goto("/admin/clients");
  await page.getByRole("link", { name: /^The shop of many/ }).waitFor();
  await world.inspect(page, "clients");
  await page.getByRole("searchbox").fill("nothing of that name");
  await page.getByText("No client found").waitFor();
  await world.inspect(page, "clients-none");
  await page.goto("/admin/new-client");
  await create(page);
  await page.getByText("Give it a name.").waitFor();
  await world.inspect(page, "client-new");
  await page.getByLabel("Name", { exact: true }).fill("Till");
  await page.getByRole("radio", { name: /^Confidential/ }).check();
  await page.getByLabel("Redirect URIs", { exact: true }).fill("https://till.example/callback");
  for (const fold of await page.locator("summary").all()) await fold.click();
  await page.getByLabel("Access tokens", { exact: true }).fill("0.5");
  await create(page);
  await page.getByText("Use a whole number of seconds.").waitFor();
  await world.inspect(page, "client-advanced");
  await page.getByLabel("Access tokens", { exact: true }).fill("60");
  await create(page);
  await page.getByText("Copy the secret now").waitFor();
  await world.inspect(page, "client-created");
  await page.goto("/admin/clients/shop-of-many-things");
  await page.getByRole("button", { name: "Save changes" }).waitFor();
  await world.inspect(page, "client");
  await page.getByRole("button", { name: "Make a new secret" }).click();
  await page.getByLabel("The old one ends").waitFor();
  await world.inspect(page, "client-rotate");
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Delete client" }).click();
  await page.getByRole("dialog").getByText("end at once").waitFor();
  await world.inspect(page, "client-delete");
  await page.goto("/admin/clients/written");
  await page.getByText("in the configuration file, portcullis.toml").waitFor();
  await world.inspect(page, "client-of-file");
});

it("speaks the other languages", async (world) => {
  for (const [locale, title] of [
    ["de", "Neuer Client"],
    ["fr", "Nouveau client"],
    ["es", "Nuevo cliente"],
    ["ja", "新しいクライアント"],
  ]) {
    const { page } = await world.admin({ locale: locale ?? "" });
    await page.goto("/admin/new-client");
    await page.getByRole("heading", { name: title ?? "", level: 1 }).waitFor();
    for (const fold of await page.locator("summary").all()) await fold.click();
    await world.inspect(page, `client-new-${locale}`);
  }
});

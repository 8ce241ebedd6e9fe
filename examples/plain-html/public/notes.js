import { auth } from "/sdk/elements/auto/index.js";

const list = document.getElementById("notes");
const form = document.getElementById("write");
const template = document.getElementById("note");

export async function load() {
  // Like `fetch`, with what proves who is signed in; the server decides again.
  const response = await auth.fetch("/api/notes").catch(() => undefined);
  if (response?.ok) list.replaceChildren(...(await response.json()).notes.map(item));
}

/** Nothing stays for whoever comes next. */
export function forget() {
  list.replaceChildren();
  form.reset();
}

function item({ id, text, owner_name }) {
  const item = template.content.cloneNode(true);
  item.querySelector(".text").textContent = text;
  item.querySelector("small").textContent = owner_name;
  item.querySelector("pc-permission-gate").setAttribute("on", `note:${id}`);
  item.querySelector("button").addEventListener("click", () => remove(id));
  return item;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ text: new FormData(form).get("text") });
  const response = await auth.fetch("/api/notes", { method: "POST", headers, body });
  if (response.ok) form.reset();
  await load();
});

async function remove(id) {
  await auth.fetch(`/api/notes/${id}`, { method: "DELETE" });
  await load();
}

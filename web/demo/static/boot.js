// Starts the app, and says so plainly when it cannot start: a white page helps nobody.

import texts from "/boot-text.js";

/**
 * In the language that was chosen here, else in one that an application wishes for, else in the first
 * of the browser's that there is.
 */
function words() {
  let chosen;
  try {
    chosen = localStorage.getItem("portcullis.language");
  } catch {
    // Storage may be forbidden; then nothing was chosen.
  }
  const wished = new URLSearchParams(location.search).get("ui_locales")?.split(" ") ?? [];
  const tags = [chosen, ...wished, ...navigator.languages].map((tag) => tag?.split("-")[0].toLowerCase());
  const tag = tags.find((tag) => Object.hasOwn(texts, tag)) ?? "en";
  document.documentElement.lang = tag;
  return texts[tag];
}

const text = words();
document.getElementById("crash").textContent = text.failed;

function explain(reason) {
  document.getElementById("boot-title").textContent = text.title;
  document.getElementById("boot-reason").textContent = text[reason];
  const again = document.getElementById("boot-again");
  again.textContent = text.again;
  again.setAttribute("href", location.pathname + location.search);
  document.getElementById("boot-problem").hidden = false;
}

// The pages of administration are a module of their own, which most people never need.
const module = /^\/admin(\/|$)/.test(location.pathname) ? "admin" : "app";
document.documentElement.dataset.module = module;
for (const [rel, href, as] of [
  ["modulepreload", `/${module}.js`, "script"],
  ["preload", `/${module}_bg.wasm`, "fetch"],
]) {
  const type = as === "fetch" ? "application/wasm" : "";
  document.head.append(Object.assign(document.createElement("link"), { rel, href, as, type, crossOrigin: "" }));
}

async function boot() {
  // The smallest module there is: eight bytes. Policies and settings that block WebAssembly
  // block this one too, so that the reason can be told from a lost connection.
  try {
    await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
  } catch {
    return explain("blocked");
  }
  let app;
  try {
    const about = fetch("/api/about").then((answer) => answer.json());
    app = await import(`/${module}.js`);
    // Where the demo is off, the app is sign-in, account and administration alone.
    const { demo, mail } = await about;
    document.documentElement.toggleAttribute("data-demo", demo);
    document.documentElement.toggleAttribute("data-mail", mail);
  } catch {
    return explain("network");
  }
  try {
    await app.default({ module_or_path: `/${module}_bg.wasm` });
    document.getElementById("boot").remove();
  } catch (error) {
    console.error(error);
    explain(error instanceof WebAssembly.RuntimeError ? "crashed" : "network");
  }
}

boot();

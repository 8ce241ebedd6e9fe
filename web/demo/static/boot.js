// Starts the app, and says so plainly when it cannot start: a white page helps nobody.

const reasons = {
  blocked:
    "Your browser doesn’t run WebAssembly here. It may be switched off by a security setting, or the browser may be too old. Allow it for this site, or try another browser.",
  network: "A part of the page didn’t arrive. Check your connection, then try again.",
  crashed: "Something in the page failed while it was starting. Please try again.",
};

function explain(reason) {
  document.getElementById("boot-reason").textContent = reasons[reason];
  document.getElementById("boot-again").setAttribute("href", location.pathname + location.search);
  document.getElementById("boot-problem").hidden = false;
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
    app = await import("/app.js");
  } catch {
    return explain("network");
  }
  try {
    await app.default({ module_or_path: "/app_bg.wasm" });
    document.getElementById("boot").remove();
  } catch (error) {
    console.error(error);
    explain(error instanceof WebAssembly.RuntimeError ? "crashed" : "network");
  }
}

boot();

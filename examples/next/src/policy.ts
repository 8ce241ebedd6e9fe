/** A Content Security Policy that allows WebAssembly, and no script or style but those of this site. */
export function policy(nonce: string): string {
  const directives = {
    "default-src": "'none'",
    // The SDK's module is WebAssembly; Next has scripts of its own in the page.
    "script-src": `'self' 'wasm-unsafe-eval' 'nonce-${nonce}'`,
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
  };
  if (process.env.NODE_ENV === "development") {
    // For what Next shows to developers.
    directives["script-src"] += " 'unsafe-eval'";
    directives["style-src"] += " 'unsafe-inline'";
  }
  return Object.entries(directives)
    .map((directive) => directive.join(" "))
    .join("; ");
}

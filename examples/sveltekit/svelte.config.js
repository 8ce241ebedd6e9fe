import adapter from "@sveltejs/adapter-node";

/** @type {import("@sveltejs/kit").Config} */
export default {
  kit: {
    adapter: adapter(),
    csp: {
      directives: {
        "default-src": ["none"],
        // The SDK's module is WebAssembly; Kit adds a nonce for its own script.
        "script-src": ["self", "wasm-unsafe-eval"],
        "style-src": ["self"],
        // The one style attribute of Kit's region that tells screen readers which page they are on.
        "style-src-attr": ["unsafe-hashes", "sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo="],
        "img-src": ["self", "data:"],
        "connect-src": ["self"],
        "base-uri": ["none"],
        "form-action": ["self"],
        "frame-ancestors": ["none"],
        "require-trusted-types-for": ["script"],
        "trusted-types": ["svelte-trusted-html"],
      },
    },
  },
};

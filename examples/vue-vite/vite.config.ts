import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

export default defineConfig({
  // Many plain elements in a row would be one piece of HTML, which the server's policy does not allow.
  plugins: [vue({ template: { compilerOptions: { transformHoist: null } } })],
  // Nor does it let Vue vouch for HTML; there is none to vouch for.
  define: { "window.trustedTypes": "undefined" },
  // Page and server are one site: what belongs to the server is passed on to it.
  server: { port: 5173, strictPort: true, proxy: { "/api": "http://localhost:8080" } },
});

import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  // Page and server are one site: what belongs to the server is passed on to it.
  server: { port: 5173, strictPort: true, proxy: { "/api": "http://localhost:8080" } },
});

/** What the files of tests about React share. */

import { published, ROOT } from "./package.js";

/** Who is signed in. @type {import("../../src/session.ts").SignedInSession} */
export const ADA = {
  status: "signedIn",
  stale: false,
  id: "0192f0c1-2345-7890-8abc-def012345678",
  user: {
    id: "0192f0c1-2345-7890-8abc-def012345679",
    email: "ada@example.com",
    name: "Ada",
    hasPassword: true,
    createdAt: 0,
  },
  roles: ["user"],
  permissions: ["notes:write"],
  version: 1,
  amr: ["pwd"],
  authTime: 0,
  idleExpiresAt: 1e15,
  expiresAt: 1e15,
};

/** The React of today, and the oldest that the door is for. @type {Record<string, Record<string, string>>} */
export const VERSIONS = {
  "react-19": { react: "react", "react-dom": "react-dom" },
  "react-18": { react: "react-18", "react-dom": "react-dom-18" },
};

/**
 * How pages are made with one React.
 * @param {Record<string, string> | undefined} alias
 * @returns {import("esbuild").BuildOptions}
 */
export const development = (alias = {}) => ({
  absWorkingDir: ROOT,
  bundle: true,
  format: "esm",
  jsx: "automatic",
  // React's complaints are part of what is tested.
  define: { "process.env.NODE_ENV": '"development"' },
  alias,
  plugins: [published],
  logLevel: "error",
});

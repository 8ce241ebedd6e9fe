/** react-oidc-context by itself, which brings oidc-client-ts. */

import { AuthProvider, useAuth } from "react-oidc-context";

export const start = () => [AuthProvider, useAuth];

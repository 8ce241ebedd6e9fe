/** SimpleWebAuthn by itself. */

import { startAuthentication, startRegistration } from "@simplewebauthn/browser";

export const start = () => [startAuthentication, startRegistration];

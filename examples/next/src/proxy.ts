import { type NextRequest, NextResponse } from "next/server";

import { passOn } from "./pass-on";
import { policy } from "./policy";

export const config = { matcher: "/((?!_next/static/).*)" };

export function proxy(request: NextRequest): Response | Promise<Response> {
  // Page and server are one site: what belongs to the server is passed on to it.
  if (/^\/(api|\.well-known)\//.test(request.nextUrl.pathname)) return passOn(request);
  const headers = new Headers(request.headers);
  const csp = policy(crypto.randomUUID());
  // From there Next takes the nonce of its own scripts.
  headers.set("content-security-policy", csp);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", csp);
  return response;
}

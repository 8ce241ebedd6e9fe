/** The application's own requests, with whatever proves who is signed in. */

import type { Driver } from "./driver.js";
import { failure } from "./failure.js";
import { fields, parse } from "./http.js";

/** See {@link Auth.fetch}. */
export async function fetchAs(driver: Driver, request: Request): Promise<Response> {
  if (!trusts(driver, request.url)) return send(request);
  if (!driver.token) {
    request.headers.set("x-portcullis", "1");
    const response = await send(request);
    await learn(driver, response);
    return response;
  }
  const again = request.clone();
  const bearer = await driver.bearer();
  if (bearer.token === undefined) {
    if (bearer.reason === "network") throw failure("network");
    return send(request);
  }
  const response = await send(request, bearer.token);
  if (response.status !== 401) return response;
  const renewed = await driver.bearer(bearer.generation);
  return renewed.token === undefined ? response : send(again, renewed.token);
}

/** Whether requests to `url` may carry proof of who is signed in. */
function trusts({ server, token, tokenOrigins }: Driver, url: string): boolean {
  const { origin } = new URL(url);
  return [server, ...(token ? tokenOrigins : [])].some((it) => new URL(it).origin === origin);
}

/** Tells the machine if the server refused for a reason that is about the session. */
async function learn(driver: Driver, response: Response): Promise<void> {
  if (response.status === 401) return driver.tell("refused", "not_authenticated");
  if (response.status !== 403) return;
  // The application reads the answer's body itself: this reads a copy.
  const text = await response.clone().text().catch(() => "");
  const { code } = fields(parse(text));
  if (typeof code === "string") driver.tell("refused", code);
}

async function send(request: Request, token?: string): Promise<Response> {
  if (token) request.headers.set("authorization", `Bearer ${token}`);
  try {
    return await fetch(request);
  } catch {
    throw failure("network");
  }
}

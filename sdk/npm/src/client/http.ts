/** Requests to the server: JSON in, JSON or a problem document out. */

import type { Failure } from "../outcome.js";
import type { Fields, Json } from "./core.js";
import type { Driver } from "./driver.js";
import { failure, known } from "./failure.js";

/** An answer whose body has been read. */
export interface Answer {
  status: number;
  /** Nothing if it is empty or not JSON. */
  body: Json | undefined;
  /** Seconds, from the `Retry-After` header. */
  retryAfter: number | undefined;
}

/** JSON text as a value; nothing for what is none. */
export function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The fields of an object; of anything else none. */
export const fields = (body: Json | undefined): Fields =>
  body && typeof body === "object" && !Array.isArray(body) ? body : {};

/** Sends a request to `path` on the server and reads the answer, whatever its status. */
export async function exchange(driver: Driver, path: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(driver.server + path, { cache: "no-store", ...init });
    const wait = response.headers.get("retry-after") ?? "";
    return {
      status: response.status,
      body: parse(await response.text()),
      retryAfter: /^\d+$/.test(wait) ? +wait : undefined,
    };
  } catch {
    throw failure("network");
  }
}

/** Posts a form to an OAuth endpoint as this public client. */
export function postForm(
  driver: Driver,
  path: string,
  form: Record<string, string>,
  init?: RequestInit,
): Promise<Answer> {
  const body = new URLSearchParams({ client_id: driver.token?.clientId ?? "", ...form });
  return exchange(driver, path, { method: "POST", body, credentials: "omit", ...init });
}

/** Sends a JSON request, with the cookie or a token, and answers with the body of its answer. */
export async function call(
  driver: Driver,
  method: string,
  path: string,
  body?: object,
): Promise<Json | undefined> {
  const headers: Record<string, string> = { "x-portcullis": "1" };
  const init: RequestInit = { method, headers };
  if (body) {
    headers["content-type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  let answer: Answer;
  if (driver.token) {
    init.credentials = "omit";
    const send = async (rejected?: number) => {
      const bearer = await driver.bearer(rejected);
      if (bearer.token === undefined) throw failure(bearer.reason);
      headers["authorization"] = `Bearer ${bearer.token}`;
      answer = await exchange(driver, path, init);
      return bearer.generation;
    };
    const generation = await send();
    // One refresh, one retry.
    if (answer!.status === 401) await send(generation);
  } else {
    answer = await exchange(driver, path, init);
  }
  if (answer!.status >= 200 && answer!.status < 300) return answer!.body;
  const refused = refusal(answer!);
  const { code } = fields(answer!.body);
  if (typeof code === "string") driver.tell("refused", code);
  throw refused;
}

/** The failure that an answer other than 2xx stands for. */
function refusal({ status, body, retryAfter }: Answer): Failure {
  const { code, detail, field, retry_after } = fields(body);
  if (typeof code !== "string" || typeof detail !== "string") {
    // Not our server's words: a proxy in between, or a gateway whose upstream is down.
    if (status === 429) return failure("rate_limited");
    return failure(status >= 502 && status <= 504 ? "network" : "unexpected_answer");
  }
  const refused = failure(known(code), detail);
  if (typeof field === "string") refused.field = field;
  const wait = typeof retry_after === "number" ? retry_after : retryAfter;
  if (wait !== undefined) refused.retryAfter = wait;
  return refused;
}

/** A copy in which every key is in camelCase: the wire has snake_case, JavaScript has not. */
export function camelCase(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((item) => camelCase(item) ?? null);
  if (!value || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      camelCase(item),
    ]),
  );
}

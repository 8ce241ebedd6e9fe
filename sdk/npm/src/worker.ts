/**
 * The worker that keeps the tokens: the machine and all requests with a token are in here, where no
 * script of the page can look.
 */

import load from "../wasm/portcullis_sdk.js";
import type { Transaction } from "./core.js";
import { Engine } from "./engine.js";
import type { Wishes } from "./fetching.js";
import * as hardened from "./hardened.js";
import type { Valued } from "./http.js";
import type { Traced } from "./trace.js";
import type { FromWorker, RequestParts, ResponseParts, ToWorker } from "./remote.js";

/** What this needs of a worker's global scope. */
interface Scope {
  onmessage: (event: MessageEvent<ToWorker>) => void;
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
}

const scope = self as unknown as Scope;
let engine: Engine;
/** What ends requests of the page's. */
const ends = new Map<number, AbortController>();

scope.onmessage = ({ data }) => {
  if ("config" in data) void start(data);
  else if ("kind" in data) engine.tell(data.kind, data.event);
  else if ("abort" in data) ends.get(data.abort)?.abort();
  else if ("trace" in data) engine.trace(trace);
  else void answer(data);
};

const trace = (told: Traced) => scope.postMessage({ told });

async function start({ config, wasm, trace: traced }: Extract<ToWorker, { wasm: unknown }>): Promise<void> {
  try {
    await load({ module_or_path: wasm });
  } catch (error) {
    const blocked = typeof WebAssembly === "undefined" || error instanceof WebAssembly.CompileError;
    const failed = blocked ? "wasm_blocked" : "load_failed";
    return scope.postMessage({ failed, message: String(error) });
  }
  const site = traced ? { ...config, trace } : config;
  engine = new Engine(site, () => Promise.resolve(hardened));
  const show = () => scope.postMessage({ session: engine.session });
  engine.subscribe(show);
  show();
}

async function answer({ id, ask, args }: Extract<ToWorker, { id: number }>): Promise<void> {
  if (ask === "fetch") {
    const [parts, wishes] = args as [RequestParts, Wishes];
    const end = new AbortController();
    ends.set(id, end);
    const request = new Request(parts.url, { ...parts.init, signal: end.signal });
    const outcome = await engine.fetch(request, wishes);
    return hand(id, outcome);
  }
  const outcome = await (ask === "signOut"
    ? engine.signOut(...(args as [boolean]))
    : ask === "call"
      ? engine.call(...(args as [string, string, object?]))
      : ask === "begin"
        ? engine.begin(...(args as [string, string]))
        : engine.redeem(...(args as [Transaction, Record<string, string>])));
  scope.postMessage({ id, outcome });
}

/** Hands an answer to the page, its body as it comes. */
async function hand(id: number, outcome: Valued<Response>): Promise<void> {
  if (!outcome.ok) return scope.postMessage({ id, outcome });
  const { url, redirected, status, statusText, headers, body } = outcome.value;
  const value: ResponseParts = {
    url,
    redirected,
    status,
    statusText,
    headers: [...headers] as [string, string][],
    body,
  };
  try {
    scope.postMessage({ id, outcome: { ok: true, value } }, body ? [body] : []);
  } catch {
    // A browser that cannot hand over a stream.
    value.body = await outcome.value.arrayBuffer();
    scope.postMessage({ id, outcome: { ok: true, value } }, [value.body]);
  }
}

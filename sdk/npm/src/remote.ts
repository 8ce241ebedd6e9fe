/** The engine's stand-in on a page whose tokens are kept in a worker. */

import type { Client } from "./client.js";
import type { Transaction } from "./core.js";
import { trusted, type Begun, type EngineConfig, type EngineLike } from "./site.js";
import { heeding, type Wishes } from "./fetching.js";
import { failure, type Valued } from "./http.js";
import type { WasmSource } from "./options.js";
import type { LoadReason, Outcome } from "./outcome.js";
import { Page } from "./page.js";
import type { Session } from "./session.js";
import type { Traced, Tracer } from "./trace.js";

/** What the page says to the worker. */
export type ToWorker =
  | { config: EngineConfig; wasm: string | BufferSource | WebAssembly.Module; trace: boolean }
  | { trace: true }
  | { kind: string; event: unknown }
  | { abort: number }
  | { id: number; ask: Ask; args: unknown[] };

/** What the worker says to the page. */
export type FromWorker =
  | { session: Session }
  | { told: Traced }
  | { failed: LoadReason; message: string }
  | { id: number; outcome: unknown };

/** What may be asked. */
export type Ask = "signOut" | "call" | "begin" | "redeem" | "fetch";

/** A request, and an answer, as they pass between page and worker. */
export interface RequestParts {
  url: string;
  init: RequestInit;
}
export interface ResponseParts {
  url: string;
  redirected: boolean;
  status: number;
  statusText: string;
  headers: [string, string][];
  body: ReadableStream | ArrayBuffer | null;
}

/** Starts the worker, loads the module in it, and makes a client. */
export async function open(
  config: EngineConfig,
  wasm: WasmSource,
  script: string | URL | undefined,
): Promise<Client> {
  const engine = new Remote(config);
  const bytes = wasm instanceof Response ? await wasm.arrayBuffer() : wasm;
  await engine.start(bytes instanceof URL ? bytes.href : bytes, script);
  return new Page(engine, config);
}

class Remote implements EngineLike {
  session: Session = { status: "loading" };
  readonly #config: EngineConfig;
  #tracer: Tracer | undefined;
  readonly #trusted: Set<string>;
  readonly #listeners = new Set<() => void>();
  readonly #asked = new Map<number, (outcome: never) => void>();
  #worker!: Worker;
  #count = 0;

  constructor(config: EngineConfig) {
    const { trace, ...rest } = config;
    this.#config = rest;
    this.#tracer = trace;
    this.#trusted = trusted(config);
  }

  /** Resolves once the worker is at work. */
  start(
    wasm: string | BufferSource | WebAssembly.Module,
    script: string | URL | undefined,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (reason: LoadReason, cause: unknown) => {
        this.#worker?.terminate();
        reject(Object.assign(new Error(reason, { cause }), { reason }));
      };
      try {
        this.#worker = script
          ? new Worker(script, { type: "module" })
          : new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
        this.#worker.onerror = (event) => fail("worker_failed", event.message);
        this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
          if ("failed" in data) return fail(data.failed, data.message);
          if ("told" in data) return this.#tracer?.(data.told);
          if ("id" in data) {
            this.#asked.get(data.id)?.(data.outcome as never);
            this.#asked.delete(data.id);
            return undefined;
          }
          this.session = data.session;
          resolve();
          for (const listener of this.#listeners) listener();
          return undefined;
        };
        this.#say({ config: this.#config, wasm, trace: !!this.#tracer });
      } catch (error) {
        fail("worker_failed", error);
      }
    });
  }

  subscribe(listener: () => void): void {
    this.#listeners.add(listener);
  }

  trace(tracer: Tracer): void {
    this.#tracer = tracer;
    this.#say({ trace: true });
  }

  tell(kind: string, event?: unknown): void {
    this.#say({ kind, event });
  }

  signOut(everywhere: boolean): Promise<Outcome> {
    return this.#ask("signOut", [everywhere]);
  }

  call(method: string, path: string, body?: object): Promise<Valued<unknown>> {
    return this.#ask("call", [method, path, body]);
  }

  begin(returnTo: string, mark: string): Promise<Valued<Begun>> {
    return this.#ask("begin", [returnTo, mark]);
  }

  redeem(
    transaction: Transaction,
    answer: Record<string, string>,
  ): Promise<Outcome<{ returnTo?: string }>> {
    return this.#ask("redeem", [transaction, answer]);
  }

  async fetch(request: Request, wishes: Wishes): Promise<Valued<Response>> {
    try {
      const { url, signal } = request;
      if (!this.#trusted.has(new URL(url).origin)) return { ok: true, value: await fetch(request) };
      if (wishes.stream) return failure("body_not_replayable");
      const parts = await heeding(signal, partsOf(request));
      const asked = this.#ask<Valued<ResponseParts>>("fetch", [parts, wishes]);
      const id = this.#count;
      signal.addEventListener("abort", () => this.#say({ abort: id }));
      const outcome = await heeding(signal, asked);
      return outcome.ok ? { ok: true, value: responseOf(outcome.value) } : outcome;
    } catch {
      return failure("network");
    }
  }

  #ask<T>(ask: Ask, args: unknown[]): Promise<T> {
    const id = (this.#count += 1);
    return new Promise<T>((resolve) => {
      this.#asked.set(id, resolve);
      this.#say({ id, ask, args });
    });
  }

  #say(message: ToWorker): void {
    this.#worker.postMessage(message);
  }
}

async function partsOf(request: Request): Promise<RequestParts> {
  const { url, method, mode, credentials, cache, redirect, integrity, referrerPolicy } = request;
  // A copy that is on no script's mind, and needs no memory while it is a file.
  const body = /^(GET|HEAD)$/.test(method) ? null : await request.blob();
  const headers = [...request.headers] as [string, string][];
  const init = { method, mode, credentials, cache, redirect, integrity, referrerPolicy, headers };
  return { url, init: body?.size ? { ...init, body } : init };
}

function responseOf({ url, redirected, status, statusText, headers, body }: ResponseParts) {
  // An answer of these has no body, and some browsers make an empty one.
  const none = status === 204 || status === 205 || status === 304;
  const response = status
    ? new Response(none ? null : body, { status, statusText, headers })
    : Response.error();
  return Object.defineProperties(response, { url: { value: url }, redirected: { value: redirected } });
}

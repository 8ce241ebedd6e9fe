import { portcullis } from "./portcullis";

/** What a connection is about, and not what is said over it (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = ["connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];

/** Lets Portcullis answer a request. */
export async function passOn(request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const headers = endToEnd(request.headers);
  // As it is: what `fetch` has unpacked would no longer be what the answer's headers say.
  headers.set("accept-encoding", "identity");
  const { method, body, signal } = request;
  const init = { method, headers, body, signal, redirect: "manual", duplex: "half" } as const;
  try {
    const { status, headers, body } = await fetch(portcullis + pathname + search, init);
    return new Response(body, { status, headers: endToEnd(headers) });
  } catch {
    return new Response("Portcullis does not answer.", { status: 502 });
  }
}

function endToEnd(all: Headers): Headers {
  const headers = new Headers(all);
  for (const name of HOP_BY_HOP) headers.delete(name);
  return headers;
}

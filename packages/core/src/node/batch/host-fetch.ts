import type { Http } from "../../ports.ts";

const METHODS = ["GET", "POST", "PUT", "DELETE"] as const;

/** Where a library may think that its provider is: the host puts the real address in its place. */
export const HOST_BASE_URL = "https://host.invalid";

/**
 * `fetch` for a library that makes its own requests. They leave through the host like all others: to its base URL,
 * through its proxy, with its key, headers and query.
 */
export function hostFetch(http: Http, provider: string, timeoutMs: number): typeof globalThis.fetch {
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const { origin, pathname, search } = new URL(request.url);
    if (origin !== HOST_BASE_URL) throw new TypeError(`${origin} is not the provider's`);
    const method = METHODS.find((known) => known === request.method);
    if (method === undefined) throw new TypeError(`${request.method} cannot be sent`);
    const headers = Object.fromEntries(request.headers);
    delete headers["authorization"];
    const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
    const response = await http.send(
      { provider, method, path: pathname + search, headers, body },
      { timeoutMs, signal: request.signal },
    );
    return new Response(ReadableStream.from(response.body), { status: response.status, headers: response.headers });
  };
  // The OpenAI client asks for this class, or else fetches an empty address to see one of its objects.
  return Object.assign(fetch, { Response });
}

import { ArtdeskError } from "../basics/errors.ts";
import type { AbortSignalLike, Http, HttpDownload, HttpRequest, HttpResponse } from "../basics/ports.ts";

/** A scripted reply. */
export interface FakeReply {
  /** @default 200 */
  status?: number | undefined;
  /** Names in lower case. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Text or bytes as they are; anything else is sent as JSON. @default "" */
  body?: unknown;
  /** Sizes of the chunks in which the body arrives. @default one chunk */
  chunkBytes?: number | undefined;
  /** The connection breaks after this many bytes of the body. */
  cutAfterBytes?: number | undefined;
}

/** What the next request gets: a reply, an error to reject with, or a function that decides. */
export type FakeStep =
  | FakeReply
  | ArtdeskError
  | ((request: HttpRequest) => FakeReply | ArtdeskError | Promise<FakeReply | ArtdeskError>);

/** A request as it was sent, with the options of the call. */
export interface RecordedRequest {
  request: HttpRequest;
  timeoutMs: number;
}

/** A scripted {@link Http}. */
export interface FakeHttp extends Http {
  /** Every request that was sent, in order. */
  readonly requests: readonly RecordedRequest[];
  /** Every file that was fetched, in order. */
  readonly downloads: readonly HttpDownload[];
  /** Adds steps to the end of the script. */
  script(...steps: readonly FakeStep[]): void;
  /** Steps that no request has taken yet. */
  stepsLeft(): number;
}

/**
 * An `Http` that answers from a script, one step per request, and records each request exactly. A request beyond the
 * script rejects with an `invalid_request` error, so no test passes by sending more than it meant to. A file that is
 * fetched takes a step too; a function step gets it as a GET request with the address as its path.
 *
 * @param keys Providers with a key. @default every provider
 */
export function fakeHttp(steps: readonly FakeStep[] = [], keys?: readonly string[]): FakeHttp {
  const queue = [...steps];
  const requests: RecordedRequest[] = [];
  const downloads: HttpDownload[] = [];
  return {
    requests,
    downloads,
    script: (...more) => void queue.push(...more),
    stepsLeft: () => queue.length,
    hasKey: (provider) => keys === undefined || keys.includes(provider),
    async download(file, { signal }) {
      downloads.push(file);
      return answer({ provider: file.provider, method: "GET", path: file.url, headers: {} }, signal);
    },
    async send(request, { timeoutMs, signal }) {
      requests.push({ request, timeoutMs });
      return answer(request, signal);
    },
  };

  async function answer(request: HttpRequest, signal: AbortSignalLike | undefined): Promise<HttpResponse> {
    if (signal?.aborted) throw new ArtdeskError({ code: "aborted", shortMessage: "The call was aborted." });
    const step = queue.shift();
    if (step === undefined)
      throw new ArtdeskError({
        code: "invalid_request",
        shortMessage: `No reply is scripted for request ${requests.length + downloads.length}.`,
      });
    const outcome = typeof step === "function" ? await step(request) : step;
    if (outcome instanceof ArtdeskError) throw outcome;
    return fakeResponse(outcome);
  }
}

/** A reply as `Http.send` gives it. */
export function fakeResponse({
  status = 200,
  headers = {},
  body = "",
  chunkBytes,
  cutAfterBytes,
}: FakeReply): HttpResponse {
  const bytes = bodyBytes(body);
  return { status, headers, body: chunksOf(bytes, chunkBytes ?? Math.max(1, bytes.length), cutAfterBytes) };
}

function bodyBytes(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
}

async function* chunksOf(
  bytes: Uint8Array,
  chunkBytes: number,
  cutAfterBytes: number | undefined,
): AsyncGenerator<Uint8Array> {
  const end = Math.min(bytes.length, cutAfterBytes ?? bytes.length);
  for (let start = 0; start < end; start += chunkBytes) {
    await Promise.resolve();
    yield bytes.slice(start, Math.min(start + chunkBytes, end));
  }
  if (cutAfterBytes !== undefined) throw new Error("socket hang up");
}

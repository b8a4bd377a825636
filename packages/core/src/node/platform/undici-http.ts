import type { Dispatcher } from "undici";
import type { ProviderConnection } from "../../assets/config/config.ts";
import { checkDownloadAddress } from "../../wire/download-address.ts";
import { ArtdeskError } from "../../basics/errors.ts";
import type { AbortSignalLike, Http, HttpRequest, HttpResponse } from "../../basics/ports.ts";
import type { Provider, RemoteProvider } from "../../models/adapter/provider.ts";
import { freeBytes } from "../../wire/free-bytes.ts";
import { openDispatcher } from "./open-dispatcher.ts";
import { createReadTurns, type ReadTurns } from "./read-turns.ts";
import { sendError } from "./send-error.ts";

/** Replies with images that are read at once, and how long the next one waits for its turn. */
const REPLIES_AT_ONCE = 2;
const TURN_PATIENCE_MS = 250;
const LARGE_REPLY_BYTES = 256 * 1024;

export interface UndiciHttpOptions {
  providers: Iterable<Provider>;
  /** Keys, base URLs and `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`. */
  env: Readonly<Record<string, string | undefined>>;
  /** Base URLs by provider id: before the environment. */
  baseUrls?: Readonly<Record<string, string>> | undefined;
  /** Headers, query parameters and ways to sign, by provider id. */
  connections?: Readonly<Record<string, ProviderConnection>> | undefined;
}

/** An `Http` that holds sockets. */
export interface UndiciHttp extends Http {
  close(): Promise<void>;
}

/**
 * Sends over undici without fetch's 300 s limit for slow images, keeps connections, streams bodies and honours proxy
 * variables. Signs each request with the provider's key from the environment: no adapter sees it. undici loads with the
 * first request.
 */
export function createUndiciHttp(options: UndiciHttpOptions): UndiciHttp {
  const { env } = options;
  const providers = new Map<string, RemoteProvider>();
  for (const provider of options.providers) if (provider.kind !== "local") providers.set(provider.id, provider);
  const turns = createReadTurns(REPLIES_AT_ONCE, TURN_PATIENCE_MS);
  let dispatcher: Promise<Dispatcher> | undefined;
  let fileDispatcher: Promise<Dispatcher> | undefined;

  const keyOf = (provider: RemoteProvider): string | undefined => env[provider.auth.keyVariable]?.trim() || undefined;
  const baseUrlOf = ({ id, auth }: RemoteProvider): string =>
    options.baseUrls?.[id] ?? env[auth.baseUrlVariable] ?? auth.defaultBaseUrl;
  const isOpen = (id: string): boolean => options.connections?.[id]?.auth === "none";
  return {
    hasKey(id) {
      const provider = providers.get(id);
      return provider === undefined || (baseUrlOf(provider) !== "" && (isOpen(id) || keyOf(provider) !== undefined));
    },
    async send(request, { timeoutMs, signal }) {
      const provider = providers.get(request.provider);
      const key = provider && keyOf(provider);
      if (!provider || (!key && !isOpen(provider.id)) || baseUrlOf(provider) === "")
        throw missingKey(request.provider, provider);
      const { headers = {}, query = {}, auth } = options.connections?.[provider.id] ?? {};
      const url = new URL(baseUrlOf(provider).replace(/\/+$/, "") + request.path);
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      dispatcher ??= openDispatcher(env, false);
      return dispatch(await dispatcher, request, {
        url,
        headers: { ...headers, ...request.headers, ...signature(provider, auth, key) },
        timeoutMs,
        signal,
        turns,
      });
    },
    async download(file, { timeoutMs, signal }) {
      const provider = providers.get(file.provider);
      if (!provider) throw missingKey(file.provider, provider);
      const { url, signed, foreign } = checkDownloadAddress(file.url, baseUrlOf(provider), provider.id);
      const key = signed ? keyOf(provider) : undefined;
      const chosen = foreign
        ? (fileDispatcher ??= openDispatcher(env, true))
        : (dispatcher ??= openDispatcher(env, false));
      return dispatch(
        await chosen,
        { provider: provider.id, method: "GET", path: "", headers: {} },
        {
          url: new URL(url),
          // A compressed body could grow without limit while it is unpacked.
          headers: {
            "accept-encoding": "identity",
            ...signature(provider, options.connections?.[provider.id]?.auth, key),
          },
          timeoutMs,
          signal,
          turns,
        },
      );
    },
    async close() {
      await (await dispatcher)?.close();
      await (await fileDispatcher)?.close();
    },
  };
}

/** The header that carries the key. */
function signature(
  { auth: { header, prefix } }: RemoteProvider,
  way: ProviderConnection["auth"],
  key: string | undefined,
): Record<string, string> {
  if (key === undefined || way === "none") return {};
  if (way === "api-key") return { "api-key": key };
  return way === "bearer" ? { authorization: `Bearer ${key}` } : { [header]: prefix + key };
}

function missingKey(id: string, provider: RemoteProvider | undefined): ArtdeskError {
  return new ArtdeskError({
    code: "auth_failed",
    shortMessage: `No key for ${provider?.name ?? id}.`,
    hint: provider && `Set ${provider.auth.keyVariable}.`,
    provider: id,
  });
}

interface DispatchOptions {
  url: URL;
  headers: Record<string, string>;
  timeoutMs: number;
  signal: AbortSignalLike | undefined;
  turns: ReadTurns;
}

async function dispatch(dispatcher: Dispatcher, request: HttpRequest, options: DispatchOptions): Promise<HttpResponse> {
  const { url, headers, timeoutMs, signal, turns } = options;
  if (signal?.aborted)
    throw new ArtdeskError({ code: "aborted", shortMessage: "Stopped before the call.", provider: request.provider });
  const controller = new AbortController();
  const onAbort = (): void => controller.abort("aborted");
  signal?.addEventListener("abort", onAbort, { once: true });
  const timer = setTimeout(() => controller.abort("timeout"), timeoutMs);
  const release = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  };
  try {
    const response = await dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: request.method,
      headers,
      body: request.body ?? null,
      signal: controller.signal,
    });
    // Before anybody reads, an error of the connection has no other listener and would end the process.
    response.body.on("error", () => undefined);
    const flat = flatten(response.headers);
    const isLarge = Number(flat["content-length"] ?? Number.POSITIVE_INFINITY) >= LARGE_REPLY_BYTES;
    const body = isLarge ? readInTurn(response.body, turns) : response.body;
    return {
      status: response.statusCode,
      headers: flat,
      body: readBody(body, request, controller.signal, timeoutMs, release),
      release: freeBytes,
    };
  } catch (error) {
    release();
    throw sendError(error, request.provider, controller.signal, timeoutMs);
  }
}

async function* readInTurn(body: AsyncIterable<Uint8Array>, turns: ReadTurns): AsyncGenerator<Uint8Array, void, void> {
  const end = await turns.take();
  try {
    yield* body;
  } finally {
    end();
  }
}

async function* readBody(
  body: AsyncIterable<Uint8Array>,
  request: HttpRequest,
  signal: AbortSignal,
  timeoutMs: number,
  release: () => void,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* body;
  } catch (error) {
    throw sendError(error, request.provider, signal, timeoutMs);
  } finally {
    release();
  }
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
}

import type { Dispatcher } from "undici";
import type { ProviderConnection } from "../../assets/config/config.ts";
import { checkDownloadAddress } from "../../wire/download-address.ts";
import { ArtdeskError } from "../../basics/errors.ts";
import type { AbortSignalLike, Http, HttpRequest, HttpResponse } from "../../basics/ports.ts";
import type { Provider, RemoteProvider } from "../../models/adapter/provider.ts";
import { freeBytes } from "../../wire/free-bytes.ts";
import { keepSecrets, LARGEST_LOOKED_AT_BYTES, type SecretKeeper } from "./keep-secrets.ts";
import { openDispatcher, proxyOf, type WatchedOptions } from "./open-dispatcher.ts";
import { createReadTurns, type ReadTurns } from "./read-turns.ts";
import { sendError, type FailedSend } from "./send-error.ts";
import { addressOf, missingKey, requireCleanKey, signature } from "./sign-request.ts";
import { unpackBody } from "./unpack-body.ts";

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
  const secrets = keepSecrets([...providers.values()].map(keyOf));
  /** Bodies that nobody has begun to read: they would keep the process alive. */
  const unread = new Set<() => void>();
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
      const url = addressOf(provider, baseUrlOf(provider), request.path);
      if (key !== undefined) requireCleanKey(provider, key);
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      dispatcher ??= openDispatcher(env, false);
      return dispatch(await dispatcher, request, {
        url,
        // Images do not get smaller by packing, and a packed body takes memory twice.
        headers: { "accept-encoding": "identity", ...headers, ...request.headers, ...signature(provider, auth, key) },
        timeoutMs,
        signal,
        turns,
        secrets,
        unread,
        providerName: provider.name,
        proxyVariable: proxyOf(env, url.protocol === "http:" ? "http" : "https")?.variable,
      });
    },
    async download(file, { timeoutMs, signal }) {
      const provider = providers.get(file.provider);
      if (!provider) throw missingKey(file.provider, provider);
      const { url, signed, foreign } = checkDownloadAddress(file.url, baseUrlOf(provider), provider.id);
      const key = signed && file.unsigned !== true ? keyOf(provider) : undefined;
      const chosen = foreign
        ? (fileDispatcher ??= openDispatcher(env, true))
        : (dispatcher ??= openDispatcher(env, false));
      return dispatch(
        await chosen,
        { provider: provider.id, method: "GET", path: "", headers: {} },
        {
          url: new URL(url),
          headers: {
            "accept-encoding": "identity",
            ...signature(provider, options.connections?.[provider.id]?.auth, key),
          },
          timeoutMs,
          signal,
          turns,
          secrets,
          unread,
          providerName: provider.name,
          proxyVariable: proxyOf(env, url.startsWith("http:") ? "http" : "https")?.variable,
        },
      );
    },
    async close() {
      for (const leave of unread) leave();
      // One that could not be opened has said so to whoever wanted to send.
      for (const opened of [dispatcher, fileDispatcher]) await (await opened?.catch(() => undefined))?.close();
    },
  };
}

function hideInHeaders(headers: Readonly<Record<string, string>>, secrets: SecretKeeper): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, secrets.hide(value)]));
}

interface DispatchOptions {
  url: URL;
  headers: Record<string, string>;
  timeoutMs: number;
  signal: AbortSignalLike | undefined;
  turns: ReadTurns;
  secrets: SecretKeeper;
  unread: Set<() => void>;
  providerName: string;
  proxyVariable: string | undefined;
}

async function dispatch(dispatcher: Dispatcher, request: HttpRequest, options: DispatchOptions): Promise<HttpResponse> {
  const { url, headers, timeoutMs, signal, turns, secrets, unread, providerName, proxyVariable } = options;
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
  let wasSent = false;
  const failed = (): FailedSend => ({
    provider: request.provider,
    providerName,
    signal: controller.signal,
    timeoutMs,
    wasSent,
    proxyVariable,
  });
  try {
    const watched: WatchedOptions = {
      origin: url.origin,
      path: url.pathname + url.search,
      method: request.method,
      headers,
      body: request.body ?? null,
      signal: controller.signal,
      onSending: () => {
        wasSent = true;
      },
    };
    const response = await dispatcher.request(watched);
    // Before anybody reads, an error of the connection has no other listener and would end the process.
    response.body.on("error", () => undefined);
    const { "content-encoding": encoding, ...flat } = flatten(response.headers);
    const isPacked = encoding !== undefined && encoding !== "identity";
    if (isPacked) delete flat["content-length"];
    const isLarge = Number(flat["content-length"] ?? Number.POSITIVE_INFINITY) >= LARGE_REPLY_BYTES;
    const arriving = isLarge ? readInTurn(response.body, turns) : response.body;
    const leave = (): void => {
      release();
      unread.delete(leave);
      response.body.destroy();
    };
    unread.add(leave);
    const unpacked = unpackBody(arriving, encoding);
    // Long bodies are images, in which nobody repeats a key.
    const mayHoldKey = !(Number(flat["content-length"]) > LARGEST_LOOKED_AT_BYTES);
    return {
      status: response.statusCode,
      headers: hideInHeaders(flat, secrets),
      body: readBody(mayHoldKey ? secrets.hideIn(unpacked) : unpacked, failed, release, () => unread.delete(leave)),
      release: freeBytes,
      leave,
    };
  } catch (error) {
    release();
    throw sendError(error, failed());
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
  failed: () => FailedSend,
  release: () => void,
  onBegin: () => void,
): AsyncGenerator<Uint8Array, void, void> {
  onBegin();
  try {
    yield* body;
  } catch (error) {
    throw sendError(error, failed());
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

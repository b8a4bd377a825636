import {
  ArtdeskError,
  builtInCatalogue,
  checkDownloadAddress,
  freeBytes,
  type AbortSignalLike,
  type Http,
  type HttpRequest,
  type HttpResponse,
} from "@artdesk/core";
import type { IExecuteFunctions, IHttpRequestMethods, IN8nHttpFullResponse, ILoadOptionsFunctions } from "n8n-workflow";
import { errorCodeOf } from "./node-error-code.ts";

/** Where requests of a provider go, and the credential type that signs them. */
export interface SignedEndpoint {
  credentialType: string;
  baseUrl: string;
}

/** Codes of connections that never came to be: no request can have reached the provider. */
const NOT_SENT: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ERR_INVALID_URL",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** Codes of a request that took longer than its limit. */
const TOO_SLOW: ReadonlySet<string> = new Set(["ECONNABORTED", "ETIMEDOUT", "ESOCKETTIMEDOUT"]);

/**
 * Core's {@link Http} over n8n's own request function: the credential signs, n8n's proxy and address rules hold, every
 * status is a reply, redirects are not followed, and nothing is sent twice.
 *
 * @param endpoints By provider id: those that have a credential.
 */
export function createN8nHttp(
  context: IExecuteFunctions | ILoadOptionsFunctions,
  endpoints: ReadonlyMap<string, SignedEndpoint>,
): Http {
  return {
    hasKey: (provider) => endpoints.has(provider),

    async send(request, { timeoutMs, signal }) {
      const endpoint = endpoints.get(request.provider);
      if (endpoint === undefined) throw noCredential(request.provider);
      const url = `${endpoint.baseUrl.replace(/\/+$/, "")}${request.path}`;
      return receive(context, endpoint.credentialType, url, request, { timeoutMs, signal });
    },

    async download(file, { timeoutMs, signal }) {
      const endpoint = endpoints.get(file.provider);
      if (endpoint === undefined) throw noCredential(file.provider);
      const { url, signed } = checkDownloadAddress(file.url, endpoint.baseUrl, file.provider);
      const request: HttpRequest = { provider: file.provider, method: "GET", path: "", headers: {} };
      return receive(context, signed ? endpoint.credentialType : undefined, url, request, { timeoutMs, signal });
    },
  };
}

async function receive(
  context: IExecuteFunctions | ILoadOptionsFunctions,
  credentialType: string | undefined,
  url: string,
  request: HttpRequest,
  { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignalLike | undefined },
): Promise<HttpResponse> {
  if (signal?.aborted === true) throw aborted(request.provider, "no");
  const deadlineAtMs = Date.now() + timeoutMs;
  const sent = sendTo(context, credentialType, url, request, timeoutMs);
  const reply = await untilAborted(sent, signal, () => aborted(request.provider, "unknown"));
  return {
    status: reply.statusCode,
    headers: plainHeaders(reply.headers),
    body: readBody(reply.body, { provider: request.provider, deadlineAtMs, signal }),
    release: freeBytes,
  };
}

/** @param credentialType - signs the request; undefined sends it without any key */
function sendTo(
  context: IExecuteFunctions | ILoadOptionsFunctions,
  credentialType: string | undefined,
  url: string,
  request: HttpRequest,
  timeoutMs: number,
): Promise<IN8nHttpFullResponse> {
  const { provider, method, headers, body } = request;
  const options = {
    method: method satisfies IHttpRequestMethods,
    url,
    // A compressed reply would be unpacked under a length that is no longer true.
    headers: { ...headers, "accept-encoding": "identity" },
    ...(body === undefined
      ? {}
      : { body: typeof body === "string" ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength) }),
    encoding: "stream",
    returnFullResponse: true,
    ignoreHttpStatusErrors: true,
    disableFollowRedirect: true,
    timeout: timeoutMs,
  } as const;
  const { helpers } = context;
  const answer: Promise<IN8nHttpFullResponse> =
    credentialType === undefined
      ? helpers.httpRequest(options)
      : helpers.httpRequestWithAuthentication.call(context, credentialType, options);
  return answer.then(undefined, (cause: unknown) => Promise.reject(connectionError(provider, cause)));
}

/** Resolves with the reply, or rejects as soon as the signal aborts; a reply that comes later is thrown away. */
async function untilAborted(
  sent: Promise<IN8nHttpFullResponse>,
  signal: AbortSignalLike | undefined,
  reason: () => ArtdeskError,
): Promise<IN8nHttpFullResponse> {
  if (signal === undefined) return sent;
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(reason());
      sent.then(
        ({ body }) => destroy(body),
        () => undefined,
      );
    };
    signal.addEventListener("abort", stop, { once: true });
    const settle = (): void => signal.removeEventListener("abort", stop);
    sent.then(resolve, reject).finally(settle);
  });
}

interface BodyLimits {
  provider: string;
  deadlineAtMs: number;
  signal: AbortSignalLike | undefined;
}

/** The body as it arrives, within the deadline. Leaving the loop early ends the connection. */
async function* readBody(body: unknown, limits: BodyLimits): AsyncGenerator<Uint8Array, void, undefined> {
  if (!isByteStream(body)) {
    yield* wholeBody(body);
    return;
  }
  const late = AbortSignal.timeout(Math.max(1, limits.deadlineAtMs - Date.now()));
  let stop = (): void => undefined;
  // n8n's streams may not end while they wait for a chunk, even when destroyed: so nothing here waits for that.
  const stopped = new Promise<"stopped">((resolve) => {
    stop = () => resolve("stopped");
  });
  late.addEventListener("abort", stop, { once: true });
  limits.signal?.addEventListener("abort", stop, { once: true });
  if (limits.signal?.aborted === true) stop();
  try {
    const chunks = body[Symbol.asyncIterator]();
    for (;;) {
      const next = await Promise.race([
        stopped,
        chunks.next().then(undefined, (cause: unknown) => Promise.reject(brokenOff(limits, late, cause))),
      ]);
      if (next === "stopped") throw brokenOff(limits, late, undefined);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    late.removeEventListener("abort", stop);
    limits.signal?.removeEventListener("abort", stop);
    destroy(body);
  }
}

function* wholeBody(body: unknown): Generator<Uint8Array, void, undefined> {
  if (body instanceof Uint8Array) yield body;
  else if (typeof body === "string") yield Buffer.from(body);
  else if (body !== undefined && body !== null) yield Buffer.from(JSON.stringify(body));
}

function isByteStream(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body;
}

function destroy(body: unknown): void {
  if (typeof body !== "object" || body === null || !("destroy" in body) || typeof body.destroy !== "function") return;
  if ("on" in body && typeof body.on === "function") body.on("error", () => undefined);
  body.destroy();
}

/** Header names in lower case, repeated values joined. */
function plainHeaders(headers: object): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || value === null) continue;
    plain[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : String(value);
  }
  return plain;
}

function connectionError(provider: string, cause: unknown): ArtdeskError {
  const code = errorCodeOf(cause);
  if (code === "ERR_CANCELED") return aborted(provider, "unknown");
  if (code !== undefined && TOO_SLOW.has(code)) {
    return new ArtdeskError({
      code: "timeout",
      shortMessage: `${nameOf(provider)} did not answer in time.`,
      details: code,
      provider,
      billed: "unknown",
    });
  }
  const billed = code !== undefined && NOT_SENT.has(code) ? "no" : "unknown";
  const shortMessage =
    billed === "no" ? `${nameOf(provider)} could not be reached.` : `The connection to ${nameOf(provider)} broke off.`;
  const hint = billed === "no" ? "Check the base URL in the credential, and this n8n's network." : undefined;
  return new ArtdeskError({ code: "network", shortMessage, hint, details: code, provider, billed });
}

function brokenOff({ provider, signal }: BodyLimits, late: AbortSignal, cause: unknown): ArtdeskError {
  if (signal?.aborted === true) return aborted(provider, "unknown");
  if (late.aborted) {
    return new ArtdeskError({
      code: "timeout",
      shortMessage: `${nameOf(provider)} did not finish its answer in time.`,
      provider,
      billed: "unknown",
    });
  }
  const details = errorCodeOf(cause);
  return new ArtdeskError({
    code: "network",
    shortMessage: `The answer of ${nameOf(provider)} broke off.`,
    details,
    provider,
    billed: "unknown",
  });
}

function aborted(provider: string, billed: "no" | "unknown"): ArtdeskError {
  return new ArtdeskError({ code: "aborted", shortMessage: "The execution was cancelled.", provider, billed });
}

function noCredential(provider: string): ArtdeskError {
  return new ArtdeskError({
    code: "auth_failed",
    shortMessage: `No credential for ${nameOf(provider)} is set on this node.`,
    hint: "Choose one under 'Credential'.",
    provider,
  });
}

/** A provider as people know it. */
function nameOf(provider: string): string {
  return builtInCatalogue.providers.get(provider)?.name ?? provider;
}

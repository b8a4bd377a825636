import type { ErrorCode } from "../basics/error-code.ts";
import { ArtdeskError, isArtdeskError } from "../basics/errors.ts";
import { recordOf } from "../basics/json-record.ts";
import type { HttpResponse } from "../basics/ports.ts";
import { plainText } from "../basics/plain-text.ts";
import { redact } from "../basics/redact.ts";
import type { KnownLimits } from "../basics/types.ts";

const ERROR_BODY_BYTES = 64 * 1024;

export const EXCERPT_CHARACTERS = 300;

/** Whom a call went to, for messages. */
export interface CallSubject {
  /** Provider id. */
  provider: string;
  /** The provider's name as people know it. */
  providerName: string;
  model: string;
  requestId: string | undefined;
}

/** What a failed reply means, and whether the provider may have billed it. */
export interface ReplyFailure {
  code: ErrorCode;
  billed: "no" | "unknown";
}

/**
 * What an HTTP status means when the body says nothing better.
 *
 * Billing: 3xx and 4xx are answers of a server that declined the work, so nothing was billed; 408 and 409 can come
 * after the work began. A 5xx on a POST proves nothing: the image may exist and the reply may have been lost behind it.
 * 503 and 529 are `no` only when the server says that it took no work: with `Retry-After`, or in a body of its own that
 * states the same status; a gateway's page proves nothing.
 */
export function failureOfStatus(status: number, headers: HttpResponse["headers"], body: string): ReplyFailure {
  if (status < 400) return { code: "bad_response", billed: "no" };
  if (status === 401 || status === 403) return { code: "auth_failed", billed: "no" };
  if (status === 402) return { code: "quota_exhausted", billed: "no" };
  if (status === 404) return { code: "bad_response", billed: "no" };
  if (status === 408 || status === 504) return { code: "timeout", billed: "unknown" };
  if (status === 409) return { code: "unavailable", billed: "unknown" };
  if (status === 429) return { code: "rate_limited", billed: "no" };
  if (status < 500) return { code: "invalid_request", billed: "no" };
  const declined =
    (status === 503 || status === 529) &&
    (retryAfterMs(headers) !== undefined ||
      /overload|over capacity/i.test(body) ||
      statesOverload(parseErrorBody(body), status));
  return { code: "unavailable", billed: declined ? "no" : "unknown" };
}

/** Codes, types and words with which a provider's own error says that it took no work. */
const OVERLOADED = /overload|over.?capacity|unavailable|high demand|no_capacity|server_busy/i;

function statesOverload(body: Readonly<Record<string, unknown>> | undefined, status: number): boolean {
  const error = recordOf(body?.["error"]) ?? body;
  if (error === undefined) return false;
  if (Number(error["code"]) === status) return true;
  return [error["code"], error["type"], error["status"], error["message"]].some(
    (said) => typeof said === "string" && OVERLOADED.test(said),
  );
}

/**
 * How long a reply asks to wait, from `retry-after-ms`, `retry-after` in seconds, or `retry-after` as an HTTP date.
 *
 * @param nowMs Time to count a date from; by default the reply's own `date` header, so that no clock is needed.
 * @returns milliseconds, never negative; undefined without a usable header.
 */
export function retryAfterMs(headers: HttpResponse["headers"], nowMs?: number): number | undefined {
  const milliseconds = Number.parseFloat(headers["retry-after-ms"] ?? "");
  if (milliseconds >= 0) return Math.ceil(milliseconds);
  const value = headers["retry-after"]?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000);
  const now = nowMs ?? Date.parse(headers["date"] ?? "");
  const wait = Date.parse(value) - now;
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

/**
 * Reads the body of a failed reply as text, at most `maxBytes`. A body that breaks off is no error of its own: the
 * status has already told the outcome.
 */
export async function readErrorBody(body: HttpResponse["body"], maxBytes: number = ERROR_BODY_BYTES): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let room = maxBytes;
  try {
    for await (const chunk of body) {
      text += decoder.decode(chunk.subarray(0, room), { stream: true });
      room -= chunk.length;
      if (room <= 0) break;
    }
  } catch {
    return text;
  }
  return text;
}

/** Parses the JSON of an error body. @returns undefined when it is not a JSON object. */
export function parseErrorBody(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return recordOf(JSON.parse(body));
  } catch {
    return undefined;
  }
}

/** What an adapter knows about a failed reply. Everything left out follows from the status. */
export interface KnownFailure {
  code?: ErrorCode | undefined;
  billed?: "no" | "unknown" | undefined;
  /** The provider's own sentence; empty for none. */
  message?: string | undefined;
  /** Stands instead of the usual sentence with `message`. */
  shortMessage?: string | undefined;
  hint?: string | undefined;
  retryAfterMs?: number | undefined;
  /** What a refusal for speed says about the account's limits. */
  limits?: KnownLimits | undefined;
}

/**
 * A model that the provider does not know or does not give to this key. It counts as `auth_failed`, because the way
 * out is the same: the next offer, never the same call again.
 */
export function modelNotServed(subject: CallSubject): KnownFailure {
  return {
    code: "auth_failed",
    billed: "no",
    shortMessage: `${subject.providerName} does not serve ${subject.model} to this key.`,
    hint: "Check that the model is still offered and that the key's project may use it.",
  };
}

/** Turns a failed reply into an error: what the status means, replaced by what `known` says. The body goes in redacted. */
export function replyError(
  response: HttpResponse,
  body: string,
  subject: CallSubject,
  known: KnownFailure,
): ArtdeskError {
  const failure = failureOfStatus(response.status, response.headers, body);
  const code = known.code ?? failure.code;
  const said = known.message ? ` ${oneLine(known.message)}` : "";
  return new ArtdeskError({
    code,
    shortMessage:
      known.shortMessage ?? `${subject.providerName} answered ${response.status} for ${subject.model}.${said}`,
    details: body === "" ? undefined : redact(plainText(body)),
    hint: known.hint ?? HINTS[code],
    provider: subject.provider,
    model: subject.model,
    status: response.status,
    requestId: subject.requestId,
    retryAfterMs: known.retryAfterMs ?? retryAfterMs(response.headers),
    limits: known.limits,
    billed: known.billed ?? failure.billed,
  });
}

const HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  auth_failed: "Check the key, and that its account may use this model.",
  quota_exhausted: "Add credit or raise the limit at the provider.",
  rate_limited: "Try again later, or ask the provider for a higher limit.",
  bad_response: "Check the base URL and any proxy in between.",
  unavailable: "Try again later.",
};

/** One line of a provider's words, redacted and cut. */
export function oneLine(text: string): string {
  return redact(plainText(text).replace(/\s+/g, " ").trim(), EXCERPT_CHARACTERS);
}

/** Wraps an error of a body that had begun to arrive. Whatever the cause, the call may have been billed. */
export function bodyError(cause: unknown, subject: CallSubject): ArtdeskError {
  const known = isArtdeskError(cause) ? cause : undefined;
  return new ArtdeskError({
    code: known?.code ?? "network",
    shortMessage: known?.shortMessage ?? `The connection to ${subject.providerName} broke while its reply arrived.`,
    details: known?.details ?? (cause instanceof Error ? redact(cause.message) : undefined),
    hint: "The image may have been billed.",
    provider: subject.provider,
    model: subject.model,
    requestId: subject.requestId,
    billed: "unknown",
    cause,
  });
}

import type { ErrorCode } from "../basics/error-code.ts";
import { ArtdeskError } from "../basics/errors.ts";
import type { Codec, HttpResponse } from "../basics/ports.ts";
import { redact } from "../basics/redact.ts";
import type { BrokenImage } from "./base64-sink.ts";
import { JsonImageScanner } from "./json-image-scanner.ts";
import { type CallSubject, EXCERPT_CHARACTERS, bodyError } from "./reply-error.ts";

const LARGEST_BODY_BYTES = 256 * 1024 * 1024;
const LARGEST_TEXT_BYTES = 16 * 1024 * 1024;

/** No reply uses more tokens than this: a larger figure is no figure. */
const MOST_TOKENS = 1_000_000_000;

/** A count of tokens as replies state it; anything else counts as none. */
export function tokenCount(value: unknown): number {
  return typeof value === "number" && value > 0 && value <= MOST_TOKENS ? Math.round(value) : 0;
}

/** A JSON reply with its images, or what came before it broke. */
export interface JsonWithImages {
  /** The parsed JSON; decoded images stand where their base64 stood. Undefined when `problem` is set. */
  json: unknown;
  /** Images that arrived completely, in the order of arrival. */
  images: readonly (Uint8Array | BrokenImage)[];
  /** Why there is no JSON. `billed` is `unknown`: the reply had begun, so the work may be paid for. */
  problem: ArtdeskError | undefined;
}

/**
 * Reads a JSON reply that holds base64 images, without ever keeping an image as text.
 *
 * A body that breaks off, is too large or is no JSON comes back as `problem`, together with the images that were
 * already complete: they are paid for.
 */
export async function readJsonWithImages(
  response: HttpResponse,
  options: {
    codec: Codec;
    /** Keys whose string values hold base64 images. */
    imageKeys: readonly string[];
    /** Keys whose string values are long and not needed. */
    skipKeys?: readonly string[] | undefined;
    subject: CallSubject;
    /** Most bytes of the body. @default 256 MiB */
    maxBytes?: number | undefined;
  },
): Promise<JsonWithImages> {
  const { codec, imageKeys, skipKeys, subject, maxBytes = LARGEST_BODY_BYTES } = options;
  const scanner = new JsonImageScanner({
    codec,
    imageKeys,
    skipKeys,
    contentLength: contentLengthOf(response.headers),
  });
  let receivedBytes = 0;
  try {
    for await (const chunk of response.body) {
      receivedBytes += chunk.length;
      scanner.push(chunk);
      response.release?.(chunk);
      if (receivedBytes > maxBytes || scanner.textBytes > LARGEST_TEXT_BYTES) {
        return broken(scanner, subject, "bad_response", `sent more than the ${maxBytes} bytes that a reply may have`);
      }
    }
  } catch (cause) {
    return { json: undefined, images: scanner.images, problem: bodyError(cause, subject) };
  }
  try {
    return { json: scanner.finish(), images: scanner.images, problem: undefined };
  } catch {
    const what = receivedBytes === 0 ? "sent an empty reply" : "sent a reply that is not complete JSON";
    return broken(scanner, subject, "bad_response", what);
  }
}

function broken(scanner: JsonImageScanner, subject: CallSubject, code: ErrorCode, what: string): JsonWithImages {
  const problem = new ArtdeskError({
    code,
    shortMessage: `${subject.providerName} ${what}.`,
    details: scanner.textBytes === 0 ? undefined : redact(scanner.text, EXCERPT_CHARACTERS),
    hint: "The image may have been billed.",
    provider: subject.provider,
    model: subject.model,
    requestId: subject.requestId,
    billed: "unknown",
  });
  return { json: undefined, images: scanner.images, problem };
}

/** The stated length, unless the body was compressed on the way: then it says nothing about what arrives. */
function contentLengthOf(headers: HttpResponse["headers"]): number | undefined {
  const encoding = headers["content-encoding"] ?? "identity";
  const length = Number(headers["content-length"]);
  return encoding === "identity" && Number.isSafeInteger(length) && length > 0 ? length : undefined;
}

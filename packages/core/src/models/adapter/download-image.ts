import type { ErrorCode } from "../../basics/error-code.ts";
import { ArtdeskError, isArtdeskError } from "../../basics/errors.ts";
import type { AbortSignalLike, Codec, Http, HttpResponse } from "../../basics/ports.ts";
import type { ReceivedImage } from "../../basics/types.ts";
import { receiveImage } from "./compose-reply.ts";
import type { JobFile } from "./provider.ts";

/** Largest file that is fetched: what the journal and the workspace can hold. */
export const MAX_DOWNLOAD_BYTES = 100_000_000;

/** Room for a file whose length is not stated. */
const USUAL_IMAGE_BYTES = 512 * 1024;

/** Media types under which file stores hand out images; whether it is one, the bytes tell. */
const IMAGE_TYPES = /^(image\/(png|jpe?g|webp|gif)|application\/octet-stream|binary\/octet-stream)$/;

export interface DownloadTask {
  /** Id of the provider whose reply named the file. */
  provider: string;
  file: JobFile;
  timeoutMs: number;
  signal?: AbortSignalLike | undefined;
  /** @default {@link MAX_DOWNLOAD_BYTES} */
  maxBytes?: number | undefined;
}

/**
 * Fetches one image that a reply pointed to. Trusts nothing about it: the address, the status, the stated type, the
 * length and the bytes are checked, and no more than the limit is ever held.
 *
 * @throws ArtdeskError, always with `billed: "unknown"`: the provider has made the image. `network`, `timeout`,
 * `unavailable` and `rate_limited` may pass; `bad_response` will not.
 */
export async function downloadImage(
  { http, codec }: { http: Http; codec: Codec },
  task: DownloadTask,
): Promise<ReceivedImage> {
  const { provider, file, timeoutMs, signal, maxBytes = MAX_DOWNLOAD_BYTES } = task;
  const response = await http.download({ provider, url: file.url }, { timeoutMs, signal });
  requireImageReply(response, provider);
  const statedBytes = Number(response.headers["content-length"]);
  if (statedBytes > maxBytes) throw await refuseBody(response, tooLarge(provider, maxBytes));
  const bytes = await readAtMost(response, { statedBytes, maxBytes }, provider);
  const type = response.headers["content-type"] ?? file.declaredType;
  try {
    return receiveImage(bytes, codec, type);
  } catch (error) {
    if (!isArtdeskError(error)) throw error;
    throw downloadError("bad_response", error.shortMessage, provider, error.details);
  }
}

function requireImageReply({ status, headers }: HttpResponse, provider: string): void {
  if (status >= 300 && status < 400) {
    const what = "The image's address leads on to another one; redirects are not followed.";
    throw downloadError("bad_response", what, provider, `status ${status}`);
  }
  if (status === 404 || status === 410) {
    throw downloadError("bad_response", "The image is no longer at its address.", provider, `status ${status}`);
  }
  if (status !== 200) {
    const code = status === 429 ? "rate_limited" : status >= 500 || status === 408 ? "unavailable" : "bad_response";
    throw downloadError(code, `The image could not be fetched: its address answered ${status}.`, provider);
  }
  const type = headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (type === undefined || type === "" || IMAGE_TYPES.test(type)) return;
  throw downloadError(
    "bad_response",
    `The image's address answered with ${type.slice(0, 60)}, not an image.`,
    provider,
  );
}

/** Reads into one buffer of the stated length, which grows when more arrives than was stated. */
async function readAtMost(
  { body, release }: HttpResponse,
  { statedBytes, maxBytes }: { statedBytes: number; maxBytes: number },
  provider: string,
): Promise<Uint8Array> {
  let bytes = new Uint8Array(statedBytes > 0 ? statedBytes : USUAL_IMAGE_BYTES);
  let length = 0;
  try {
    for await (const chunk of body) {
      const end = length + chunk.length;
      if (end > maxBytes) throw tooLarge(provider, maxBytes);
      if (end > bytes.length) {
        const larger = new Uint8Array(Math.min(maxBytes, Math.max(end, bytes.length * 2)));
        larger.set(bytes.subarray(0, length));
        bytes = larger;
      }
      bytes.set(chunk, length);
      length = end;
      release?.(chunk);
    }
  } catch (cause) {
    if (isArtdeskError(cause)) throw cause;
    const details = cause instanceof Error ? cause.message : undefined;
    throw downloadError("network", "The connection broke while the image arrived.", provider, details);
  }
  return length === bytes.length ? bytes : bytes.slice(0, length);
}

/** Leaves the body unread, which frees the connection. */
async function refuseBody(response: HttpResponse, error: ArtdeskError): Promise<ArtdeskError> {
  try {
    for await (const _chunk of response.body) break;
  } catch {
    return error;
  }
  return error;
}

function tooLarge(provider: string, maxBytes: number): ArtdeskError {
  return downloadError("bad_response", `The image is larger than ${maxBytes} bytes.`, provider);
}

function downloadError(code: ErrorCode, shortMessage: string, provider: string, details?: string): ArtdeskError {
  const hint = "The provider has made the image and may have billed it.";
  return new ArtdeskError({ code, shortMessage, details, hint, provider, billed: "unknown" });
}

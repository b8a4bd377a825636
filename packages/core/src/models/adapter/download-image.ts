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

/** A file may lead on to another address so many times. */
const MOST_REDIRECTS = 5;

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
  const { provider, file, maxBytes = MAX_DOWNLOAD_BYTES } = task;
  const response = await followRedirects(http, task);
  const refusal = refusalOf(response, provider);
  if (refusal !== undefined) throw await refuseBody(response, refusal);
  const statedBytes = Number(response.headers["content-length"]);
  if (statedBytes > maxBytes) throw await refuseBody(response, tooLarge(provider, maxBytes));
  const bytes = await readAtMost(response, { statedBytes, maxBytes }, provider);
  const type = response.headers["content-type"] ?? file.declaredType;
  try {
    return receiveImage(bytes, codec, type);
  } catch (error) {
    if (!isArtdeskError(error)) throw error;
    const sent =
      type === undefined || /^(image\/|.*octet-stream)/i.test(type)
        ? ""
        : ` The address answered with ${type.slice(0, 60)}.`;
    throw downloadError("bad_response", `${error.shortMessage}${sent}`, provider, error.details);
  }
}

/** Asks the file's address, and those that it leads on to: each is checked like the first, and none gets a key. */
async function followRedirects(http: Http, { provider, file, timeoutMs, signal }: DownloadTask): Promise<HttpResponse> {
  let url = file.url;
  for (let redirects = 0; ; redirects += 1) {
    const response = await http.download(
      { provider, url, ...(redirects > 0 && { unsigned: true }) },
      { timeoutMs, signal },
    );
    const location = response.headers["location"];
    if (response.status < 300 || response.status >= 400 || location === undefined) return response;
    const problem = downloadError("bad_response", "The image's address leads on and on.", provider);
    await refuseBody(response, problem);
    if (redirects >= MOST_REDIRECTS) throw problem;
    url = absolute(location, url) ?? location;
  }
}

/** An address beside another one; undefined when it is none. */
function absolute(location: string, base: string): string | undefined {
  try {
    return new URL(location, base).href;
  } catch {
    return undefined;
  }
}

function refusalOf({ status }: HttpResponse, provider: string): ArtdeskError | undefined {
  if (status === 200) return undefined;
  if (status >= 300 && status < 400) {
    const what = "The image's address leads on, and does not say where to.";
    return downloadError("bad_response", what, provider, `status ${status}`);
  }
  if (status === 404 || status === 410)
    return downloadError("bad_response", "The image is no longer at its address.", provider, `status ${status}`);
  const code = status === 429 ? "rate_limited" : status >= 500 || status === 408 ? "unavailable" : "bad_response";
  return downloadError(code, `The image could not be fetched: its address answered ${status}.`, provider);
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

/** Leaves the body unread, which frees the connection: an open one would keep the process until the deadline. */
async function refuseBody(response: HttpResponse, error: ArtdeskError): Promise<ArtdeskError> {
  if (response.leave !== undefined) {
    response.leave();
    return error;
  }
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

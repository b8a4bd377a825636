import { DISPOSITIONS } from "../basics/error-code.ts";
import { ArtdeskError, isArtdeskError } from "../basics/errors.ts";
import type { AbortSignalLike, Clock, Codec, Http } from "../basics/ports.ts";
import type { ReceivedImage } from "../basics/types.ts";
import { downloadImage } from "../models/adapter/download-image.ts";
import type { JobFile, Provider, ProviderReply } from "../models/adapter/provider.ts";

const FIRST_PAUSE_MS = 500;
const DOWNLOAD_TRIES = 4;

/** The outside world of a download. */
export interface FileHost {
  http: Http;
  clock: Clock;
  codec: Codec;
}

export interface FileLimits {
  /** When to stop, in milliseconds since 1970-01-01 UTC. */
  deadlineMs: number;
  signal?: AbortSignalLike | undefined;
}

/** Fetches a file that a reply named. That is free: it is tried again while that may help. */
export async function fetchFile(
  host: FileHost,
  provider: Pick<Provider, "id" | "name">,
  file: JobFile,
  { deadlineMs, signal }: FileLimits,
): Promise<ReceivedImage | ArtdeskError> {
  for (let tries = 1, pauseMs = FIRST_PAUSE_MS; ; tries += 1, pauseMs *= 2) {
    const timeoutMs = deadlineMs - host.clock.nowMs();
    if (timeoutMs <= 0) return notFetchedInTime(provider);
    try {
      return await downloadImage(host, { provider: provider.id, file, timeoutMs, signal });
    } catch (error) {
      if (!isArtdeskError(error)) throw error;
      const mayPass = DISPOSITIONS[error.code] === "retry_same";
      if (!mayPass || tries >= DOWNLOAD_TRIES || signal?.aborted) return error;
      await host.clock.sleep(Math.max(pauseMs, error.retryAfterMs ?? 0), signal);
    }
  }
}

/**
 * Fetches what a reply only points to. What cannot be fetched was made all the same, so its address is told.
 * @returns the reply with its images, or the error when none of them came
 */
export async function fetchLinks(
  host: FileHost,
  provider: Pick<Provider, "id" | "name">,
  reply: ProviderReply,
  limits: FileLimits,
): Promise<ProviderReply | ArtdeskError> {
  const { links = [], ...rest } = reply;
  if (links.length === 0) return reply;
  const images = [...reply.images];
  let { problem } = reply;
  for (const file of links) {
    const image = await fetchFile(host, provider, file, limits);
    if (isArtdeskError(image)) problem ??= withAddress(image, file, reply);
    else images.push(image);
  }
  if (images.length === 0 && problem !== undefined && reply.extras === undefined) return problem;
  return { ...rest, images, problem };
}

function withAddress(error: ArtdeskError, { url }: JobFile, { requestId, usage }: ProviderReply): ArtdeskError {
  return new ArtdeskError({
    code: error.code,
    shortMessage: error.shortMessage,
    details: error.details,
    hint: `The image was made and may still be at ${url.slice(0, 500)}`,
    provider: error.provider,
    requestId,
    usage,
    billed: "unknown",
    cause: error,
  });
}

function notFetchedInTime(provider: Pick<Provider, "id" | "name">): ArtdeskError {
  return new ArtdeskError({
    code: "timeout",
    shortMessage: `${provider.name}'s image could not be fetched in time.`,
    hint: "The provider has made the image and may have billed it.",
    provider: provider.id,
    billed: "unknown",
  });
}

import { ArtdeskError, type ArtdeskErrorOptions } from "../../basics/errors.ts";
import type { Codec } from "../../basics/ports.ts";
import type { PixelSize, ReceivedImage, Usage } from "../../basics/types.ts";
import { Base64Sink, BrokenImage, sha256OnArrival } from "../../wire/base64-sink.ts";
import { inspectImage } from "../../wire/image-header.ts";
import type { CallSubject } from "../../wire/reply-error.ts";
import type { JobFile, ProviderReply } from "./provider.ts";

/** Largest image that is taken: 8192 x 8192 pixels in all, no edge above 16,384. More is a bomb for whoever decodes it. */
const MAX_AREA_PX = 8192 * 8192;
const MAX_EDGE_PX = 16_384;

/**
 * Checks a file that came as an image and describes it by its bytes: what a provider declares is only a claim.
 *
 * @param declaredType Media type that came with the file; named in the error when the bytes are no image.
 * @throws ArtdeskError `bad_response` with `billed: "yes"` for anything but a whole PNG, JPEG, WebP, GIF or AVIF file.
 */
export function receiveImage(bytes: Uint8Array, codec: Codec, declaredType?: string): ReceivedImage {
  const image = describe(bytes, codec, declaredType);
  if (typeof image !== "string") return image;
  throw new ArtdeskError({
    code: "bad_response",
    shortMessage: image,
    details: `${bytes.length} bytes`,
    billed: "yes",
  });
}

function describe(bytes: Uint8Array, codec: Codec, declaredType: string | undefined): ReceivedImage | string {
  const { header, problem } = inspectImage(bytes);
  if (header !== undefined && isTooLarge(header))
    return `The image claims ${header.widthPx}x${header.heightPx} pixels, which is more than is taken.`;
  if (header !== undefined) return { bytes, ...header, sha256: sha256OnArrival(bytes) ?? codec.sha256Hex(bytes) };
  return `The image ${problem}${declaredType === undefined ? "" : ` (declared as ${declaredType})`}.`;
}

function isTooLarge({ widthPx, heightPx }: PixelSize): boolean {
  return widthPx * heightPx > MAX_AREA_PX || Math.max(widthPx, heightPx) > MAX_EDGE_PX;
}

/** One image of a reply as it was found: decoded, broken, a short base64 string, or an address. */
export interface FoundImage {
  value: unknown;
  /** Where the image is, when the reply only points to it. */
  url?: string | undefined;
  declaredType?: string | undefined;
}

/**
 * Makes the reply of a call out of what was found in it. Whole images are kept even when others are broken or missing.
 *
 * @param found Images in order; those beyond `count` are extras.
 * @param extras What came besides and is none of the images asked for, such as drafts. Broken ones are dropped.
 * @param problem What else went wrong, for example a body that broke off after these images.
 * @throws ArtdeskError when nothing is whole: `problem`, or `bad_response` with `usage` when tokens were billed.
 */
export function composeReply(
  found: readonly FoundImage[],
  options: {
    count: number;
    codec: Codec;
    subject: CallSubject;
    usage: Usage | undefined;
    extras?: readonly FoundImage[] | undefined;
    problem?: ArtdeskError | undefined;
  },
): ProviderReply {
  const { count, codec, subject, usage } = options;
  const images: ReceivedImage[] = [];
  const links: JobFile[] = [];
  const unreadable: Uint8Array[] = [];
  const problems: string[] = [];
  for (const each of found.slice(0, count)) {
    if (each.url !== undefined) {
      links.push({ url: each.url, declaredType: each.declaredType });
      continue;
    }
    const bytes = bytesOf(each, codec);
    const image = readFound(each, bytes, codec);
    if (typeof image !== "string") images.push(image);
    else {
      problems.push(image);
      if (bytes instanceof Uint8Array && bytes.length > 0) unreadable.push(bytes);
    }
  }
  const extras = [...(options.extras ?? []), ...found.slice(count)]
    .map((each) => readFound(each, bytesOf(each, codec), codec))
    .filter((image) => typeof image !== "string");
  const received = images.length + links.length;
  const problem = options.problem ?? (received === count ? undefined : missing(received, problems, options));
  if (problem !== undefined && received + extras.length + unreadable.length === 0) throw problem;
  return {
    images,
    ...(extras.length > 0 && { extras }),
    ...(links.length > 0 && { links }),
    ...(unreadable.length > 0 && { unreadable }),
    usage,
    requestId: subject.requestId,
    problem,
  };
}

function bytesOf({ value }: FoundImage, codec: Codec): unknown {
  return typeof value === "string" ? decodeBase64(value, codec) : value;
}

/** The image, or why it is none. */
function readFound({ declaredType }: FoundImage, bytes: unknown, codec: Codec): ReceivedImage | string {
  if (bytes instanceof BrokenImage) return `The image ${bytes.problem}.`;
  if (!(bytes instanceof Uint8Array)) return "An entry of the reply holds no image.";
  return describe(bytes, codec, declaredType);
}

/** Decodes a whole base64 text. */
export function decodeBase64(text: string, codec: Codec): Uint8Array | BrokenImage {
  const sink = new Base64Sink(codec, Math.ceil(text.length * 0.75));
  const quote = sink.consume(new TextEncoder().encode(text), 0);
  return quote === -1 ? sink.finish() : new BrokenImage("is not base64");
}

function missing(
  received: number,
  problems: readonly string[],
  { count, subject, usage }: { count: number; subject: CallSubject; usage: Usage | undefined },
): ArtdeskError {
  const what = received === 0 ? "no usable image" : `${received} of ${count} images`;
  const options: ArtdeskErrorOptions = {
    code: "bad_response",
    shortMessage: `${subject.providerName} sent ${what} for ${subject.model}.${problems[0] === undefined ? "" : ` ${problems[0]}`}`,
    details: problems.length === 0 ? undefined : problems.join(" "),
    hint: "The call may have been billed all the same.",
    provider: subject.provider,
    model: subject.model,
    requestId: subject.requestId,
    // A complete reply with usage was billed; without usage nobody can tell.
    billed: usage === undefined ? "unknown" : "yes",
    usage,
    unusableImages: problems.length,
  };
  return new ArtdeskError(options);
}

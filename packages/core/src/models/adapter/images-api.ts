import type { ArtdeskError } from "../../basics/errors.ts";
import { recordOf } from "../../basics/json-record.ts";
import type { Codec, HttpResponse } from "../../basics/ports.ts";
import type { ImageInput, Usage } from "../../basics/types.ts";
import { readJsonWithImages } from "../../wire/http.ts";
import { type MultipartPart, multipartBody } from "../../wire/multipart-body.ts";
import type { CallSubject } from "../../wire/reply-error.ts";
import { composeReply, type FoundImage } from "./compose-reply.ts";
import type { ProviderCall, ProviderReply } from "./provider.ts";

type Json = Readonly<Record<string, unknown>> | undefined;

/** What differs among the providers that answer in the shape of OpenAI's Images API. */
export interface ImagesReplyReading {
  usage(value: unknown): Usage | undefined;
  /** The media type that the reply states for an entry. @default none */
  declaredType?(entry: Json, reply: Json): string | undefined;
  /** What a reply with status 200 says went wrong; undefined when it is one with images. @default never */
  failure?(reply: Json): ArtdeskError | undefined;
}

/** Reads `{data: [{b64_json}], usage}` while it arrives. Throws `bad_response` or `network` with what is known. */
export async function readImagesReply(
  response: HttpResponse,
  call: ProviderCall,
  codec: Codec,
  subject: CallSubject,
  reading: ImagesReplyReading,
): Promise<ProviderReply> {
  const { json, images, problem } = await readJsonWithImages(response, { codec, imageKeys: ["b64_json"], subject });
  const reply = recordOf(json);
  const entries: Json[] = Array.isArray(reply?.["data"]) ? reply["data"].map(recordOf) : [];
  const failure = entries.length === 0 ? reading.failure?.(reply) : undefined;
  if (failure !== undefined) throw failure;
  const usage = reading.usage(reply?.["usage"]);
  const found = entries.map((entry): FoundImage => {
    return { ...findImage(entry), declaredType: reading.declaredType?.(entry, reply) };
  });
  // A reply that was cut off has no list to read: the images that came whole are all there is.
  return composeReply(problem === undefined ? found : images.map((value) => ({ value })), {
    count: call.count,
    codec,
    subject,
    usage,
    problem,
  });
}

/** Where gateways put an image, or an object around it, instead of `b64_json`. */
const OTHER_KEYS = ["url", "image_url", "image", "b64", "base64", "data"];

/** The image of an entry: its base64, or where gateways put it or its address instead. */
function findImage(entry: Json): Pick<FoundImage, "value" | "url"> {
  const value = entry?.["b64_json"];
  if (value !== undefined && value !== null && value !== "") return { value };
  for (const key of OTHER_KEYS) {
    const other = entry?.[key];
    if (typeof other === "string" && other !== "")
      return /^https?:/i.test(other) ? { value, url: other } : { value: other };
    const inside = recordOf(other);
    if (inside !== undefined) return findImage(inside);
  }
  return { value };
}

/**
 * An edit as a form: the fields as text, then the references under `imageField`, then the mask. The boundary is a hash
 * of what is inside, so the same call gives the same bytes.
 */
export function editForm(
  { request: { references, mask } }: ProviderCall,
  fields: Readonly<Record<string, unknown>>,
  imageField: string,
  codec: Codec,
): { contentType: string; body: Uint8Array } {
  const texts = Object.entries(fields).map(([name, value]): MultipartPart => ({ name, value: String(value) }));
  const file = (name: string, stem: string, { bytes, mediaType }: ImageInput): MultipartPart => {
    return { name, value: bytes, fileName: `${stem}.${mediaType.replace("image/", "")}`, mediaType };
  };
  const inputs = [...references, ...(mask === undefined ? [] : [mask])];
  const files = references.map((input, index) => file(imageField, `image-${index + 1}`, input));
  if (mask !== undefined) files.push(file("mask", "mask", mask));
  const hashes = inputs.map(({ bytes }) => codec.sha256Hex(bytes));
  const boundary = codec.sha256Hex(`${JSON.stringify(texts)}${hashes.join()}`).slice(0, 48);
  return multipartBody([...texts, ...files], `artdesk-${boundary}`);
}

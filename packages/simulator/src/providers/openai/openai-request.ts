import type { FormPart, ParsedBody } from "../../basics/wire.ts";
import { decodeBase64, probeImage } from "../../images/image-probe.ts";
import type { ProbedImage } from "../../images/image-probe.ts";
import { badRequest, unknownParameter } from "./openai-errors.ts";
import type { OpenAiError } from "./openai-errors.ts";
import { checkAgainstModel } from "./openai-model-rules.ts";
import type { CheckedOptions } from "./openai-model-rules.ts";
import { parseFormEdit, parseGeneration, parseJsonEdit } from "./openai-schemas.ts";
import type { OpenAiFields, OpenAiImageReference } from "./openai-schemas.ts";

/** A valid request for images. */
export interface OpenAiImageRequest extends CheckedOptions {
  readonly operation: "generate" | "edit";
  readonly prompt: string;
  readonly references: readonly ProbedImage[];
}

type Checked = { readonly request: OpenAiImageRequest } | { readonly error: OpenAiError };

const MAX_REFERENCES = 16;
const MAX_MASK_BYTES = 4_000_000;
const NUMBER_FIELDS: ReadonlySet<string> = new Set(["n", "output_compression", "partial_images"]);

/** Checks the JSON body of `/images/generations`. */
export function readGeneration(body: ParsedBody, nowMs: number): Checked {
  if (body.kind !== "json") return { error: unreadable(body) };
  const parsed = parseGeneration(body.value);
  if ("error" in parsed) return parsed;
  return assemble("generate", parsed.fields, [], nowMs);
}

/** Checks the body of `/images/edits`: JSON with data URLs, or a multipart form. */
export async function readEdit(body: ParsedBody, nowMs: number): Promise<Checked> {
  if (body.kind === "form") return readFormEdit(body.parts, nowMs);
  if (body.kind !== "json") return { error: unreadable(body) };
  const parsed = parseJsonEdit(body.value);
  if ("error" in parsed) return parsed;
  const images: Buffer[] = [];
  for (const [index, reference] of parsed.fields.images.entries()) {
    const bytes = bytesOf(reference, `images[${index}]`);
    if ("status" in bytes) return { error: bytes };
    images.push(bytes);
  }
  const mask = parsed.fields.mask ? bytesOf(parsed.fields.mask, "mask") : undefined;
  if (mask && "status" in mask) return { error: mask };
  return assembleEdit(parsed.fields, images, mask, undefined, nowMs, "json");
}

async function readFormEdit(parts: readonly FormPart[], nowMs: number): Promise<Checked> {
  const fields: Record<string, unknown> = {};
  const images: Buffer[] = [];
  const files: { mask?: Buffer; markup?: Buffer } = {};
  for (const part of parts) {
    if (!("bytes" in part)) fields[part.name] = readScalar(part.name, part.value);
    else if (part.name === "image" || part.name === "image[]") images.push(part.bytes);
    else if (part.name === "mask" || part.name === "markup") files[part.name] = part.bytes;
    else return { error: unknownParameter(part.name) };
  }
  const parsed = parseFormEdit(fields);
  if ("error" in parsed) return parsed;
  if (images.length === 0) {
    return { error: badRequest("missing_required_parameter", "image", "Missing required parameter: 'image'.") };
  }
  if (images.length > MAX_REFERENCES) {
    const message = `Invalid 'image': array too long. Expected an array with maximum length ${MAX_REFERENCES}, but got an array with length ${images.length} instead.`;
    return { error: badRequest("array_above_max_length", "image", message) };
  }
  return assembleEdit(parsed.fields, images, files.mask, files.markup, nowMs, "form");
}

/** A form carries texts only: numbers and booleans are read back, anything else is left for the schema to refuse. */
function readScalar(name: string, value: string): unknown {
  if (NUMBER_FIELDS.has(name) && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (name === "stream" && (value === "true" || value === "false")) return value === "true";
  return value;
}

async function assembleEdit(
  fields: OpenAiFields,
  images: readonly Buffer[],
  mask: Buffer | undefined,
  markup: Buffer | undefined,
  nowMs: number,
  form: "json" | "form",
): Promise<Checked> {
  const param = form === "json" ? "images" : "image";
  const references: ProbedImage[] = [];
  for (const [index, bytes] of images.entries()) {
    const image = await probeImage(bytes);
    if (!image || !["png", "jpeg", "webp"].includes(image.format)) {
      const message = `Invalid image file or mode for image ${index + 1}, please check your image file.`;
      return { error: badRequest("invalid_image_file", param, message) };
    }
    references.push(image);
  }
  const maskError = mask ? await checkMask(mask, references[0]) : undefined;
  if (maskError) return { error: maskError };
  if (mask && markup)
    return { error: badRequest("invalid_value", "markup", "'markup' cannot be used together with 'mask'.") };
  const checked = assemble("edit", fields, references, nowMs);
  if ("error" in checked || !markup) return checked;
  const { generation, id } = checked.request.model;
  if (generation !== "2.5" && generation !== "2.6") {
    return {
      error: badRequest(
        "unsupported_parameter",
        "markup",
        `Unsupported parameter: 'markup' is not supported with the '${id}' model.`,
      ),
    };
  }
  return checked;
}

async function checkMask(mask: Buffer, first: ProbedImage | undefined): Promise<OpenAiError | undefined> {
  const probed = await probeImage(mask);
  if (probed?.format !== "png" || mask.length >= MAX_MASK_BYTES) {
    return badRequest("invalid_image_file", "mask", "Invalid mask: it must be a PNG file smaller than 4MB.");
  }
  if (!probed.hasAlpha)
    return badRequest("invalid_image_file", "mask", "Invalid mask image format - mask must contain an alpha channel.");
  if (probed.widthPx !== first?.widthPx || probed.heightPx !== first.heightPx) {
    return badRequest("invalid_image_file", "mask", "Invalid mask image format - mask size does not match image size.");
  }
  return undefined;
}

function assemble(
  operation: OpenAiImageRequest["operation"],
  fields: OpenAiFields,
  references: readonly ProbedImage[],
  nowMs: number,
): Checked {
  const checked = checkAgainstModel(fields, nowMs);
  if ("error" in checked) return checked;
  return { request: { ...checked.options, operation, prompt: fields.prompt, references } };
}

function bytesOf(reference: OpenAiImageReference, param: string): Buffer | OpenAiError {
  const { image_url: imageUrl, file_id: fileId } = reference;
  if ((imageUrl === undefined) === (fileId === undefined)) {
    return badRequest("invalid_value", param, `Invalid '${param}': provide exactly one of 'image_url' or 'file_id'.`);
  }
  if (fileId !== undefined) return badRequest("file_not_found", `${param}.file_id`, `No such File object: ${fileId}`);
  const match = /^data:image\/[a-z+.-]+;base64,(.*)$/s.exec(imageUrl ?? "");
  const bytes = match ? decodeBase64(match[1] ?? "") : undefined;
  const message =
    "Invalid image_url: the simulator reads base64 data URLs (data:image/png;base64,...) and fetches nothing.";
  return bytes ?? badRequest("invalid_image_url", `${param}.image_url`, message);
}

function unreadable(body: ParsedBody): OpenAiError {
  const reason = body.kind === "unreadable" ? body.reason : "This endpoint needs a JSON body.";
  return badRequest("invalid_body", null, reason);
}

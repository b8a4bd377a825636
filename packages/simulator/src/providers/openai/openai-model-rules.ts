import { badRequest, invalidValue, modelNotFound, unsupportedParameter } from "./openai-errors.ts";
import type { OpenAiError } from "./openai-errors.ts";
import { isRetiredOpenAiModel, liveOpenAiModels } from "./openai-models.ts";
import type { OpenAiModel } from "./openai-models.ts";
import type { OpenAiFields } from "./openai-schemas.ts";
import type { OpenAiQuality, PixelSize } from "./openai-usage.ts";

/** The options of a request after the model's own rules. */
export interface CheckedOptions {
  readonly model: OpenAiModel;
  readonly images: number;
  readonly quality: OpenAiQuality | "auto";
  readonly size: PixelSize;
  readonly format: "png" | "jpeg" | "webp";
  readonly compressionPercent: number | undefined;
  readonly transparent: boolean;
}

type Checked = { readonly options: CheckedOptions } | { readonly error: OpenAiError };

const PRESET_SIZES = ["1024x1024", "1024x1536", "1536x1024", "auto"];
const OLD_QUALITIES = ["low", "medium", "high", "auto"];
const NEW_QUALITIES = ["low", "medium", "high", "xhigh", "max", "auto"];
// SDK text of openai 7.57.0 for sizes, and the area limits of the OpenAI image guide.
const EDGE_STEP_PX = 16;
const MAX_EDGE_PX = 3840;
const MAX_RATIO = 3;
const MIN_AREA_PX = 655_360;
const MAX_AREA_PX = 8_294_400;

/** The day on which gpt-image-2 lost transparency (OpenRouter's list of endpoints; tried again on 2026-10-15). */
const OPAQUE_SINCE_MS = Date.parse("2026-09-30T00:00:00Z");

/** Checks what depends on the model: lifecycle, quality, size, format and parameters that only some generations take. */
export function checkAgainstModel(fields: OpenAiFields, nowMs: number): Checked {
  const model = liveOpenAiModels(nowMs).find(({ id }) => id === fields.model);
  if (!model) return { error: modelNotFound(fields.model, isRetiredOpenAiModel(fields.model, nowMs)) };
  const error = checkParameters(fields, model) ?? checkBackground(fields, model, nowMs) ?? checkFormat(fields);
  if (error) return { error };
  const quality = fields.quality ?? "auto";
  const qualities = isNewGeneration(model) ? NEW_QUALITIES : OLD_QUALITIES;
  if (!qualities.includes(quality)) return { error: invalidValue("quality", quality, qualities) };
  const size = readSize(fields.size ?? "auto", model);
  if ("status" in size) return { error: size };
  return {
    options: {
      model,
      size,
      images: fields.n ?? 1,
      quality: quality as OpenAiQuality | "auto",
      format: fields.output_format ?? "png",
      compressionPercent: fields.output_compression ?? undefined,
      transparent: fields.background === "transparent",
    },
  };
}

function isNewGeneration({ generation }: OpenAiModel): boolean {
  return generation === "2.5" || generation === "2.6";
}

function checkParameters(fields: OpenAiFields, model: OpenAiModel): OpenAiError | undefined {
  if (fields.stream === true) {
    return badRequest("unsupported_value", "stream", "Streaming is not simulated: send the request without 'stream'.");
  }
  if ((fields.partial_images ?? 0) > 0) {
    return badRequest("invalid_value", "partial_images", "'partial_images' is only allowed when 'stream' is true.");
  }
  for (const name of ["frame_count", "frame_duration_ms", "svg"] as const) {
    if (fields[name] !== undefined && fields[name] !== null) return unsupportedParameter(name, model.id);
  }
  if (fields.complexity != null && model.generation !== "2.6") return unsupportedParameter("complexity", model.id);
  if (fields.input_fidelity != null) {
    if (model.generation === "1-mini") {
      return fields.input_fidelity === "low"
        ? undefined
        : invalidValue("input_fidelity", fields.input_fidelity, ["low"]);
    }
    if (model.generation !== "1.5") return unsupportedParameter("input_fidelity", model.id);
  }
  return undefined;
}

function checkBackground(fields: OpenAiFields, model: OpenAiModel, nowMs: number): OpenAiError | undefined {
  if (fields.background !== "transparent" || model.generation !== "2" || nowMs < OPAQUE_SINCE_MS) return undefined;
  return badRequest("invalid_value", "background", "Transparent background is not supported for this model.");
}

function checkFormat(fields: OpenAiFields): OpenAiError | undefined {
  const format = fields.output_format ?? "png";
  if (fields.background === "transparent" && format === "jpeg") {
    return badRequest(
      "invalid_value",
      "background",
      "Transparent background requires 'png' or 'webp' as 'output_format', not 'jpeg'.",
    );
  }
  if (format === "png" && (fields.output_compression ?? 100) < 100) {
    return badRequest(
      "invalid_value",
      "output_compression",
      "Compression less than 100 is not supported for PNG output format.",
    );
  }
  return undefined;
}

function readSize(text: string, model: OpenAiModel): PixelSize | OpenAiError {
  if (text === "auto") return { widthPx: 1024, heightPx: 1024 };
  const isFixed = model.generation === "1.5" || model.generation === "1-mini";
  if (isFixed && !PRESET_SIZES.includes(text)) return invalidValue("size", text, PRESET_SIZES);
  const match = /^(\d{1,5})x(\d{1,5})$/.exec(text);
  const widthPx = Number(match?.[1]);
  const heightPx = Number(match?.[2]);
  if (!match || widthPx === 0 || heightPx === 0) return invalidSize(text, "Expected 'auto' or WIDTHxHEIGHT.");
  if (widthPx % EDGE_STEP_PX !== 0 || heightPx % EDGE_STEP_PX !== 0) {
    return invalidSize(text, `Width and height must both be divisible by ${EDGE_STEP_PX}.`);
  }
  if (Math.max(widthPx, heightPx) > MAX_EDGE_PX) {
    return invalidSize(text, `The longest edge must be less than or equal to ${MAX_EDGE_PX}.`);
  }
  if (Math.max(widthPx, heightPx) > MAX_RATIO * Math.min(widthPx, heightPx)) {
    return invalidSize(text, "The aspect ratio must be between 1:3 and 3:1.");
  }
  if (widthPx * heightPx < MIN_AREA_PX)
    return invalidSize(text, "Requested resolution is below the current minimum pixel budget.");
  if (widthPx * heightPx > MAX_AREA_PX)
    return invalidSize(text, "Requested resolution exceeds the current maximum pixel budget.");
  return { widthPx, heightPx };
}

function invalidSize(text: string, reason: string): OpenAiError {
  return badRequest("invalid_value", "size", `Invalid size '${text}'. ${reason}`);
}

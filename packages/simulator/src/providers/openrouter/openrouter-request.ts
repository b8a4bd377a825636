import * as v from "valibot";
import type { ParsedBody } from "../../basics/wire.ts";
import { decodeBase64, probeImage } from "../../images/image-probe.ts";
import { OPENROUTER_MODELS, type OpenRouterModel } from "./openrouter-models.ts";

/** A valid request for images. */
export interface OpenRouterRequest {
  readonly model: OpenRouterModel;
  readonly prompt: string;
  readonly operation: "generate" | "edit";
  readonly images: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly quality: string;
  readonly format: "png" | "jpeg" | "webp";
  readonly transparent: boolean;
}

/** A refusal with OpenRouter's status. */
export interface OpenRouterProblem {
  readonly status: number;
  readonly message: string;
}

const RATIOS = [
  "1:1",
  "1:2",
  "1:4",
  "1:8",
  "2:1",
  "2:3",
  "2.35:1",
  "3:2",
  "3:4",
  "4:1",
  "4:3",
  "4:5",
  "5:2",
  "5:4",
  "8:1",
  "9:16",
  "16:9",
  "9:19.5",
  "19.5:9",
  "9:20",
  "20:9",
  "9:21",
  "21:9",
  "auto",
] as const;

/** The body as npm `@openrouter/sdk` 1.3.19 types it; the names on the wire are in snake case. */
const bodySchema = v.strictObject({
  model: v.pipe(v.string(), v.nonEmpty()),
  prompt: v.pipe(v.string(), v.nonEmpty()),
  n: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10)), 1),
  size: v.optional(v.string()),
  aspect_ratio: v.optional(v.picklist(RATIOS)),
  resolution: v.optional(v.picklist(["512", "1K", "2K", "4K"])),
  quality: v.optional(v.picklist(["auto", "low", "medium", "high", "xhigh", "max"]), "auto"),
  output_format: v.optional(v.picklist(["png", "jpeg", "webp", "svg"]), "png"),
  output_compression: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100))),
  background: v.optional(v.picklist(["auto", "transparent", "opaque"]), "auto"),
  seed: v.optional(v.pipe(v.number(), v.integer())),
  stream: v.optional(v.literal(false)),
  user: v.optional(v.string()),
  session_id: v.optional(v.string()),
  provider: v.optional(v.looseObject({})),
  input_references: v.optional(
    v.pipe(
      v.array(v.strictObject({ type: v.literal("image_url"), image_url: v.strictObject({ url: v.string() }) })),
      v.maxLength(16),
    ),
    [],
  ),
});

type Body = v.InferOutput<typeof bodySchema>;

/** Checks the body of `POST /images`. */
export async function readOpenRouterRequest(body: ParsedBody): Promise<OpenRouterRequest | OpenRouterProblem> {
  if (body.kind !== "json") return { status: 400, message: "Invalid JSON body" };
  const parsed = v.safeParse(bodySchema, body.value);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return { status: 400, message: `${v.getDotPath(issue) ?? "body"}: ${issue.message}` };
  }
  const fields = parsed.output;
  const model = OPENROUTER_MODELS.find(({ id }) => id === fields.model);
  if (model === undefined) return { status: 404, message: `No endpoints found for ${fields.model}.` };
  if (fields.n > model.maxImages)
    return { status: 400, message: `n: ${model.id} makes at most ${model.maxImages} image per request` };
  if (fields.input_references.length > model.maxReferences)
    return { status: 400, message: `input_references: ${model.id} takes at most ${model.maxReferences}` };
  for (const [
    index,
    {
      image_url: { url },
    },
  ] of fields.input_references.entries()) {
    const bytes = decodeBase64(/^data:image\/[a-z]+;base64,(.*)$/s.exec(url)?.[1] ?? "");
    if (!bytes || !(await probeImage(bytes)))
      return {
        status: 400,
        message: `input_references[${index}]: the simulator reads base64 data URLs of images only`,
      };
  }
  if (fields.output_format === "svg" || (fields.background === "transparent" && fields.output_format === "jpeg"))
    return { status: 400, message: "output_format: not supported with these parameters" };
  const size = sizeOf(fields, model);
  if ("status" in size) return size;
  return {
    model,
    prompt: fields.prompt,
    operation: fields.input_references.length > 0 ? "edit" : "generate",
    images: fields.n,
    ...size,
    quality: fields.quality,
    format: fields.output_format,
    transparent: fields.background === "transparent",
  };
}

const EDGE_PX: Readonly<Record<string, number>> = { "512": 512, "1K": 1024, "2K": 2048, "4K": 4096 };

/** Explicit pixels win; beside them a shape or class is a mistake. */
function sizeOf(fields: Body, model: OpenRouterModel): { widthPx: number; heightPx: number } | OpenRouterProblem {
  const pixels = /^(\d+)x(\d+)$/.exec(fields.size ?? "");
  if (pixels) {
    if (fields.resolution !== undefined || fields.aspect_ratio !== undefined)
      return { status: 400, message: "size: explicit pixels conflict with resolution or aspect_ratio" };
    return { widthPx: Number(pixels[1]), heightPx: Number(pixels[2]) };
  }
  const tier = fields.size ?? fields.resolution ?? model.resolutions[0] ?? "1K";
  const edgePx = EDGE_PX[tier];
  if (edgePx === undefined || !model.resolutions.includes(tier))
    return { status: 400, message: `resolution: ${model.id} makes ${model.resolutions.join(", ")}` };
  const [width = 1, height = 1] = (fields.aspect_ratio ?? "1:1").replace("auto", "1:1").split(":").map(Number);
  const unitPx = edgePx / Math.sqrt(width * height);
  return { widthPx: Math.round((unitPx * width) / 16) * 16, heightPx: Math.round((unitPx * height) / 16) * 16 };
}

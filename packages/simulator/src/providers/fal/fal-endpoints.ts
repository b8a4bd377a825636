import { image, images, number, oneOf, size, text, type FieldRule } from "./fal-fields.ts";

/** A mistake in a body, as pydantic words it. */
export interface FieldMistake {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

/** One endpoint: its fields, what it makes, and what it costs. */
export interface FalEndpoint {
  readonly operation: "generate" | "edit" | "upscale";
  readonly required: Readonly<Record<string, FieldRule>>;
  readonly optional: Readonly<Record<string, FieldRule>>;
  /** Field that says how many images are made. */
  readonly countField?: string;
  /** Field of the factor. Without one the endpoint enlarges four times. */
  readonly factorField?: string;
  /** Micro-USD per image, or per started megapixel. Where fal publishes no price, the figure is made up. */
  readonly price: { readonly per: "image" | "megapixel"; readonly microUsd: number };
}

const perImage = (microUsd: number): FalEndpoint["price"] => ({ per: "image", microUsd });
const free = number(0, Number.MAX_SAFE_INTEGER);
const flag: FieldRule = (value) =>
  typeof value === "boolean" ? undefined : ["Input should be a valid boolean", "bool_type"];
const common = { seed: free, enable_safety_checker: flag };
const count = { num_images: number(1, 4) };
const pngOrJpeg = { output_format: oneOf("png", "jpeg") };
const ANY_EDGE = size([64, 4096]);
const SEEDREAM_SIZE = size([1920, 4096], [2560 * 1440, 4096 * 4096]);

/** Fields and limits as in the type declarations of npm `@fal-ai/client` 1.10.1. */
export const FAL_ENDPOINTS: ReadonlyMap<string, FalEndpoint> = new Map<string, FalEndpoint>([
  [
    "fal-ai/bytedance/seedream/v4.5/text-to-image",
    {
      operation: "generate",
      required: { prompt: text },
      optional: { ...common, ...count, max_images: number(1, 15), image_size: SEEDREAM_SIZE },
      countField: "num_images",
      price: perImage(40_000),
    },
  ],
  [
    "fal-ai/bytedance/seedream/v4.5/edit",
    {
      operation: "edit",
      required: { prompt: text, image_urls: images(10) },
      optional: { ...common, ...count, max_images: number(1, 15), image_size: SEEDREAM_SIZE },
      countField: "num_images",
      price: perImage(40_000),
    },
  ],
  [
    "fal-ai/wan/v2.7/pro/text-to-image",
    {
      operation: "generate",
      required: { prompt: text },
      optional: { ...common, max_images: number(1, 5), negative_prompt: text, image_size: ANY_EDGE },
      countField: "max_images",
      price: perImage(75_000),
    },
  ],
  [
    "fal-ai/wan/v2.7/pro/edit",
    {
      operation: "edit",
      required: { prompt: text, image_urls: images(3) },
      optional: { ...common, ...count, image_size: ANY_EDGE },
      countField: "num_images",
      price: perImage(75_000),
    },
  ],
  [
    "fal-ai/flux-kontext/dev",
    {
      operation: "edit",
      required: { prompt: text, image_url: image },
      optional: {
        ...common,
        ...count,
        ...pngOrJpeg,
        acceleration: oneOf("none", "regular", "high"),
        resolution_mode: oneOf(
          "auto",
          "match_input",
          "1:1",
          "16:9",
          "21:9",
          "3:2",
          "2:3",
          "4:5",
          "5:4",
          "3:4",
          "4:3",
          "9:16",
          "9:21",
        ),
      },
      countField: "num_images",
      price: perImage(25_000),
    },
  ],
  [
    "fal-ai/bytedance/dreamina/v3.1/text-to-image",
    {
      operation: "generate",
      required: { prompt: text },
      optional: { seed: free, ...count, enhance_prompt: flag, image_size: size([512, 2048]) },
      countField: "num_images",
      price: perImage(30_000),
    },
  ],
  [
    "fal-ai/stable-diffusion-v3-medium",
    {
      operation: "generate",
      required: { prompt: text },
      optional: { ...common, ...count, negative_prompt: text, image_size: ANY_EDGE },
      countField: "num_images",
      price: perImage(35_000),
    },
  ],
  [
    "fal-ai/recraft-20b",
    {
      operation: "generate",
      required: { prompt: text },
      optional: { enable_safety_checker: flag, style: text, image_size: ANY_EDGE },
      price: perImage(22_000),
    },
  ],
  [
    "fal-ai/hunyuan-image/v2.1/text-to-image",
    {
      operation: "generate",
      required: { prompt: text },
      optional: { ...common, ...count, ...pngOrJpeg, image_size: ANY_EDGE },
      countField: "num_images",
      price: perImage(100_000),
    },
  ],
  [
    "fal-ai/esrgan",
    {
      operation: "upscale",
      required: { image_url: image },
      optional: { ...pngOrJpeg, scale: number(1, 8), face: flag, model: text },
      factorField: "scale",
      price: perImage(2_000),
    },
  ],
  [
    "fal-ai/seedvr/upscale/image",
    {
      operation: "upscale",
      required: { image_url: image },
      optional: {
        seed: free,
        upscale_mode: oneOf("target", "factor"),
        upscale_factor: number(1, 10),
        output_format: oneOf("png", "jpg", "webp"),
      },
      factorField: "upscale_factor",
      price: { per: "megapixel", microUsd: 1000 },
    },
  ],
  [
    "fal-ai/topaz/upscale/image",
    {
      operation: "upscale",
      required: { image_url: image },
      optional: { ...pngOrJpeg, upscale_factor: number(1, 4), model: text },
      factorField: "upscale_factor",
      price: perImage(80_000),
    },
  ],
  [
    "fal-ai/recraft/upscale/crisp",
    {
      operation: "upscale",
      required: { image_url: image },
      optional: { enable_safety_checker: flag },
      price: perImage(4_000),
    },
  ],
  [
    "fal-ai/clarity-upscaler",
    {
      operation: "upscale",
      required: { image_url: image },
      optional: { ...common, prompt: text, upscale_factor: number(1, 4) },
      factorField: "upscale_factor",
      price: perImage(30_000),
    },
  ],
]);

/** Every mistake in a body. */
export function mistakesIn(body: Readonly<Record<string, unknown>>, endpoint: FalEndpoint): readonly FieldMistake[] {
  const rules = { ...endpoint.required, ...endpoint.optional };
  const missing = Object.keys(endpoint.required)
    .filter((field) => body[field] === undefined)
    .map((field) => ({ loc: ["body", field], msg: "Field required", type: "missing" }));
  const wrong = Object.entries(body).flatMap(([field, value]): FieldMistake[] => {
    const rule = rules[field];
    if (rule === undefined)
      return [{ loc: ["body", field], msg: "Extra inputs are not permitted", type: "extra_forbidden" }];
    const mistake = rule(value);
    return mistake ? [{ loc: ["body", field], msg: mistake[0], type: mistake[1] }] : [];
  });
  return [...missing, ...wrong];
}

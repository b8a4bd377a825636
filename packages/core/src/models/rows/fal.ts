import type { PixelSize } from "../../basics/types.ts";
import type { CatalogueRow, EstimableFigure, QualityRow, SizeRule, Source } from "./row.ts";

/** Endpoints, fields and limits. */
export const FAL_TYPES: Source = {
  document: "npm @fal-ai/client 1.10.1, endpoint type declarations",
  date: "2026-11-23",
};
/** Where a price would stand. */
export const FAL_PRICING: Source = {
  document: "fal.ai/pricing and docs.fal.ai, Model API pricing",
  date: "2026-11-23",
};
const ARENA: Source = { document: "arena.ai leaderboards, text-to-image and image edit", date: "2026-04-19" };

/** What fal publishes for no model: how long it takes, how long a prompt may be, what may be done with the image. */
export const FAL_UNSTATED: readonly EstimableFigure[] = ["latency", "maxPromptCharacters", "commercialUse"];

/** What every fal row has in common. */
export const falCommon: Omit<CatalogueRow, "id" | "name" | "operations" | "sizes" | "qualities" | "estimated"> = {
  provider: "fal",
  aliases: [],
  formats: ["png", "jpeg"],
  transparent: false,
  mask: false,
  maxReferences: 0,
  maxImagesPerCall: 1,
  maxPromptCharacters: 2000,
  strengths: [],
  price: { kind: "unknown" },
  predictablePrice: true,
  commercialUse: true,
  imagesPerMinute: undefined,
  lifecycle: { availableFrom: undefined, deprecatedOn: undefined, shutdownOn: undefined, successor: undefined },
  sources: { price: FAL_PRICING, sizes: FAL_TYPES, lifecycle: FAL_TYPES, limits: FAL_TYPES, strengths: FAL_TYPES },
};

/** The only quality of a model that no board has judged. */
export function unrated(latencyMs: number): readonly QualityRow[] {
  return [{ id: "default", tiers: {}, evidence: "No published score yet.", evidenceSource: undefined, latencyMs }];
}

/** fal's named sizes: square_hd, landscape and portrait 4:3 and 16:9. */
const NAMED: readonly PixelSize[] = [
  { widthPx: 1024, heightPx: 1024 },
  { widthPx: 1024, heightPx: 768 },
  { widthPx: 768, heightPx: 1024 },
  { widthPx: 1024, heightPx: 576 },
  { widthPx: 576, heightPx: 1024 },
];
const NAMED_SIZES: SizeRule = { kind: "fixed", sizes: NAMED };

/** Pixels of the shapes that FLUX.1 Kontext was trained on (github.com/black-forest-labs/flux, src/flux/util.py). */
export const KONTEXT_SIZES: SizeRule = {
  kind: "table",
  entries: (
    [
      ["1:1", 1024, 1024],
      ["3:2", 1248, 832],
      ["2:3", 832, 1248],
      ["4:3", 1184, 880],
      ["3:4", 880, 1184],
      ["16:9", 1392, 752],
      ["9:16", 752, 1392],
      ["21:9", 1568, 672],
    ] as const
  ).map(([aspect, widthPx, heightPx]) => ({ aspect, resolution: "1K" as const, widthPx, heightPx })),
};

const seedream45: CatalogueRow = {
  ...falCommon,
  id: "fal-ai/bytedance/seedream/v4.5",
  name: "Seedream 4.5",
  aliases: [
    { id: "seedream" },
    { id: "fal-ai/bytedance/seedream/v4.5/text-to-image" },
    { id: "fal-ai/bytedance/seedream/v4.5/edit" },
  ],
  operations: ["generate", "edit"],
  // Each edge from 1920 to 4096, or the area from 2560x1440 to 4096x4096.
  sizes: {
    kind: "free",
    edgeMultiplePx: 1,
    minAreaPx: 2560 * 1440,
    maxAreaPx: 4096 * 4096,
    maxEdgePx: 4096,
    maxRatio: 4,
  },
  qualities: [
    {
      id: "default",
      tiers: { generate: "draft" },
      evidence: "Arena text-to-image 1144; image edit 1303.",
      evidenceSource: ARENA,
      arenaScores: { generate: 1144, edit: 1303 },
      latencyMs: 15_000,
    },
  ],
  maxReferences: 10,
  maxImagesPerCall: 4,
  estimated: [...FAL_UNSTATED, "edgeMultiplePx", "maxRatio", "formats", "maxImagesPerCall"],
};

const wan27Pro: CatalogueRow = {
  ...falCommon,
  id: "fal-ai/wan/v2.7/pro",
  name: "Wan 2.7 Image Pro",
  aliases: [
    { id: "wan 2.7 pro" },
    { id: "wan" },
    { id: "fal-ai/wan/v2.7/pro/text-to-image" },
    { id: "fal-ai/wan/v2.7/pro/edit" },
  ],
  operations: ["generate", "edit"],
  sizes: NAMED_SIZES,
  qualities: [
    {
      id: "default",
      tiers: { generate: "draft" },
      evidence: "Arena text-to-image 1105; image edit 1301.",
      evidenceSource: ARENA,
      arenaScores: { generate: 1105, edit: 1301 },
      latencyMs: 20_000,
    },
  ],
  maxReferences: 3,
  maxImagesPerCall: 4,
  // The types state the length of an edit's prompt.
  estimated: ["latency", "commercialUse", "sizes", "formats"],
};

const kontextDev: CatalogueRow = {
  ...falCommon,
  id: "fal-ai/flux-kontext/dev",
  name: "Flux Kontext Dev",
  aliases: [{ id: "flux kontext" }, { id: "kontext" }],
  operations: ["edit"],
  sizes: KONTEXT_SIZES,
  qualities: [
    {
      id: "default",
      tiers: {},
      evidence: "Arena image edit 1151, on one board.",
      evidenceSource: undefined,
      arenaScores: { edit: 1151 },
      latencyMs: 6_000,
    },
  ],
  maxReferences: 1,
  maxImagesPerCall: 4,
  // The shapes are fal's; which pixels they come to is read from the model's own source.
  estimated: [...FAL_UNSTATED, "sizes", "maxImagesPerCall"],
};

const dreamina31: CatalogueRow = {
  ...falCommon,
  id: "fal-ai/bytedance/dreamina/v3.1/text-to-image",
  name: "Dreamina 3.1",
  aliases: [{ id: "dreamina" }],
  operations: ["generate"],
  // Each edge from 512 to 2048.
  sizes: {
    kind: "free",
    edgeMultiplePx: 1,
    minAreaPx: 512 * 512,
    maxAreaPx: 2048 * 2048,
    maxEdgePx: 2048,
    maxRatio: 4,
  },
  qualities: unrated(15_000),
  maxImagesPerCall: 4,
  estimated: [...FAL_UNSTATED, "edgeMultiplePx", "formats", "maxImagesPerCall"],
  price: { kind: "per_image", microUsdPerImage: 30_000 },
  sources: {
    ...falCommon.sources,
    price: { document: "LiteLLM model_prices_and_context_window.json, fal_ai row of Dreamina 3.1", date: "2026-08-01" },
  },
};

const stableDiffusion3: CatalogueRow = {
  ...falCommon,
  id: "fal-ai/stable-diffusion-v3-medium",
  name: "Stable Diffusion 3",
  aliases: [{ id: "sd3" }, { id: "stable diffusion 3 medium" }],
  operations: ["generate"],
  sizes: NAMED_SIZES,
  qualities: unrated(6_000),
  maxImagesPerCall: 4,
  estimated: [...FAL_UNSTATED, "sizes", "formats", "maxImagesPerCall"],
};

const recraft20b: CatalogueRow = {
  ...falCommon,
  id: "fal-ai/recraft-20b",
  name: "Recraft 20B",
  aliases: [{ id: "recraft" }],
  operations: ["generate"],
  sizes: NAMED_SIZES,
  qualities: unrated(8_000),
  estimated: [...FAL_UNSTATED, "sizes", "formats"],
};

const hunyuan21: CatalogueRow = {
  ...falCommon,
  id: "fal-ai/hunyuan-image/v2.1/text-to-image",
  name: "Hunyuan Image 2.1",
  aliases: [{ id: "hunyuan" }, { id: "hunyuan 2.1" }],
  operations: ["generate"],
  sizes: NAMED_SIZES,
  qualities: unrated(15_000),
  maxImagesPerCall: 4,
  estimated: [...FAL_UNSTATED, "sizes", "maxImagesPerCall"],
};

/** Image and edit models at fal.ai. */
export const falRows: readonly CatalogueRow[] = [
  seedream45,
  wan27Pro,
  kontextDev,
  dreamina31,
  stableDiffusion3,
  recraft20b,
  hunyuan21,
];

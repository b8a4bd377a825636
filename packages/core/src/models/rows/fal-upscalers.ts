import { FAL_UNSTATED, falCommon, unrated } from "./fal.ts";
import type { CatalogueRow } from "./row.ts";

/** fal states no largest image. */
const MAX_AREA_PX = 8192 * 8192;

const common: Omit<CatalogueRow, "id" | "name" | "sizes" | "qualities" | "estimated"> = {
  ...falCommon,
  operations: ["upscale"],
  maxReferences: 1,
  maxPromptCharacters: 32_000,
};

/** Super-resolution models at fal.ai. The prompt is not sent. */
export const falUpscalerRows: readonly CatalogueRow[] = [
  {
    ...common,
    id: "fal-ai/seedvr/upscale/image",
    name: "SeedVR",
    aliases: [{ id: "seedvr2" }, { id: "super resolution" }],
    sizes: { kind: "factor", minFactor: 1, maxFactor: 10, wholeFactors: false, maxAreaPx: MAX_AREA_PX },
    qualities: unrated(15_000),
    estimated: [...FAL_UNSTATED, "maxAreaPx"],
    formats: ["png", "jpeg", "webp"],
    price: { kind: "per_area", microUsdPerBlock: 1000, blockPx: 1_000_000 },
    sources: {
      ...common.sources,
      price: {
        document: "fal.ai/models/fal-ai/seedvr/upscale/image/llms.txt: $0.001 per megapixel",
        date: "2026-11-24",
      },
      sizes: { document: "fal.ai/models/fal-ai/seedvr/upscale/image/llms.txt: factor 1 to 10", date: "2026-11-24" },
    },
  },
  {
    ...common,
    id: "fal-ai/esrgan",
    name: "ESRGAN",
    aliases: [{ id: "real-esrgan" }],
    sizes: { kind: "factor", minFactor: 1, maxFactor: 8, wholeFactors: false, maxAreaPx: MAX_AREA_PX },
    qualities: unrated(5_000),
    estimated: [...FAL_UNSTATED, "factors", "maxAreaPx"],
  },
  {
    ...common,
    id: "fal-ai/topaz/upscale/image",
    name: "Topaz",
    aliases: [{ id: "topaz upscale" }],
    sizes: { kind: "factor", minFactor: 1, maxFactor: 4, wholeFactors: false, maxAreaPx: MAX_AREA_PX },
    qualities: unrated(20_000),
    estimated: [...FAL_UNSTATED, "factors", "maxAreaPx"],
  },
  {
    ...common,
    id: "fal-ai/recraft/upscale/crisp",
    name: "Recraft Crisp Upscale",
    aliases: [{ id: "recraft crisp" }],
    sizes: {
      kind: "factor",
      minFactor: 1,
      maxFactor: 16,
      wholeFactors: false,
      maxAreaPx: MAX_AREA_PX,
      chosenByModel: true,
    },
    qualities: unrated(10_000),
    estimated: [...FAL_UNSTATED, "factors", "maxAreaPx", "formats"],
  },
  {
    ...common,
    id: "fal-ai/clarity-upscaler",
    name: "Clarity Upscaler",
    aliases: [{ id: "clarity" }],
    sizes: { kind: "factor", minFactor: 1, maxFactor: 4, wholeFactors: false, maxAreaPx: MAX_AREA_PX },
    qualities: unrated(30_000),
    estimated: [...FAL_UNSTATED, "factors", "maxAreaPx", "formats"],
  },
];

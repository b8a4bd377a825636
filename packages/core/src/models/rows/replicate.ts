import { KONTEXT_SIZES, unrated } from "./fal.ts";
import type { CatalogueRow, Source } from "./row.ts";

const MODEL_PAGES: Source = { document: "replicate.com, pages of the models", date: "2026-11-23" };
const SEEDREAM_API: Source = { document: "replicate.com/bytedance/seedream-4.5, input schema", date: "2026-11-24" };

const common: Omit<
  CatalogueRow,
  "id" | "name" | "operations" | "sizes" | "qualities" | "aliases" | "maxReferences" | "estimated"
> = {
  provider: "replicate",
  formats: ["png", "jpeg"],
  transparent: false,
  mask: false,
  maxImagesPerCall: 1,
  maxPromptCharacters: 2000,
  strengths: [],
  // Replicate shows prices on its site only; none was found in a public document.
  price: { kind: "unknown" },
  predictablePrice: true,
  commercialUse: true,
  imagesPerMinute: undefined,
  lifecycle: { availableFrom: undefined, deprecatedOn: undefined, shutdownOn: undefined, successor: undefined },
  sources: {
    price: MODEL_PAGES,
    sizes: MODEL_PAGES,
    lifecycle: MODEL_PAGES,
    limits: MODEL_PAGES,
    strengths: MODEL_PAGES,
  },
};

/** Models at Replicate that fal.ai does not have, or that people ask for there. */
export const replicateRows: readonly CatalogueRow[] = [
  {
    ...common,
    id: "prunaai/flux-kontext-fast",
    name: "Flux Kontext Fast",
    aliases: [{ id: "kontext fast" }, { id: "prunaai/flux-kontext-dev" }],
    operations: ["edit"],
    formats: ["png", "jpeg", "webp"],
    sizes: KONTEXT_SIZES,
    qualities: unrated(3_000),
    maxReferences: 1,
    estimated: [
      "latency",
      "sizes",
      "formats",
      "maxReferences",
      "maxImagesPerCall",
      "maxPromptCharacters",
      "commercialUse",
    ],
  },
  {
    ...common,
    id: "bytedance/seedream-4.5",
    name: "Seedream 4.5 on Replicate",
    aliases: [],
    operations: ["generate", "edit"],
    sizes: { kind: "table", entries: [{ aspect: "1:1", resolution: "2K", widthPx: 2048, heightPx: 2048 }] },
    qualities: unrated(15_000),
    maxReferences: 14,
    maxPromptCharacters: 4000,
    sources: { ...common.sources, sizes: SEEDREAM_API, limits: SEEDREAM_API },
    // It makes 4K and other shapes, too; the pixels of a shape are not stated.
    estimated: ["latency", "sizes", "formats", "commercialUse"],
  },
];

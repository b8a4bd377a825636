import type { CatalogueRow, Source } from "./row.ts";

const API: Source = { document: "npm @openrouter/sdk 1.3.19; openrouter.ai/docs, Images API", date: "2026-11-24" };
const SEEDREAM_PAGE: Source = { document: "openrouter.ai/bytedance-seed/seedream-4.5", date: "2026-11-24" };
const ARENA_APRIL: Source = { document: "arena.ai text-to-image and image edit boards", date: "2026-04-19" };
const FLUX_PRICES: Source = {
  document: "docs.bfl.ai/quick_start/pricing (the maker's own price; OpenRouter's was not found)",
  date: "2026-11-24",
};

const ALIVE = { availableFrom: undefined, deprecatedOn: undefined, shutdownOn: undefined, successor: undefined };

/**
 * Models of OpenRouter with a public source for their figures. It serves many more: any of them can be added under
 * `catalogue` in artdesk.yml. Every reply states its price, so what is settled is exact whatever the table says.
 */
export const openrouterRows: readonly CatalogueRow[] = [
  {
    provider: "openrouter",
    id: "bytedance-seed/seedream-4.5",
    name: "Seedream 4.5 (OpenRouter)",
    aliases: [{ id: "openrouter/seedream-4.5" }],
    operations: ["generate", "edit"],
    // BytePlus, Seedream 4.5: 2560x1440 to 4096x4096 pixels in all, shapes of 1:16 to 16:1.
    sizes: {
      kind: "free",
      edgeMultiplePx: 16,
      minAreaPx: 3_686_400,
      maxAreaPx: 16_777_216,
      maxEdgePx: 8192,
      maxRatio: 16,
    },
    qualities: [
      {
        id: "default",
        tiers: { generate: "draft", edit: "standard" },
        evidence: "Arena text-to-image 1144 and image edit 1303 (2026-04-19).",
        evidenceSource: ARENA_APRIL,
        arenaScores: { generate: 1144, edit: 1303 },
        latencyMs: 15_000,
      },
    ],
    formats: ["png", "jpeg"],
    transparent: false,
    mask: false,
    maxReferences: 14,
    maxImagesPerCall: 1,
    maxPromptCharacters: 4_000,
    strengths: [],
    price: { kind: "per_image", microUsdPerImage: 40_000 },
    predictablePrice: true,
    commercialUse: true,
    imagesPerMinute: undefined,
    lifecycle: { ...ALIVE, availableFrom: "2025-12-23" },
    sources: {
      price: SEEDREAM_PAGE,
      sizes: { document: "BytePlus ModelArk, Seedream 4.5 size limits", date: "2026-11-24" },
      lifecycle: SEEDREAM_PAGE,
      limits: API,
      strengths: SEEDREAM_PAGE,
    },
    estimated: [
      "latency",
      "edgeMultiplePx",
      "maxEdgePx",
      "formats",
      "maxReferences",
      "maxImagesPerCall",
      "maxPromptCharacters",
      "commercialUse",
    ],
  },
  {
    provider: "openrouter",
    id: "black-forest-labs/flux.2-pro",
    name: "FLUX.2 pro (OpenRouter)",
    aliases: [{ id: "openrouter/flux.2-pro" }],
    operations: ["generate", "edit"],
    sizes: {
      kind: "free",
      edgeMultiplePx: 16,
      minAreaPx: 64 * 64,
      maxAreaPx: 4_000_000,
      maxEdgePx: 4096,
      maxRatio: 4,
    },
    qualities: [
      { id: "default", tiers: {}, evidence: "No published score yet.", evidenceSource: undefined, latencyMs: 15_000 },
    ],
    formats: ["png", "jpeg"],
    transparent: false,
    mask: false,
    maxReferences: 8,
    maxImagesPerCall: 1,
    maxPromptCharacters: 32_000,
    strengths: [],
    price: { kind: "unknown" },
    predictablePrice: true,
    commercialUse: true,
    imagesPerMinute: undefined,
    lifecycle: ALIVE,
    sources: {
      price: FLUX_PRICES,
      sizes: { document: "docs.bfl.ai, FLUX.2: up to 4 megapixels", date: "2026-11-24" },
      lifecycle: API,
      limits: { document: "docs.bfl.ai, FLUX.2: up to 8 reference images", date: "2026-11-24" },
      strengths: FLUX_PRICES,
    },
    // What the maker, gateways and nodes for it say of sizes and references differs.
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
];

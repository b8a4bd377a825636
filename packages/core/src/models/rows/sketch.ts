import type { CatalogueRow, Source } from "./row.ts";

const SELF: Source = { document: "Artdesk's own drawing", date: "2026-11-23" };

/** The free placeholder: a labelled storyboard card of any size, drawn without key or network. */
export const sketchRows: readonly CatalogueRow[] = [
  {
    provider: "sketch",
    id: "sketch",
    name: "Sketch",
    aliases: [],
    operations: ["generate", "edit", "upscale"],
    sizes: { kind: "free", edgeMultiplePx: 1, minAreaPx: 256, maxAreaPx: 8192 * 8192, maxEdgePx: 8192, maxRatio: 512 },
    qualities: [
      {
        id: "default",
        tiers: { generate: "draft", edit: "draft", upscale: "draft" },
        evidence: "A storyboard card with the prompt on it, not an image of it.",
        evidenceSource: SELF,
        latencyMs: 50,
      },
    ],
    formats: ["png"],
    transparent: true,
    mask: true,
    maxReferences: 50,
    maxImagesPerCall: 10,
    maxPromptCharacters: 32_000,
    strengths: [],
    price: { kind: "per_image", microUsdPerImage: 0 },
    predictablePrice: true,
    commercialUse: true,
    imagesPerMinute: undefined,
    lifecycle: { availableFrom: undefined, deprecatedOn: undefined, shutdownOn: undefined, successor: undefined },
    sources: { price: SELF, sizes: SELF, lifecycle: SELF, limits: SELF, strengths: SELF, latency: SELF },
    estimated: [],
  },
];

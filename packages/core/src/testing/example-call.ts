import type { Offer, ParsedRequest } from "../basics/types.ts";
import type { ProviderCall } from "../models/adapter/provider.ts";
import type { CatalogueRow, Source } from "../models/rows/row.ts";

const SOURCE: Source = { document: "made up for tests", date: "2026-11-23" };

/** A parsed request with plain defaults: one 1024x1024 image of a red kite. */
export function exampleRequest(changes: Partial<ParsedRequest> = {}): ParsedRequest {
  return {
    operation: "generate",
    prompt: "A red kite over a meadow",
    purpose: "internal",
    size: { kind: "shape", aspectWidth: 1, aspectHeight: 1, resolution: "1K" },
    quality: undefined,
    count: 1,
    text: [],
    elements: [],
    references: [],
    mask: undefined,
    transparent: false,
    urgency: "normal",
    format: "png",
    model: undefined,
    maxCostMicroUsd: undefined,
    tags: {},
    ...changes,
  };
}

/** An offer of a made-up model, 1024x1024. */
export function exampleOffer(changes: Partial<Offer> = {}): Offer {
  return {
    provider: "example",
    model: "example-image-1",
    quality: "medium",
    size: "1024x1024",
    widthPx: 1024,
    heightPx: 1024,
    aspect: undefined,
    resolution: undefined,
    tier: "standard",
    count: 1,
    estimateMicroUsd: 53_000,
    worstCaseMicroUsd: 60_000,
    latencyMs: 10_000,
    reasons: [],
    ...changes,
  };
}

/** A catalogue row of a made-up model with a price per image. */
export function exampleRow(changes: Partial<CatalogueRow> = {}): CatalogueRow {
  return {
    provider: "example",
    id: "example-image-1",
    name: "Example Image 1",
    aliases: [],
    operations: ["generate", "edit"],
    sizes: { kind: "fixed", sizes: [{ widthPx: 1024, heightPx: 1024 }] },
    qualities: [
      { id: "medium", tiers: { generate: "standard" }, evidence: "none", evidenceSource: undefined, latencyMs: 10_000 },
    ],
    formats: ["png"],
    transparent: true,
    mask: true,
    maxReferences: 16,
    maxImagesPerCall: 10,
    maxPromptCharacters: 32_000,
    strengths: [],
    price: { kind: "per_image", microUsdPerImage: 53_000 },
    predictablePrice: true,
    commercialUse: true,
    imagesPerMinute: undefined,
    lifecycle: { availableFrom: undefined, deprecatedOn: undefined, shutdownOn: undefined, successor: undefined },
    sources: { price: SOURCE, sizes: SOURCE, lifecycle: SOURCE, limits: SOURCE, strengths: SOURCE },
    estimated: ["latency"],
    ...changes,
  };
}

/** A call of the made-up model. */
export function exampleCall(
  changes: {
    request?: Partial<ParsedRequest>;
    offer?: Partial<Offer>;
    row?: Partial<CatalogueRow>;
    count?: number;
    note?: string;
  } = {},
): ProviderCall {
  return {
    request: exampleRequest(changes.request),
    offer: exampleOffer(changes.offer),
    row: exampleRow(changes.row),
    count: changes.count ?? 1,
    ...(changes.note === undefined ? {} : { note: changes.note }),
  };
}

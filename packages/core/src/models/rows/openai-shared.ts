import type { OfferTier, Operation, Strength } from "../../basics/types.ts";
import type { PublishedLimits } from "./published-limits.ts";
import type { CatalogueRow, QualityRow, SizeRule, Source, TokenPrices } from "./row.ts";

/** Sizes, qualities and limits. */
export const OPENAI_TYPES: Source = { document: "openai-node 7.57.0, resources/images.d.ts", date: "2026-11-13" };
/** Tokens per size and quality. */
export const FORMULA: Source = {
  document: "community.openai.com/t/1382699, OpenAI's own image cost calculator",
  date: "2026-06-05",
};

/** What gpt-image-2 and its successors handle. */
export const ALL_STRENGTHS: readonly Strength[] = ["text", "long_prompt", "people", "hard_light", "photorealism"];

/** Rates of gpt-image-2 and later; text out as billed by fal.ai for gpt-image-2 (image calls report none). */
export const PRICES: TokenPrices = {
  inputText: 5,
  cachedInputText: 1.25,
  inputImage: 8,
  cachedInputImage: 2,
  outputImage: 30,
  outputText: 10,
};

/** Sizes of gpt-image-2 and later. */
export const FREE_SIZES: SizeRule = {
  kind: "free",
  edgeMultiplePx: 16,
  minAreaPx: 655_360,
  maxAreaPx: 8_294_400,
  maxEdgePx: 3840,
  maxRatio: 3,
  experimentalAboveAreaPx: 2560 * 1440,
};

/** An input image is cut into at most 1,536 patches (community.openai.com/t/1382940, 2026-06-12, about 100 probes). */
export const MAX_PATCHES_PER_REFERENCE = 1536;
/** Tokens billed on top of the prompt's own (same thread). */
export const PROMPT_OVERHEAD_TOKENS = 6;

/**
 * Limits per account tier of gpt-image-2 (yingtu.ai of 2026-05-12 and wavespeed.ai of 2026-04-30 agree). None are
 * published for the other models: theirs are assumed to be the same until a reply or a refusal says otherwise.
 */
const GPT_IMAGE_LIMITS: PublishedLimits = {
  tiers: [
    { name: "tier 1", images: 5, tokens: 100_000 },
    { name: "tier 2", images: 20, tokens: 250_000 },
    { name: "tier 3", images: 50, tokens: 800_000 },
    { name: "tier 4", images: 150, tokens: 3_000_000 },
    { name: "tier 5", images: 250, tokens: 8_000_000 },
  ],
};

const OPENAI_BATCHES: Source = { document: "openai-node 7.57.0, resources/batches.d.ts", date: "2026-11-13" };

/** What every OpenAI row has in common. */
export const OPENAI_COMMON: Pick<
  CatalogueRow,
  | "provider"
  | "operations"
  | "formats"
  | "transparent"
  | "mask"
  | "maxReferences"
  | "maxImagesPerCall"
  | "maxPromptCharacters"
  | "commercialUse"
  | "limits"
  | "batch"
> = {
  provider: "openai",
  operations: ["generate", "edit"],
  formats: ["png", "webp", "jpeg"],
  transparent: true,
  mask: true,
  maxReferences: 16,
  maxImagesPerCall: 10,
  maxPromptCharacters: 32_000,
  commercialUse: true,
  limits: GPT_IMAGE_LIMITS,
  // Batches cost half in general; no price row for images is published, so none is counted on.
  batch: { discountPercent: 0, windowMs: 86_400_000, source: OPENAI_BATCHES },
};

/** A quality step with evidence for its tiers. */
export function ratedStep(
  id: string,
  latencyMs: number,
  evidence: string,
  evidenceSource: Source,
  tiers: Readonly<Partial<Record<Operation, OfferTier>>>,
  arenaScores?: Readonly<Partial<Record<Operation, number>>>,
): QualityRow {
  return { id, tiers, evidence, evidenceSource, arenaScores, latencyMs };
}

/** A quality step that no board and no named tester has judged. */
export function unratedStep(id: string, latencyMs: number): QualityRow {
  return { id, tiers: {}, evidence: "No published score yet.", evidenceSource: undefined, latencyMs };
}

/** The step `low`: no more than a draft, whatever the model. */
export function lowestStep(latencyMs: number): QualityRow {
  const evidence = "The model's lowest quality step: good for drafts.";
  return ratedStep("low", latencyMs, evidence, FORMULA, { generate: "draft", edit: "draft" });
}

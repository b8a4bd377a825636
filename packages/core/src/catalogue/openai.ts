import type { Operation, OfferTier, PixelSize, Strength } from "../types.ts";
import type { Alias, CatalogueRow, QualityRow, SizeRule, Source, TokenPrices } from "./row.ts";

const TYPES: Source = { document: "openai-node 7.57.0, resources/images.d.ts", date: "2026-11-13" };
const DEPRECATIONS: Source = { document: "developers.openai.com/api/docs/deprecations", date: "2026-11-23" };
const MODEL_PAGE: Source = { document: "developers.openai.com/api/docs/models/gpt-image-2.6-sunburst", date: "2026-11-23" };
const FORMULA: Source = { document: "community.openai.com/t/1382699, OpenAI's own image cost calculator", date: "2026-06-05" };
const ARENA: Source = { document: "arena.ai text-to-image board, oolong-tea-2026/arena-ai-leaderboards", date: "2026-08-24" };
const ARENA_JULY: Source = { document: "arena.ai text-to-image board, oolong-tea-2026/arena-ai-leaderboards", date: "2026-07-27" };
const ARENA_APRIL: Source = { document: "arena.ai boards, oolong-tea-2026/arena-ai-leaderboards", date: "2026-04-19" };
const TESTER: Source = { document: "sanand0 on GPT Image 2.5 quality levels", date: "2026-09-26" };
const LAUNCH_2_5: Source = { document: "docs.apiyi.com/en/news/gpt-image-2-5-launch.md, citing OpenAI", date: "2026-09-08" };
const LAUNCH_2_6: Source = { document: "docs.apiyi.com/news/gpt-image-2-6-launch.md, citing OpenAI", date: "2026-11-04" };
const MEASURED_2_6: Source = { document: "docs.laozhang.ai/api-capabilities/gpt-image-2-6", date: "2026-11-05" };

const ALL_STRENGTHS: readonly Strength[] = ["text", "long_prompt", "people", "hard_light", "photorealism"];
const OPERATIONS: readonly Operation[] = ["generate", "edit"];

/** Rates of gpt-image-2 and later; text out as billed by fal.ai for gpt-image-2 (image calls report none). */
const PRICES: TokenPrices = {
  inputText: 5,
  cachedInputText: 1.25,
  inputImage: 8,
  cachedInputImage: 2,
  outputImage: 30,
  outputText: 10,
};

const FREE_SIZES: SizeRule = {
  kind: "free",
  edgeMultiplePx: 16,
  minAreaPx: 655_360,
  maxAreaPx: 8_294_400,
  maxEdgePx: 3840,
  maxRatio: 3,
  experimentalAboveAreaPx: 2560 * 1440,
};

const FIXED_SIZES: readonly PixelSize[] = [
  { widthPx: 1024, heightPx: 1024 },
  { widthPx: 1536, heightPx: 1024 },
  { widthPx: 1024, heightPx: 1536 },
];

/** An input image is cut into at most 1,536 patches (community.openai.com/t/1382940, 2026-06-12, about 100 probes). */
const MAX_PATCHES_PER_REFERENCE = 1536;
/** Tokens billed on top of the prompt's own (same thread). */
const PROMPT_OVERHEAD_TOKENS = 6;

/** What every OpenAI row has in common. */
const shared = {
  provider: "openai",
  operations: OPERATIONS,
  formats: ["png", "webp", "jpeg"],
  transparent: true,
  mask: true,
  maxReferences: 16,
  maxImagesPerCall: 10,
  maxPromptCharacters: 32_000,
  commercialUse: true,
} as const;

function quality(
  id: string,
  latencyMs: number,
  evidence: string,
  evidenceSource?: Source,
  tiers: Readonly<Partial<Record<Operation, OfferTier>>> = {},
  arenaScores?: Readonly<Partial<Record<Operation, number>>>,
): QualityRow {
  return { id, tiers, evidence, evidenceSource, arenaScores, latencyMs };
}

const lowest = (latencyMs: number): QualityRow =>
  quality("low", latencyMs, "The model's lowest quality step: good for drafts.", FORMULA, { generate: "draft", edit: "draft" });
const unrated = (id: string, latencyMs: number): QualityRow => quality(id, latencyMs, "No published score yet.");

const gptImage2: CatalogueRow = {
  ...shared,
  id: "gpt-image-2",
  name: "GPT Image 2",
  aliases: [{ id: "gpt-image-2-2026-04-21" }, { id: "GPT Image 2.0" }, { id: "ChatGPT Images 2.0" }],
  sizes: FREE_SIZES,
  qualities: [
    lowest(15_000),
    quality(
      "medium",
      45_000,
      "Arena text-to-image 1381 ± 5, the highest score in this catalogue; Artificial Analysis agrees on the model.",
      ARENA,
      { generate: "premium" },
      { generate: 1381 },
    ),
    quality(
      "high",
      120_000,
      "Artificial Analysis text-to-image 1331 and image edit 1251, level with Nano Banana Pro at 1250.",
      { document: "Artificial Analysis boards via studioglobal.ai", date: "2026-05-31" },
      { generate: "premium", edit: "premium" },
    ),
  ],
  strengths: ALL_STRENGTHS,
  price: {
    kind: "token_formula",
    prices: PRICES,
    axisFactors: { low: 16, medium: 48, high: 96 },
    boundFactors: { low: 1, medium: 1, high: 1 },
    maxTokensPerReference: MAX_PATCHES_PER_REFERENCE,
    promptOverheadTokens: PROMPT_OVERHEAD_TOKENS,
  },
  predictablePrice: true,
  imagesPerMinute: 5,
  lifecycle: { availableFrom: "2026-04-21", deprecatedOn: undefined, shutdownOn: undefined, successor: undefined },
  sources: {
    price: MODEL_PAGE,
    sizes: TYPES,
    lifecycle: DEPRECATIONS,
    limits: { document: "yingtu.ai and wavespeed.ai guides, tier 1", date: "2026-05-12" },
    strengths: { document: "runware.ai/docs/models/openai-gpt-image-2/guides/prompting", date: "2026-11-23" },
  },
};

interface NewerModel {
  id: string;
  name: string;
  aliases: readonly Alias[];
  /** For low, medium, high, xhigh and max. */
  qualities: readonly QualityRow[];
  availableFrom: string;
  launch: Source;
  boundFactors: Readonly<Record<string, number>>;
  priceSource: Source;
}

const AXIS_FACTORS = { low: 16, medium: 24, high: 48, xhigh: 64, max: 96 } as const;
const EXACT = { low: 1, medium: 1, high: 1, xhigh: 1, max: 1 } as const;
/**
 * 2.6 used 3 to 4.2 times the tokens of 2.5 at low and medium, and up to 1.001 times at high (measured 2026-11-05).
 * No formula is known, so the figures are upper bounds with a margin over everything that was measured.
 */
const BOUNDS_2_6 = { low: 4.5, medium: 4.5, high: 1.05, xhigh: 1.05, max: 1.05 } as const;

function newerModel(model: NewerModel): CatalogueRow {
  return {
    ...shared,
    id: model.id,
    name: model.name,
    aliases: model.aliases,
    sizes: FREE_SIZES,
    qualities: model.qualities,
    strengths: ALL_STRENGTHS,
    price: {
      kind: "token_formula",
      prices: PRICES,
      axisFactors: AXIS_FACTORS,
      boundFactors: model.boundFactors,
      maxTokensPerReference: MAX_PATCHES_PER_REFERENCE,
      promptOverheadTokens: PROMPT_OVERHEAD_TOKENS,
    },
    predictablePrice: model.boundFactors === EXACT,
    imagesPerMinute: undefined,
    lifecycle: { availableFrom: model.availableFrom, deprecatedOn: undefined, shutdownOn: undefined, successor: undefined },
    sources: { price: model.priceSource, sizes: TYPES, lifecycle: model.launch, limits: TYPES, strengths: model.launch },
  };
}

const flare25 = newerModel({
  id: "gpt-image-2.5-flare",
  name: "GPT Image 2.5 Flare",
  aliases: [
    { id: "gpt-image-2.5-flare-2026-09-08" },
    { id: "gpt-image-2.5", note: "gpt-image-2.5 comes as flare (fast) and sunburst (precise); gpt-image-2.5-flare is used." },
    { id: "gpt-image-1", retiredOn: "2026-10-23", note: "gpt-image-1 was shut down on 2026-10-23; gpt-image-2.5-flare is used instead." },
    { id: "dall-e-3", retiredOn: "2026-05-12", note: "dall-e-3 was shut down on 2026-05-12; gpt-image-2.5-flare is used instead." },
    { id: "dall-e-2", retiredOn: "2026-05-12", note: "dall-e-2 was shut down on 2026-05-12; gpt-image-2.5-flare is used instead." },
  ],
  qualities: [
    quality("low", 8000, "A tester found low already excellent; it is the model's lowest step.", TESTER, { generate: "draft", edit: "draft" }),
    quality("medium", 12_000, "A tester found low already excellent and medium better in fine detail.", TESTER, { generate: "standard", edit: "standard" }),
    unrated("high", 25_000),
    unrated("xhigh", 40_000),
    unrated("max", 60_000),
  ],
  availableFrom: "2026-09-08",
  launch: LAUNCH_2_5,
  boundFactors: EXACT,
  priceSource: FORMULA,
});

const sunburst25 = newerModel({
  id: "gpt-image-2.5-sunburst",
  name: "GPT Image 2.5 Sunburst",
  aliases: [{ id: "gpt-image-2.5-sunburst-2026-09-08" }],
  qualities: [lowest(15_000), unrated("medium", 25_000), unrated("high", 45_000), unrated("xhigh", 75_000), unrated("max", 120_000)],
  availableFrom: "2026-09-08",
  launch: LAUNCH_2_5,
  boundFactors: EXACT,
  priceSource: FORMULA,
});

const flare26 = newerModel({
  id: "gpt-image-2.6-flare",
  name: "GPT Image 2.6 Flare",
  aliases: [{ id: "gpt-image-2.6", note: "gpt-image-2.6 comes as flare (fast) and sunburst (precise); gpt-image-2.6-flare is used." }],
  qualities: [lowest(6000), unrated("medium", 9000), unrated("high", 12_000), unrated("xhigh", 20_000), unrated("max", 30_000)],
  availableFrom: "2026-11-04",
  launch: LAUNCH_2_6,
  boundFactors: BOUNDS_2_6,
  priceSource: MEASURED_2_6,
});

const sunburst26 = newerModel({
  id: "gpt-image-2.6-sunburst",
  name: "GPT Image 2.6 Sunburst",
  aliases: [],
  qualities: [lowest(8000), unrated("medium", 13_000), unrated("high", 23_000), unrated("xhigh", 38_000), unrated("max", 60_000)],
  availableFrom: "2026-11-04",
  launch: LAUNCH_2_6,
  boundFactors: BOUNDS_2_6,
  priceSource: MEASURED_2_6,
});

/** Reference images of gpt-image-1.x: 6,144 tokens at high fidelity on top of at most 452 for tiles. */
const MAX_TOKENS_PER_OLD_REFERENCE = 6596;

const gptImage15: CatalogueRow = {
  ...shared,
  id: "gpt-image-1.5",
  name: "GPT Image 1.5",
  aliases: [{ id: "chatgpt-image-latest", note: "chatgpt-image-latest points to gpt-image-1.5 and shuts down with it on 2026-12-01." }],
  sizes: { kind: "fixed", sizes: FIXED_SIZES },
  qualities: [
    lowest(8000),
    unrated("medium", 15_000),
    quality(
      "high",
      35_000,
      "Arena text-to-image 1240 ± 3; Arena image edit 1375 (2026-04-19).",
      ARENA_JULY,
      { generate: "premium", edit: "premium" },
      { generate: 1240, edit: 1375 },
    ),
  ],
  strengths: ["text", "long_prompt", "photorealism"],
  price: {
    kind: "token_table",
    prices: { ...PRICES, outputImage: 32 },
    outputTokens: {
      "1024x1024/low": 272, "1536x1024/low": 400, "1024x1536/low": 408,
      "1024x1024/medium": 1056, "1536x1024/medium": 1568, "1024x1536/medium": 1584,
      "1024x1024/high": 4160, "1536x1024/high": 6208, "1024x1536/high": 6240,
    },
    likelyTextTokens: 0,
    maxTextTokens: 0,
    maxTokensPerReference: MAX_TOKENS_PER_OLD_REFERENCE,
    promptOverheadTokens: PROMPT_OVERHEAD_TOKENS,
  },
  predictablePrice: true,
  imagesPerMinute: undefined,
  lifecycle: { availableFrom: "2025-12-16", deprecatedOn: undefined, shutdownOn: "2026-12-01", successor: "gpt-image-2.6-sunburst" },
  sources: {
    price: { document: "runware.ai/docs/models/openai-gpt-image-1-5.md; LiteLLM price map", date: "2026-08-01" },
    sizes: TYPES,
    lifecycle: DEPRECATIONS,
    limits: TYPES,
    strengths: { document: "runware.ai/models/gpt-image-1-5", date: "2026-11-23" },
  },
};

const gptImage1Mini: CatalogueRow = {
  ...shared,
  id: "gpt-image-1-mini",
  name: "GPT Image 1 mini",
  aliases: [],
  sizes: { kind: "fixed", sizes: FIXED_SIZES },
  qualities: [
    lowest(10_000),
    quality("medium", 18_000, "Arena text-to-image 1105, image edit 1125.", ARENA_APRIL, { generate: "draft", edit: "draft" }, { generate: 1105, edit: 1125 }),
    unrated("high", 30_000),
  ],
  strengths: [],
  price: {
    kind: "token_table",
    prices: { inputText: 2, cachedInputText: 0.2, inputImage: 2.5, cachedInputImage: 0.25, outputImage: 8, outputText: 8 },
    // Published per image ($0.005 to $0.052), turned into tokens at $8 per 1M, rounded up.
    outputTokens: {
      "1024x1024/low": 625, "1536x1024/low": 750, "1024x1536/low": 750,
      "1024x1024/medium": 1375, "1536x1024/medium": 1875, "1024x1536/medium": 1875,
      "1024x1024/high": 4500, "1536x1024/high": 6500, "1024x1536/high": 6500,
    },
    likelyTextTokens: 0,
    maxTextTokens: 0,
    maxTokensPerReference: MAX_TOKENS_PER_OLD_REFERENCE,
    promptOverheadTokens: PROMPT_OVERHEAD_TOKENS,
  },
  predictablePrice: true,
  imagesPerMinute: undefined,
  lifecycle: { availableFrom: "2025-10-06", deprecatedOn: undefined, shutdownOn: "2026-12-01", successor: "gpt-image-2.5-flare" },
  sources: {
    price: { document: "developers.openai.com/api/docs/models/gpt-image-1-mini", date: "2026-11-23" },
    sizes: TYPES,
    lifecycle: DEPRECATIONS,
    limits: TYPES,
    strengths: ARENA_APRIL,
  },
};

/** Image models of OpenAI's Images API. */
export const openaiRows: readonly CatalogueRow[] = [gptImage2, flare25, sunburst25, flare26, sunburst26, gptImage15, gptImage1Mini];

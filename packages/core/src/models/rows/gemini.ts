import type { Operation, OfferTier, Resolution, Strength } from "../../basics/types.ts";
import type { PublishedLimits } from "./published-limits.ts";
import type { CatalogueRow, QualityRow, SizeRule, Source, TokenPrices } from "./row.ts";

const SIZES: Source = {
  document: "ai.google.dev/gemini-api/docs/image-generation#aspect_ratios_and_image_size",
  date: "2026-11-23",
};
const CHANGELOG: Source = { document: "ai.google.dev/gemini-api/docs/changelog", date: "2026-11-23" };
const RATES: Source = {
  document: "ngrok.com/changelog/ai-gateway-gemini-image-output; ai-sdk-cost-calculator 7.1.14",
  date: "2026-09-10",
};
const LIMITS: Source = { document: "@google/genai 3.1.0; Gemini API image documentation", date: "2026-11-10" };
const ARENA_JULY: Source = {
  document: "arena.ai text-to-image board, oolong-tea-2026/arena-ai-leaderboards",
  date: "2026-07-27",
};

/** Pixels at 1K per shape; 2K doubles and 4K quadruples both edges. */
const SHAPES: readonly (readonly [aspect: string, widthPx: number, heightPx: number])[] = [
  ["1:1", 1024, 1024],
  ["2:3", 848, 1264],
  ["3:2", 1264, 848],
  ["3:4", 896, 1200],
  ["4:3", 1200, 896],
  ["4:5", 928, 1152],
  ["5:4", 1152, 928],
  ["9:16", 768, 1376],
  ["16:9", 1376, 768],
  ["21:9", 1584, 672],
];
const STRIPS: typeof SHAPES = [
  ["1:4", 512, 2048],
  ["4:1", 2048, 512],
  ["1:8", 384, 3072],
  ["8:1", 3072, 384],
];
const SCALE: Readonly<Record<Resolution, number>> = { "1K": 1, "2K": 2, "4K": 4 };

function sizeTable(shapes: typeof SHAPES, resolutions: readonly Resolution[]): SizeRule {
  return {
    kind: "table",
    entries: resolutions.flatMap((resolution) =>
      shapes.map(([aspect, widthPx, heightPx]) => ({
        aspect,
        resolution,
        widthPx: widthPx * SCALE[resolution],
        heightPx: heightPx * SCALE[resolution],
      })),
    ),
  };
}

/** Google bills references and prompt at one rate; no discount for cached input is counted on. */
function prices(inputText: number, outputText: number, outputImage: number): TokenPrices {
  return {
    inputText,
    cachedInputText: inputText,
    inputImage: inputText,
    cachedInputImage: inputText,
    outputImage,
    outputText,
  };
}

function onlyQuality(
  latencyMs: number,
  evidence: string,
  evidenceSource?: Source,
  tiers: Readonly<Partial<Record<Operation, OfferTier>>> = {},
  arenaScores?: Readonly<Partial<Record<Operation, number>>>,
): readonly QualityRow[] {
  return [{ id: "default", tiers, evidence, evidenceSource, arenaScores, latencyMs }];
}

/**
 * Images per minute are not published; a spend limit over the last ten minutes is, per account tier
 * (developersdigest.tech/rate-limits/google, 2026-10-17).
 */
const SPEND_LIMITS: PublishedLimits = {
  tiers: [
    { name: "tier 1", microUsd: 10_000_000 },
    { name: "tier 2", microUsd: 50_000_000 },
  ],
};

const BATCH_PRICES: Source = {
  document: "ai.google.dev/gemini-api/docs/pricing, as transcribed in api-evangelist/gemini",
  date: "2026-09-20",
};

/**
 * What every Gemini row has in common. One call makes one image. The API chooses between PNG and JPEG itself; WebP,
 * masks, transparency and free pixel sizes are not to be had. An input image costs 1,120 tokens
 * (docs.cloud.google.com, Gemini 3.1 Flash Image, 2026-11-23; 560 for Nano Banana Pro according to LiteLLM). A reply is
 * cut off 2,048 tokens above the image's own, so that thinking and drafts have a known worst case: drafts come as image
 * parts, each billed at the image's rate (docs.apiyi.com, 48 + 18 measured calls, 2026-11; the most text seen is 660).
 */
const shared = {
  provider: "gemini",
  operations: ["generate", "edit"],
  formats: ["png", "jpeg"],
  transparent: false,
  mask: false,
  maxReferences: 14,
  maxImagesPerCall: 1,
  maxPromptCharacters: 32_000,
  predictablePrice: false,
  commercialUse: true,
  imagesPerMinute: undefined,
  limits: SPEND_LIMITS,
  batch: { discountPercent: 50, windowMs: 86_400_000, source: BATCH_PRICES },
} as const;
const THINKING = {
  likelyTextTokens: 300,
  maxTextTokens: 2048,
  mayDraft: true,
  maxTokensPerReference: 1120,
  promptOverheadTokens: 8,
} as const;

const ALL_STRENGTHS: readonly Strength[] = ["text", "long_prompt", "people", "hard_light", "photorealism"];

const nanoBananaPro: CatalogueRow = {
  ...shared,
  id: "gemini-3-pro-image",
  name: "Nano Banana Pro",
  aliases: [
    {
      id: "gemini-3-pro-image-preview",
      retiredOn: "2026-06-25",
      note: "gemini-3-pro-image-preview was shut down on 2026-06-25; gemini-3-pro-image is used instead.",
    },
  ],
  sizes: sizeTable(SHAPES, ["1K", "2K", "4K"]),
  qualities: onlyQuality(
    35_000,
    "Arena text-to-image 1245 ± 3 at 2K and image edit 1387, the highest edit score in this catalogue (2026-04-19).",
    ARENA_JULY,
    { generate: "premium", edit: "premium" },
    { generate: 1245, edit: 1387 },
  ),
  strengths: ALL_STRENGTHS,
  price: {
    kind: "token_table",
    prices: prices(2, 12, 120),
    outputTokens: { "1K": 1120, "2K": 1120, "4K": 2000 },
    ...THINKING,
  },
  lifecycle: { availableFrom: "2026-05-28", deprecatedOn: undefined, shutdownOn: undefined, successor: undefined },
  sources: {
    price: RATES,
    sizes: SIZES,
    lifecycle: CHANGELOG,
    limits: LIMITS,
    strengths: {
      document: "ai.google.dev/gemini-api/docs/nanobanana: complex instructions, high-fidelity text",
      date: "2026-11-23",
    },
  },
  estimated: ["latency", "maxPromptCharacters"],
};

const nanoBanana21: CatalogueRow = {
  ...shared,
  id: "gemini-nano-banana-2.1",
  name: "Nano Banana 2.1",
  aliases: [
    {
      id: "gemini-3.1-flash-image",
      note: "gemini-3.1-flash-image (Nano Banana 2) was deprecated on 2026-10-06, and sources disagree whether it ended on 2026-10-29; its successor gemini-nano-banana-2.1 is used instead.",
    },
    {
      id: "nano-banana-2",
      note: "Nano Banana 2 (gemini-3.1-flash-image) was deprecated on 2026-10-06, and sources disagree whether it ended on 2026-10-29; its successor gemini-nano-banana-2.1 is used instead.",
    },
    {
      id: "gemini-3.1-flash-image-preview",
      note: "gemini-3.1-flash-image-preview was replaced by gemini-3.1-flash-image, deprecated on 2026-10-06; gemini-nano-banana-2.1 is used instead.",
    },
    {
      id: "gemini-2.5-flash-image",
      retiredOn: "2026-10-02",
      note: "gemini-2.5-flash-image was listed to shut down on 2026-10-02; gemini-nano-banana-2.1 is used instead.",
    },
    {
      id: "nano-banana",
      retiredOn: "2026-10-02",
      note: "Nano Banana (gemini-2.5-flash-image) was listed to shut down on 2026-10-02; gemini-nano-banana-2.1 is used instead.",
    },
    {
      id: "imagen*",
      retiredOn: "2026-08-17",
      note: "Google shut down all Imagen models on 2026-08-17; gemini-nano-banana-2.1 is used instead.",
    },
  ],
  sizes: sizeTable([...SHAPES, ...STRIPS], ["1K", "2K", "4K"]),
  qualities: onlyQuality(25_000, "No published score yet."),
  strengths: ["text"],
  // 2K is not published; a 2K image cannot cost more than a 4K one.
  price: {
    kind: "token_table",
    prices: prices(1.5, 7.5, 30),
    outputTokens: { "1K": 1120, "2K": 3780, "4K": 3780 },
    ...THINKING,
  },
  lifecycle: { availableFrom: "2026-10-06", deprecatedOn: undefined, shutdownOn: undefined, successor: undefined },
  sources: {
    price: {
      document: "github.com/BerriAI/litellm/discussions/44983; inference.sh/apps/google/gemini-nano-banana-2-1.md",
      date: "2026-11-06",
    },
    sizes: SIZES,
    lifecycle: CHANGELOG,
    limits: LIMITS,
    strengths: {
      document: "docs.laozhang.ai/en/api-capabilities/nano-banana-2-1-image: text, infographic layouts",
      date: "2026-11-23",
    },
    latency: { document: "docs.laozhang.ai/en/api-capabilities/nano-banana-2-1-image: 15 to 40 s", date: "2026-11-23" },
  },
  estimated: ["price", "maxPromptCharacters"],
};

const nanoBanana2Lite: CatalogueRow = {
  ...shared,
  id: "gemini-3.1-flash-lite-image",
  name: "Nano Banana 2 Lite",
  aliases: [],
  sizes: sizeTable(SHAPES, ["1K"]),
  qualities: onlyQuality(
    12_000,
    "Arena text-to-image 1250 ± 8, at 1K only and on one board; no edit score.",
    ARENA_JULY,
    { generate: "standard" },
    { generate: 1250 },
  ),
  strengths: [],
  price: { kind: "token_table", prices: prices(0.25, 1.5, 30), outputTokens: { "1K": 1120 }, ...THINKING },
  lifecycle: { availableFrom: "2026-06-30", deprecatedOn: undefined, shutdownOn: undefined, successor: undefined },
  sources: { price: RATES, sizes: SIZES, lifecycle: CHANGELOG, limits: LIMITS, strengths: ARENA_JULY },
  estimated: ["latency", "maxPromptCharacters"],
};

/** Image models of the Gemini API. */
export const geminiRows: readonly CatalogueRow[] = [nanoBananaPro, nanoBanana21, nanoBanana2Lite];

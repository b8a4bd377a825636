import type { PixelSize } from "../../basics/types.ts";
import {
  lowestStep,
  OPENAI_COMMON,
  OPENAI_TYPES,
  PRICES,
  PROMPT_OVERHEAD_TOKENS,
  ratedStep,
  unratedStep,
} from "./openai-shared.ts";
import type { CatalogueRow, Source } from "./row.ts";

const DEPRECATIONS: Source = { document: "developers.openai.com/api/docs/deprecations", date: "2026-11-23" };
const ARENA_JULY: Source = {
  document: "arena.ai text-to-image board, oolong-tea-2026/arena-ai-leaderboards",
  date: "2026-07-27",
};
const ARENA_APRIL: Source = { document: "arena.ai boards, oolong-tea-2026/arena-ai-leaderboards", date: "2026-04-19" };

const FIXED_SIZES: readonly PixelSize[] = [
  { widthPx: 1024, heightPx: 1024 },
  { widthPx: 1536, heightPx: 1024 },
  { widthPx: 1024, heightPx: 1536 },
];

/** Reference images of gpt-image-1.x: 6,144 tokens at high fidelity on top of at most 452 for tiles. */
const MAX_TOKENS_PER_OLD_REFERENCE = 6596;

const gptImage15: CatalogueRow = {
  ...OPENAI_COMMON,
  id: "gpt-image-1.5",
  name: "GPT Image 1.5",
  aliases: [
    {
      id: "chatgpt-image-latest",
      note: "chatgpt-image-latest points to gpt-image-1.5 and shuts down with it on 2026-12-01.",
    },
  ],
  sizes: { kind: "fixed", sizes: FIXED_SIZES },
  qualities: [
    lowestStep(8000),
    unratedStep("medium", 15_000),
    ratedStep(
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
      "1024x1024/low": 272,
      "1536x1024/low": 400,
      "1024x1536/low": 408,
      "1024x1024/medium": 1056,
      "1536x1024/medium": 1568,
      "1024x1536/medium": 1584,
      "1024x1024/high": 4160,
      "1536x1024/high": 6208,
      "1024x1536/high": 6240,
    },
    // 126 to 334 text tokens an image in six recorded replies (2026-10); billed, and in no published price per image.
    // The most of them is the likely figure: a reply without usage is booked by it, and must not be booked too low.
    likelyTextTokens: 334,
    maxTextTokens: 512,
    maxTokensPerReference: MAX_TOKENS_PER_OLD_REFERENCE,
    promptOverheadTokens: PROMPT_OVERHEAD_TOKENS,
  },
  predictablePrice: true,
  imagesPerMinute: undefined,
  lifecycle: {
    availableFrom: "2025-12-16",
    deprecatedOn: undefined,
    shutdownOn: "2026-12-01",
    successor: "gpt-image-2.6-sunburst",
  },
  sources: {
    price: { document: "runware.ai/docs/models/openai-gpt-image-1-5.md; LiteLLM price map", date: "2026-08-01" },
    sizes: OPENAI_TYPES,
    lifecycle: DEPRECATIONS,
    limits: OPENAI_TYPES,
    strengths: { document: "runware.ai/models/gpt-image-1-5", date: "2026-11-23" },
  },
  estimated: ["latency"],
};

const gptImage1Mini: CatalogueRow = {
  ...OPENAI_COMMON,
  id: "gpt-image-1-mini",
  name: "GPT Image 1 mini",
  aliases: [],
  sizes: { kind: "fixed", sizes: FIXED_SIZES },
  qualities: [
    lowestStep(10_000),
    ratedStep(
      "medium",
      18_000,
      "Arena text-to-image 1105, image edit 1125.",
      ARENA_APRIL,
      { generate: "draft", edit: "draft" },
      { generate: 1105, edit: 1125 },
    ),
    unratedStep("high", 30_000),
  ],
  strengths: [],
  price: {
    kind: "token_table",
    prices: {
      inputText: 2,
      cachedInputText: 0.2,
      inputImage: 2.5,
      cachedInputImage: 0.25,
      outputImage: 8,
      outputText: 8,
    },
    // Published per image ($0.005 to $0.052), turned into tokens at $8 per 1M, rounded up.
    outputTokens: {
      "1024x1024/low": 625,
      "1536x1024/low": 750,
      "1024x1536/low": 750,
      "1024x1024/medium": 1375,
      "1536x1024/medium": 1875,
      "1024x1536/medium": 1875,
      "1024x1024/high": 4500,
      "1536x1024/high": 6500,
      "1024x1536/high": 6500,
    },
    likelyTextTokens: 0,
    maxTextTokens: 0,
    maxTokensPerReference: MAX_TOKENS_PER_OLD_REFERENCE,
    promptOverheadTokens: PROMPT_OVERHEAD_TOKENS,
  },
  predictablePrice: true,
  imagesPerMinute: undefined,
  lifecycle: {
    availableFrom: "2025-10-06",
    deprecatedOn: undefined,
    shutdownOn: "2026-12-01",
    successor: "gpt-image-2.5-flare",
  },
  sources: {
    price: { document: "developers.openai.com/api/docs/models/gpt-image-1-mini", date: "2026-11-23" },
    sizes: OPENAI_TYPES,
    lifecycle: DEPRECATIONS,
    limits: OPENAI_TYPES,
    strengths: ARENA_APRIL,
  },
  estimated: ["latency"],
};

/** Models that end on 2026-12-01. */
export const openaiRetiringRows: readonly CatalogueRow[] = [gptImage15, gptImage1Mini];

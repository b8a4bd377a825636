import { openaiNewerRows } from "./openai-newer.ts";
import { openaiRetiringRows } from "./openai-retiring.ts";
import {
  ALL_STRENGTHS,
  FREE_SIZES,
  lowestStep,
  MAX_PATCHES_PER_REFERENCE,
  OPENAI_COMMON,
  OPENAI_TYPES,
  PRICES,
  PROMPT_OVERHEAD_TOKENS,
  ratedStep,
} from "./openai-shared.ts";
import type { CatalogueRow, Source } from "./row.ts";

const DEPRECATIONS: Source = { document: "developers.openai.com/api/docs/deprecations", date: "2026-11-23" };
const MODEL_PAGE: Source = {
  document: "developers.openai.com/api/docs/models/gpt-image-2.6-sunburst",
  date: "2026-11-23",
};
const ARENA: Source = {
  document: "arena.ai text-to-image board, oolong-tea-2026/arena-ai-leaderboards",
  date: "2026-08-24",
};

const gptImage2: CatalogueRow = {
  ...OPENAI_COMMON,
  id: "gpt-image-2",
  name: "GPT Image 2",
  aliases: [{ id: "gpt-image-2-2026-04-21" }, { id: "GPT Image 2.0" }, { id: "ChatGPT Images 2.0" }],
  sizes: FREE_SIZES,
  // Lost on 2026-09-30: refused 21 of 21 times on 2026-10-15, and gone from OpenRouter's list of endpoints.
  transparent: false,
  qualities: [
    lowestStep(15_000),
    ratedStep(
      "medium",
      45_000,
      "Arena text-to-image 1381 ± 5, the highest score in this catalogue; Artificial Analysis agrees on the model.",
      ARENA,
      { generate: "premium" },
      { generate: 1381 },
    ),
    ratedStep(
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
    sizes: OPENAI_TYPES,
    lifecycle: DEPRECATIONS,
    limits: { document: "yingtu.ai and wavespeed.ai guides, tier 1", date: "2026-05-12" },
    strengths: { document: "runware.ai/docs/models/openai-gpt-image-2/guides/prompting", date: "2026-11-23" },
  },
  estimated: ["latency"],
};

/** Image models of OpenAI's Images API. */
export const openaiRows: readonly CatalogueRow[] = [gptImage2, ...openaiNewerRows, ...openaiRetiringRows];

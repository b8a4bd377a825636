import {
  ALL_STRENGTHS,
  FORMULA,
  FREE_SIZES,
  lowestStep,
  MAX_PATCHES_PER_REFERENCE,
  OPENAI_COMMON,
  OPENAI_TYPES,
  PRICES,
  PROMPT_OVERHEAD_TOKENS,
  ratedStep,
  unratedStep,
} from "./openai-shared.ts";
import type { Alias, CatalogueRow, QualityRow, Source } from "./row.ts";

const TESTER: Source = { document: "sanand0 on GPT Image 2.5 quality levels", date: "2026-09-26" };
const LAUNCH_2_5: Source = {
  document: "docs.apiyi.com/en/news/gpt-image-2-5-launch.md, citing OpenAI",
  date: "2026-09-08",
};
const LAUNCH_2_6: Source = {
  document: "docs.apiyi.com/news/gpt-image-2-6-launch.md, citing OpenAI",
  date: "2026-11-04",
};
const MEASURED_2_6: Source = { document: "docs.laozhang.ai/api-capabilities/gpt-image-2-6", date: "2026-11-05" };

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
    ...OPENAI_COMMON,
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
    lifecycle: {
      availableFrom: model.availableFrom,
      deprecatedOn: undefined,
      shutdownOn: undefined,
      successor: undefined,
    },
    sources: {
      price: model.priceSource,
      sizes: OPENAI_TYPES,
      lifecycle: model.launch,
      limits: OPENAI_TYPES,
      strengths: model.launch,
    },
    // No source names the sizes of 2.6, and its price is a bound.
    estimated: model.boundFactors === EXACT ? ["latency"] : ["latency", "price", "sizes"],
  };
}

const flare25 = newerModel({
  id: "gpt-image-2.5-flare",
  name: "GPT Image 2.5 Flare",
  aliases: [
    { id: "gpt-image-2.5-flare-2026-09-08" },
    {
      id: "gpt-image-2.5",
      note: "gpt-image-2.5 comes as flare (fast) and sunburst (precise); gpt-image-2.5-flare is used.",
    },
    {
      id: "gpt-image-1",
      retiredOn: "2026-10-23",
      note: "gpt-image-1 was shut down on 2026-10-23; gpt-image-2.5-flare is used instead.",
    },
    {
      id: "dall-e-3",
      retiredOn: "2026-05-12",
      note: "dall-e-3 was shut down on 2026-05-12; gpt-image-2.5-flare is used instead.",
    },
    {
      id: "dall-e-2",
      retiredOn: "2026-05-12",
      note: "dall-e-2 was shut down on 2026-05-12; gpt-image-2.5-flare is used instead.",
    },
  ],
  qualities: [
    ratedStep("low", 8000, "A tester found low already excellent; it is the model's lowest step.", TESTER, {
      generate: "draft",
      edit: "draft",
    }),
    ratedStep("medium", 12_000, "A tester found low already excellent and medium better in fine detail.", TESTER, {
      generate: "standard",
      edit: "standard",
    }),
    unratedStep("high", 25_000),
    unratedStep("xhigh", 40_000),
    unratedStep("max", 60_000),
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
  qualities: [
    lowestStep(15_000),
    unratedStep("medium", 25_000),
    unratedStep("high", 45_000),
    unratedStep("xhigh", 75_000),
    unratedStep("max", 120_000),
  ],
  availableFrom: "2026-09-08",
  launch: LAUNCH_2_5,
  boundFactors: EXACT,
  priceSource: FORMULA,
});

const flare26 = newerModel({
  id: "gpt-image-2.6-flare",
  name: "GPT Image 2.6 Flare",
  aliases: [
    {
      id: "gpt-image-2.6",
      note: "gpt-image-2.6 comes as flare (fast) and sunburst (precise); gpt-image-2.6-flare is used.",
    },
  ],
  qualities: [
    lowestStep(6000),
    unratedStep("medium", 9000),
    unratedStep("high", 12_000),
    unratedStep("xhigh", 20_000),
    unratedStep("max", 30_000),
  ],
  availableFrom: "2026-11-04",
  launch: LAUNCH_2_6,
  boundFactors: BOUNDS_2_6,
  priceSource: MEASURED_2_6,
});

const sunburst26 = newerModel({
  id: "gpt-image-2.6-sunburst",
  name: "GPT Image 2.6 Sunburst",
  aliases: [],
  qualities: [
    lowestStep(8000),
    unratedStep("medium", 13_000),
    unratedStep("high", 23_000),
    unratedStep("xhigh", 38_000),
    unratedStep("max", 60_000),
  ],
  availableFrom: "2026-11-04",
  launch: LAUNCH_2_6,
  boundFactors: BOUNDS_2_6,
  priceSource: MEASURED_2_6,
});

/** Models since September 2026, each as fast `flare` and precise `sunburst`. */
export const openaiNewerRows: readonly CatalogueRow[] = [flare25, sunburst25, flare26, sunburst26];

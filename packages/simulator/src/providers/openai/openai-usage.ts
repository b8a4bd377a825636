import type { TokenCharge } from "../../bank/bank.ts";
import { digestInteger } from "../../basics/digest.ts";
import { OPENAI_PRICES } from "./openai-models.ts";
import type { OpenAiModel } from "./openai-models.ts";

export type OpenAiQuality = "low" | "medium" | "high" | "xhigh" | "max";

export interface PixelSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Tokens of one call, as the reply's `usage` reports them. */
export interface OpenAiUsage {
  readonly textIn: number;
  readonly imageIn: number;
  readonly textOut: number;
  readonly imageOut: number;
}

/**
 * Cells along the long edge, per quality. gpt-image-2: OpenAI's own calculator (community.openai.com, topic 1382699,
 * 5 June 2026). 2.5: the values that give the five counts published at 1024x1024 (sanand0's blog, 26 September 2026).
 */
const AXIS_CELLS: Readonly<Record<"2" | "2.5", Readonly<Record<OpenAiQuality, number>>>> = {
  "2": { low: 16, medium: 48, high: 96, xhigh: 96, max: 96 },
  "2.5": { low: 16, medium: 24, high: 48, xhigh: 64, max: 96 },
};

type TokensBySize = Readonly<Record<string, Readonly<Record<"low" | "medium" | "high", number>>>>;

/** Per generation before gpt-image-2: square, landscape, portrait. */
const FIXED_TOKENS: Readonly<Record<"1.5" | "1-mini", TokensBySize>> = {
  // OpenAI's published table of tokens.
  "1.5": {
    "1024x1024": { low: 272, medium: 1056, high: 4160 },
    "1536x1024": { low: 400, medium: 1568, high: 6208 },
    "1024x1536": { low: 408, medium: 1584, high: 6240 },
  },
  // The prices per image on OpenAI's page for gpt-image-1-mini (read November 2026), at its $8 per million tokens.
  "1-mini": {
    "1024x1024": { low: 625, medium: 1375, high: 4500 },
    "1536x1024": { low: 750, medium: 1875, high: 6500 },
    "1024x1536": { low: 750, medium: 1875, high: 6500 },
  },
};

/** Counts measured on gpt-image-2.6 by docs.laozhang.ai, 5 November 2026. "auto" is Flare with `quality` left out. */
const MEASURED_2_6: Readonly<Record<string, number>> = {
  "1536x1024 low": 664,
  "1536x1024 high": 1353,
  "3840x2160 high": 3337,
  "1024x1024 auto": 5800,
};

// The same measurement: low and medium take three to four times the tokens of 2.5, the rest as many.
const LOW_EFFORT_FACTOR_2_6 = 3.4;

/** `ceil( cells * round(cells * short/long) * (2,000,000 + width*height) / 4,000,000 )`, in exact integers. */
export function outputTokensByFormula(generation: "2" | "2.5", quality: OpenAiQuality, size: PixelSize): number {
  const cells = AXIS_CELLS[generation][quality];
  const shortPx = Math.min(size.widthPx, size.heightPx);
  const longPx = Math.max(size.widthPx, size.heightPx);
  const shortCells = Math.floor((2 * cells * shortPx + longPx) / (2 * longPx));
  return Math.ceil((cells * shortCells * (2_000_000 + size.widthPx * size.heightPx)) / 4_000_000);
}

/** What one image of gpt-image-2.6 costs at most, in tokens. The simulator bills 80 to 100 % of it. */
export function outputTokensBound26(quality: OpenAiQuality | "auto", size: PixelSize, isFlare: boolean): number {
  const asked = quality === "auto" && !isFlare ? "high" : quality;
  const measured = MEASURED_2_6[`${size.widthPx}x${size.heightPx} ${asked}`];
  if (measured !== undefined) return measured;
  const tokens = outputTokensByFormula("2.5", asked === "auto" ? "high" : asked, size);
  return asked === "low" || asked === "medium" ? Math.ceil(tokens * LOW_EFFORT_FACTOR_2_6) : tokens;
}

/**
 * Output tokens of one image.
 *
 * @param quality "auto" counts as high, but see `outputTokensBound26` for Flare
 * @param key fixes what the model leaves open (2.6 only)
 */
export function outputTokensPerImage(
  model: OpenAiModel,
  quality: OpenAiQuality | "auto",
  size: PixelSize,
  key: readonly (string | number)[],
): number {
  const counted = quality === "auto" ? "high" : quality;
  if (model.generation === "2" || model.generation === "2.5") {
    return outputTokensByFormula(model.generation, counted, size);
  }
  if (model.generation === "2.6") {
    const permille = digestInteger(800, 1000, "tokens", ...key);
    return Math.floor((outputTokensBound26(quality, size, model.isFlare) * permille) / 1000);
  }
  const row = FIXED_TOKENS[model.generation][`${size.widthPx}x${size.heightPx}`];
  if (!row || counted === "xhigh" || counted === "max") throw new Error(`No token count for ${counted} at this size.`);
  return row[counted];
}

/** Text tokens of a prompt: `ceil(characters / 4) + 6`, near OpenAI's o200k count + 6. Characters are UTF-16 units. */
export function promptTokens(prompt: string): number {
  return Math.ceil(prompt.length / 4) + 6;
}

const PATCH_PX = 32;
const MAX_PATCHES = 1536;

/**
 * Input tokens of one reference: 32 px patches, at most 1,536; an image below 1024 px is enlarged up to twice, its
 * ratio counts as at most 3:1 (community.openai.com, topic 1382940, 12 June 2026).
 */
export function referenceTokens({ widthPx, heightPx }: PixelSize): number {
  const longPx = Math.max(widthPx, heightPx);
  const shortPx = Math.max(Math.min(widthPx, heightPx), longPx / 3);
  const enlarged = longPx < 1024 ? Math.min(2, 1024 / longPx) : 1;
  const patches = patchesAlong(longPx * enlarged) * patchesAlong(shortPx * enlarged);
  return Math.min(MAX_PATCHES, patches);
}

function patchesAlong(edgePx: number): number {
  return Math.max(1, Math.ceil(edgePx / PATCH_PX - 1e-9));
}

/** What the bank charges for a call: every kind of token at its published price. */
export function openAiCharges(model: OpenAiModel, usage: OpenAiUsage): readonly TokenCharge[] {
  const prices = OPENAI_PRICES[model.generation];
  return [
    { tokens: usage.textIn, usdPerMillionTokens: prices.textInUsd },
    { tokens: usage.imageIn, usdPerMillionTokens: prices.imageInUsd },
    { tokens: usage.textOut, usdPerMillionTokens: prices.textOutUsd },
    { tokens: usage.imageOut, usdPerMillionTokens: prices.imageOutUsd },
  ];
}

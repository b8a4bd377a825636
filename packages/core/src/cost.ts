import type { CatalogueRow, PriceRule, TokenPrices } from "./catalogue/row.ts";
import type { Resolution, Usage } from "./types.ts";

/** What the price of a call depends on. */
export interface PricedCall {
  quality: string;
  widthPx: number;
  heightPx: number;
  /** For models that are priced by pixel class. */
  resolution?: Resolution | undefined;
  /** Images asked for. */
  count: number;
  /** UTF-8 bytes of the prompt: an upper bound of its tokens. */
  promptBytes: number;
  /** Images that go in, a mask included. */
  references: number;
}

/** Prices are kept to a thousandth of a micro-USD, in which every published rate is a whole number. */
const UNITS_PER_MICRO_USD = 1000;
/** English text has about four bytes per token (o200k_base). */
const LIKELY_BYTES_PER_TOKEN = 4;

/**
 * Output tokens of OpenAI's gpt-image-2 and later, exact on every published figure
 * (community.openai.com/t/1382699, 2026-06-05, taken from OpenAI's own calculator).
 * @param axisFactor - per quality: 16 for low, 96 for the highest
 */
export function imageOutputTokens(axisFactor: number, widthPx: number, heightPx: number): number {
  const longPx = Math.max(widthPx, heightPx);
  const shortPx = Math.min(widthPx, heightPx);
  const shortAxis = Math.floor((2 * axisFactor * shortPx + longPx) / (2 * longPx));
  return Math.ceil((axisFactor * shortAxis * (2_000_000 + widthPx * heightPx)) / 4_000_000);
}

/**
 * Output tokens of one image by the row's price rule; where the provider's figure is only known to a bound, the bound.
 * @returns undefined when the price rule has no figure for this quality or size.
 */
export function outputTokensOf(price: PriceRule, call: PricedCall): number | undefined {
  if (price.kind === "per_image") return 0;
  if (price.kind === "token_table") {
    return price.outputTokens[`${call.widthPx}x${call.heightPx}/${call.quality}`] ?? price.outputTokens[call.resolution ?? ""];
  }
  const axisFactor = price.axisFactors[call.quality];
  if (axisFactor === undefined) return undefined;
  return Math.ceil(imageOutputTokens(axisFactor, call.widthPx, call.heightPx) * (price.boundFactors[call.quality] ?? 1));
}

/** What `count` images will most likely cost, and what the price table says they cost. Micro-USD, rounded up per image. */
export function estimateCallMicroUsd(row: CatalogueRow, call: PricedCall): number {
  return call.count * perImageMicroUsd(row, likelyUsage(row, call));
}

/** The most that the provider may bill for `count` images. Micro-USD, rounded up per image. */
export function worstCaseCallMicroUsd(row: CatalogueRow, call: PricedCall): number {
  return call.count * perImageMicroUsd(row, usageBound(row, call));
}

/**
 * What a call cost by the tokens that the provider reports, exactly summed and rounded up once to whole micro-USD.
 * A cost that the provider states itself wins.
 * @returns undefined for a row that is not priced by tokens: its price table holds.
 */
export function costFromUsage(row: CatalogueRow, usage: Usage): number | undefined {
  if (usage.costMicroUsd !== undefined) return usage.costMicroUsd;
  return row.price.kind === "per_image" ? undefined : tokenCostMicroUsd(row.price.prices, usage);
}

/** The largest usage that one image of this call can report. */
export function usageBound(row: CatalogueRow, call: PricedCall): Usage {
  return usageOf(row, call, call.promptBytes, row.price.kind === "token_table" ? row.price.maxTextTokens : 0);
}

function likelyUsage(row: CatalogueRow, call: PricedCall): Usage {
  const promptTokens = Math.ceil(call.promptBytes / LIKELY_BYTES_PER_TOKEN);
  return usageOf(row, call, promptTokens, row.price.kind === "token_table" ? row.price.likelyTextTokens : 0);
}

function usageOf(row: CatalogueRow, call: PricedCall, promptTokens: number, outputTextTokens: number): Usage {
  const { price } = row;
  const isPriced = price.kind !== "per_image";
  return {
    inputTextTokens: isPriced ? promptTokens + price.promptOverheadTokens : 0,
    cachedInputTextTokens: 0,
    inputImageTokens: isPriced ? call.references * price.maxTokensPerReference : 0,
    cachedInputImageTokens: 0,
    outputImageTokens: requireTokens(row, call),
    outputTextTokens,
  };
}

function requireTokens(row: CatalogueRow, call: PricedCall): number {
  const tokens = outputTokensOf(row.price, call);
  if (tokens === undefined) {
    throw new RangeError(`${row.id} has no price for ${call.quality} at ${call.widthPx}x${call.heightPx}`);
  }
  return tokens;
}

function perImageMicroUsd(row: CatalogueRow, usage: Usage): number {
  if (row.price.kind === "per_image") return row.price.microUsdPerImage;
  return tokenCostMicroUsd(row.price.prices, usage);
}

/** USD per 1M tokens is the same number as micro-USD per token. The sum is whole numbers, so nothing is lost. */
function tokenCostMicroUsd(prices: TokenPrices, usage: Usage): number {
  const units =
    usage.inputTextTokens * unitsOf(prices.inputText) +
    usage.cachedInputTextTokens * unitsOf(prices.cachedInputText) +
    usage.inputImageTokens * unitsOf(prices.inputImage) +
    usage.cachedInputImageTokens * unitsOf(prices.cachedInputImage) +
    usage.outputImageTokens * unitsOf(prices.outputImage) +
    usage.outputTextTokens * unitsOf(prices.outputText);
  return Math.ceil(units / UNITS_PER_MICRO_USD);
}

/** A price in thousandths of a micro-USD per token. */
export function unitsOf(price: number): number {
  return Math.round(price * UNITS_PER_MICRO_USD);
}

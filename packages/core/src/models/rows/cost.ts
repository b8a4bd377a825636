import type { Resolution, Usage } from "../../basics/types.ts";
import type { CatalogueRow, PriceRule, TokenPrices } from "./row.ts";

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
  if (price.kind === "unknown") return undefined;
  if (!isTokenPriced(price)) return 0;
  if (price.kind === "token_table") {
    return (
      price.outputTokens[`${call.widthPx}x${call.heightPx}/${call.quality}`] ??
      price.outputTokens[call.resolution ?? ""]
    );
  }
  const axisFactor = price.axisFactors[call.quality];
  if (axisFactor === undefined) return undefined;
  return Math.ceil(
    imageOutputTokens(axisFactor, call.widthPx, call.heightPx) * (price.boundFactors[call.quality] ?? 1),
  );
}

/** What `count` images will most likely cost, and what the price table says they cost. Micro-USD, rounded up per image. */
export function estimateCallMicroUsd(row: CatalogueRow, call: PricedCall): number {
  return call.count * likelyMicroUsd(pricePartsOf(row, call), call.promptBytes);
}

/** The most that the provider may bill for `count` images. Micro-USD, rounded up per image. */
export function worstCaseCallMicroUsd(row: CatalogueRow, call: PricedCall): number {
  return call.count * worstMicroUsd(pricePartsOf(row, call), call.promptBytes);
}

/** The price of one image apart from its prompt, so that many prompts can be priced quickly. */
export interface PriceParts {
  /** Thousandths of a micro-USD, without the prompt. */
  likelyUnits: number;
  worstUnits: number;
  unitsPerPromptToken: number;
}

/** Splits an image's price into what its size costs and what its prompt costs. */
export function pricePartsOf(row: CatalogueRow, call: PricedCall): PriceParts {
  const { price } = row;
  if (!isTokenPriced(price)) {
    const units = imageMicroUsd(row, call) * UNITS_PER_MICRO_USD;
    return { likelyUnits: units, worstUnits: units, unitsPerPromptToken: 0 };
  }
  const bound = usageBound(row, { ...call, promptBytes: 0 });
  const likelyTextTokens = price.kind === "token_table" ? price.likelyTextTokens : 0;
  const likely = { ...bound, outputImageTokens: requireTokens(row, call), outputTextTokens: likelyTextTokens };
  return {
    likelyUnits: tokenUnits(price.prices, likely),
    worstUnits: tokenUnits(price.prices, bound),
    unitsPerPromptToken: unitsOf(price.prices.inputText),
  };
}

/** Likely price of one image with a prompt of this length. Micro-USD, rounded up. */
export function likelyMicroUsd(parts: PriceParts, promptBytes: number): number {
  return Math.ceil(
    (parts.likelyUnits + likelyPromptTokens(promptBytes) * parts.unitsPerPromptToken) / UNITS_PER_MICRO_USD,
  );
}

/** Tokens that a prompt of this length most likely has. */
export function likelyPromptTokens(promptBytes: number): number {
  return Math.ceil(promptBytes / LIKELY_BYTES_PER_TOKEN);
}

/** Highest price of one image with a prompt of this length: every byte a token. Micro-USD, rounded up. */
export function worstMicroUsd(parts: PriceParts, promptBytes: number): number {
  return Math.ceil((parts.worstUnits + promptBytes * parts.unitsPerPromptToken) / UNITS_PER_MICRO_USD);
}

/**
 * What a call cost by the tokens that the provider reports, exactly summed and rounded up once to whole micro-USD.
 * A cost that the provider states itself wins.
 * @returns undefined for a row that is not priced by tokens: its price table holds.
 */
export function costFromUsage(row: CatalogueRow, usage: Usage): number | undefined {
  if (usage.costMicroUsd !== undefined) return usage.costMicroUsd;
  return isTokenPriced(row.price) ? Math.ceil(tokenUnits(row.price.prices, usage) / UNITS_PER_MICRO_USD) : undefined;
}

/**
 * The usage of a call whose provider states how many units it billed for the images that came, where it is sure what a
 * unit is.
 * @returns undefined when it states none, or the row is priced by something else.
 */
export function usageOfUnits(
  { price }: CatalogueRow,
  billedUnits: number | undefined,
  images: number,
): Usage | undefined {
  if (billedUnits === undefined || isTokenPriced(price) || price.kind === "unknown") return undefined;
  // What a unit is, each model says for itself (images, cents, seconds): only as many as images came are images.
  if (price.kind === "per_image" && (billedUnits !== images || price.microUsdByVariant !== undefined)) return undefined;
  const microUsdPerUnit = price.kind === "per_image" ? price.microUsdPerImage : price.microUsdPerBlock;
  return {
    inputTextTokens: 0,
    cachedInputTextTokens: 0,
    inputImageTokens: 0,
    cachedInputImageTokens: 0,
    outputImageTokens: 0,
    outputTextTokens: 0,
    costMicroUsd: Math.ceil(billedUnits * microUsdPerUnit),
  };
}

type TokenPriceRule = Extract<PriceRule, { kind: "token_formula" | "token_table" }>;

function isTokenPriced(price: PriceRule): price is TokenPriceRule {
  return price.kind === "token_formula" || price.kind === "token_table";
}

/** Price of one image that is not priced by tokens. Micro-USD. */
function imageMicroUsd(row: CatalogueRow, { widthPx, heightPx, resolution, quality }: PricedCall): number {
  const { price } = row;
  if (price.kind === "per_image") {
    const { microUsdByVariant: variants = {} } = price;
    const found = [`${widthPx}x${heightPx}`, resolution ?? "", quality].flatMap((key) => variants[key] ?? []);
    return found.length === 0 ? price.microUsdPerImage : Math.max(...found);
  }
  if (price.kind === "per_area") return Math.ceil((widthPx * heightPx) / price.blockPx) * price.microUsdPerBlock;
  throw new RangeError(`${row.id} has no price`);
}

/** A price with so many percent off, rounded up to whole micro-USD. */
export function discountedMicroUsd(microUsd: number, discountPercent: number): number {
  return Math.ceil((microUsd * (100 - discountPercent)) / 100);
}

/** The largest usage that one image of this call can report. */
export function usageBound(row: CatalogueRow, call: PricedCall): Usage {
  const { price } = row;
  const isPriced = isTokenPriced(price);
  const textTokens = price.kind === "token_table" ? price.maxTextTokens : 0;
  // Tokens beside the image may be drafts, which are billed as images.
  const areDrafts = price.kind === "token_table" && price.mayDraft === true;
  return {
    inputTextTokens: isPriced ? call.promptBytes + price.promptOverheadTokens : 0,
    cachedInputTextTokens: 0,
    inputImageTokens: isPriced ? call.references * price.maxTokensPerReference : 0,
    cachedInputImageTokens: 0,
    outputImageTokens: requireTokens(row, call) + (areDrafts ? textTokens : 0),
    outputTextTokens: areDrafts ? 0 : textTokens,
  };
}

function requireTokens(row: CatalogueRow, call: PricedCall): number {
  const tokens = outputTokensOf(row.price, call);
  if (tokens === undefined) {
    throw new RangeError(`${row.id} has no price for ${call.quality} at ${call.widthPx}x${call.heightPx}`);
  }
  return tokens;
}

/** USD per 1M tokens is the same number as micro-USD per token. The sum is of whole numbers, so nothing is lost. */
function tokenUnits(prices: TokenPrices, usage: Usage): number {
  return (
    usage.inputTextTokens * unitsOf(prices.inputText) +
    usage.cachedInputTextTokens * unitsOf(prices.cachedInputText) +
    usage.inputImageTokens * unitsOf(prices.inputImage) +
    usage.cachedInputImageTokens * unitsOf(prices.cachedInputImage) +
    usage.outputImageTokens * unitsOf(prices.outputImage) +
    usage.outputTextTokens * unitsOf(prices.outputText)
  );
}

/** A price in thousandths of a micro-USD per token. */
export function unitsOf(price: number): number {
  return Math.round(price * UNITS_PER_MICRO_USD);
}

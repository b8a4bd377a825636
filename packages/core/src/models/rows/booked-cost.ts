import type { Usage } from "../../basics/types.ts";
import {
  costFromUsage,
  imageOutputTokens,
  likelyPromptTokens,
  outputTokensOf,
  unitsOf,
  worstCaseCallMicroUsd,
  type PricedCall,
} from "./cost.ts";
import type { CatalogueRow } from "./row.ts";

/**
 * A price that a provider states itself may lie below its list: 16 % of it was seen (OpenRouter, recorded 2026-10). Below
 * this share it says nothing.
 */
const LEAST_SHARE_OF_LIST = 0.1;

/**
 * Where no formula is published, the one of the model before is held against a claim: measured was 0.99 to 4.2 times as
 * much (gpt-image-2.6, docs.laozhang.ai, 2026-11-05). A claim below this share of it is no figure.
 */
const LEAST_SHARE_OF_FORMULA = 0.8;

/** A claim of more than so many times the worst case is no figure: books that held it could not be read again. */
const BEYOND_REASON = 1000;

/**
 * What to book for images that came, by what the provider claims to have used. A claim counts where it is possible: at
 * least the price table's lowest for these images, at most what reason allows.
 * @param call - with `count`: the images that came
 * @returns micro-USD; undefined where the claim says nothing, so that the price table holds
 */
export function claimedMicroUsd(row: CatalogueRow, call: PricedCall, usage: Usage | undefined): number | undefined {
  const claim = usage && costFromUsage(row, withInput(row, call, usage));
  if (claim === undefined || !Number.isSafeInteger(claim)) return undefined;
  if (row.price.kind === "unknown") return claim > 0 ? claim : undefined;
  if (outputTokensOf(row.price, call) === undefined) {
    // A size that the row has no figure for: only the cheapest image that it knows can be held against the claim.
    return claim > 0 && claim >= leastCallMicroUsd(row, call) ? claim : undefined;
  }
  const leastMicroUsd = leastCallMicroUsd(row, call);
  const worst = worstCaseCallMicroUsd(row, { ...call, count: Math.max(1, call.count) });
  if (claim > BEYOND_REASON * Math.max(worst, 1)) return worst;
  const isStated = usage?.costMicroUsd !== undefined;
  return claim < (isStated ? leastMicroUsd * LEAST_SHARE_OF_LIST : leastMicroUsd) ? undefined : claim;
}

/**
 * No image is made from no prompt: where the claim states no input, the price table's stands for it. An input that is not
 * split between text and images is read at the dearer rate.
 */
function withInput({ price }: CatalogueRow, call: PricedCall, usage: Usage): Usage {
  if (call.count === 0 || (price.kind !== "token_formula" && price.kind !== "token_table")) return usage;
  const { prices, promptOverheadTokens, maxTokensPerReference } = price;
  const { inputTextTokens, cachedInputTextTokens, inputImageTokens, cachedInputImageTokens } = usage;
  const textTokens = inputTextTokens + cachedInputTextTokens;
  const imageTokens = inputImageTokens + cachedInputImageTokens;
  const likelyTextTokens = likelyPromptTokens(call.promptBytes) + promptOverheadTokens;
  if (textTokens + imageTokens === 0) {
    return { ...usage, inputTextTokens: likelyTextTokens, inputImageTokens: call.references * maxTokensPerReference };
  }
  if (textTokens === 0) return { ...usage, inputTextTokens: likelyTextTokens };
  const isUnsplit = call.references > 0 && imageTokens === 0 && prices.inputImage > prices.inputText;
  return isUnsplit ? { ...usage, inputTextTokens: 0, inputImageTokens: inputTextTokens } : usage;
}

/** The least that `count` images of this call can cost: the images alone, at the lowest figure that the row has for them. */
export function leastCallMicroUsd(row: CatalogueRow, call: PricedCall): number {
  const { price } = row;
  if (price.kind === "unknown") return 0;
  if (price.kind === "token_formula" || price.kind === "token_table") {
    const units = leastImageTokens(row, call) * unitsOf(price.prices.outputImage);
    return call.count * Math.floor(units / 1000);
  }
  return worstCaseCallMicroUsd(row, call);
}

/** Where a row's figure is only an upper bound, or there is none, the lowest that is published stands for it. */
function leastImageTokens({ price, estimated }: CatalogueRow, call: PricedCall): number {
  if (price.kind === "token_formula") {
    const axisFactor = price.axisFactors[call.quality];
    const tokens = axisFactor === undefined ? 0 : imageOutputTokens(axisFactor, call.widthPx, call.heightPx);
    return estimated.includes("price") ? Math.floor(tokens * LEAST_SHARE_OF_FORMULA) : tokens;
  }
  if (price.kind !== "token_table") return 0;
  const tokens = outputTokensOf(price, call) ?? Number.POSITIVE_INFINITY;
  const lowest = Math.min(tokens, ...Object.values(price.outputTokens));
  return estimated.includes("price") || tokens === Number.POSITIVE_INFINITY ? lowest : tokens;
}

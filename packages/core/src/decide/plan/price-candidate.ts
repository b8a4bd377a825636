import { likelyMicroUsd, worstMicroUsd } from "../../models/rows/cost.ts";
import type { Candidate } from "./candidate.ts";
import type { PricedCandidate } from "./order-offers.ts";

/**
 * Prices a candidate for so many images of one prompt.
 * @param promptBytes - the prompt's length in UTF-8
 * @param freeImages - images left in a free allowance that covers the whole request; else 0
 */
export function priceCandidate(
  candidate: Candidate,
  count: number,
  promptBytes: number,
  freeImages: number,
): PricedCandidate {
  const { price, acceptance } = candidate;
  const estimateMicroUsd = freeImages > 0 ? 0 : count * likelyMicroUsd(price, promptBytes);
  return {
    candidate,
    estimateMicroUsd,
    worstCaseMicroUsd: count * worstMicroUsd(price, promptBytes),
    expectedMicroUsd: estimateMicroUsd / acceptance,
    freeImages,
  };
}

/** Prices an image that is made smaller and then enlarged: both steps together. */
export function priceSteps(candidate: Candidate, base: PricedCandidate, enlarger: PricedCandidate): PricedCandidate {
  const estimateMicroUsd = base.estimateMicroUsd + enlarger.estimateMicroUsd;
  return {
    candidate,
    estimateMicroUsd,
    worstCaseMicroUsd: base.worstCaseMicroUsd + enlarger.worstCaseMicroUsd,
    expectedMicroUsd: estimateMicroUsd / candidate.acceptance,
    freeImages: base.freeImages,
    steps: [base, enlarger],
  };
}

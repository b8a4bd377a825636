import type { PolicyVerdict } from "../policy/evaluate.ts";
import type { Offer } from "../types.ts";
import type { PricedCandidate } from "./order-offers.ts";

const FIRST: Readonly<Record<PolicyVerdict["order"], string>> = {
  expected_cost: "Lowest cost to a good image among the models that qualify.",
  quality: "Best rated among the models that qualify.",
  latency: "Fastest among the models that qualify.",
};

/** Turns a priced candidate into an offer with its reasons, most important first. */
export function makeOffer(priced: PricedCandidate, rank: number, count: number, verdict: PolicyVerdict, pinId: string | undefined): Offer {
  const { candidate } = priced;
  const { row, quality, size, tier } = candidate;
  return {
    provider: row.provider,
    model: row.id,
    quality: quality.id,
    size: size.size,
    widthPx: size.widthPx,
    heightPx: size.heightPx,
    aspect: size.aspect,
    resolution: size.resolution,
    tier,
    count,
    estimateMicroUsd: priced.estimateMicroUsd,
    worstCaseMicroUsd: priced.worstCaseMicroUsd,
    latencyMs: quality.latencyMs,
    reasons: reasonsOf(priced, rank, verdict, pinId),
  };
}

function reasonsOf(priced: PricedCandidate, rank: number, verdict: PolicyVerdict, pinId: string | undefined): readonly string[] {
  const { candidate } = priced;
  const place = rank === 0 ? FIRST[verdict.order] : `Choice ${rank + 1}, if the ones before it fail.`;
  const reasons = [...verdict.reasons, place, candidate.evidence];
  if (priced.freeImages > 0) reasons.unshift(`Free: ${priced.freeImages} images are left in this month's allowance.`);
  if (candidate.preferred) reasons.unshift(`Your policy names ${candidate.row.id} for ${verdict.tier} work.`);
  if (pinId !== undefined) reasons.unshift(`You asked for ${pinId}.`);
  return reasons;
}

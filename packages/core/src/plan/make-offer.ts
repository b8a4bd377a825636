import type { PolicyVerdict } from "../policy/evaluate.ts";
import type { Offer } from "../types.ts";
import type { PricedCandidate } from "./order-offers.ts";

const FIRST: Readonly<Record<PolicyVerdict["order"], string>> = {
  expected_cost: "Lowest cost to a good image among the models that qualify.",
  quality: "Best rated among the models that qualify.",
  latency: "Fastest among the models that qualify.",
};

/** A priced candidate and its place in the decision. */
export interface OfferOptions {
  offer: PricedCandidate;
  /** 0 for the first choice. */
  rank: number;
  count: number;
  verdict: PolicyVerdict;
  /** The model that the request names. */
  pinId: string | undefined;
  /** The budget has pushed the work below its tier. */
  downgrade: boolean;
}

/** Turns a priced candidate into an offer with its reasons, most important first. */
export function makeOffer(options: OfferOptions): Offer {
  const { offer, count } = options;
  const made = plainOffer(offer, count, reasonsOf(options));
  const [first, second] = offer.steps ?? [];
  return first && second
    ? { ...made, steps: [plainOffer(first, count, NO_REASONS), plainOffer(second, count, NO_REASONS)] }
    : made;
}

const NO_REASONS: readonly string[] = [];

function plainOffer(priced: PricedCandidate, count: number, reasons: readonly string[]): Offer {
  const { row, quality, size, tier } = priced.candidate;
  const made: Offer = {
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
    reasons,
  };
  if (size.factor !== undefined) made.factor = size.factor;
  return made;
}

function reasonsOf({ offer, rank, verdict, pinId, downgrade }: OfferOptions): readonly string[] {
  const { candidate, freeImages } = offer;
  const best = downgrade ? "Best rated among the models that the budget still allows." : FIRST[verdict.order];
  const reasons = [
    ...verdict.reasons,
    rank === 0 ? best : `Choice ${rank + 1}, if the ones before it fail.`,
    candidate.evidence,
  ];
  if (freeImages > 0) reasons.unshift(`Free: ${freeImages} images are left in this month's allowance.`);
  if (candidate.leadingReason !== undefined) reasons.unshift(candidate.leadingReason);
  if (candidate.preferred) reasons.unshift(`Your policy names ${candidate.row.id} for ${verdict.tier} work.`);
  if (pinId !== undefined) reasons.unshift(`You asked for ${pinId}.`);
  return reasons;
}

import type { Offer } from "../../basics/types.ts";
import type { PolicyVerdict } from "../policy/evaluate.ts";
import type { PricedCandidate } from "./order-offers.ts";

const FIRST: Readonly<Record<PolicyVerdict["order"], string>> = {
  expected_cost: "Lowest cost to a good image among the models that qualify.",
  quality: "Best rated among the models that qualify.",
  latency: "Fastest among the models that qualify.",
};

/** What the reasons of a decision's offers tell. */
export interface OfferOptions {
  count: number;
  verdict: PolicyVerdict;
  /** The model that the request names. */
  pinId: string | undefined;
  /** The budget has pushed the work below its tier. */
  downgrade: boolean;
}

/** Turns priced candidates into offers with their reasons, most important first. */
export function makeOffers(chosen: readonly PricedCandidate[], options: OfferOptions): Offer[] {
  const { verdict, pinId, downgrade } = options;
  const shared = pinId === undefined ? verdict.reasons : [`You asked for ${pinId}.`, ...verdict.reasons];
  const best = downgrade ? "Best rated among the models that the budget still allows." : FIRST[verdict.order];
  const offers: Offer[] = [];
  // Copied and filled in for each offer: a decision has two dozen, and lists that grow would take most of its time.
  const form = [...shared, best, ""];
  for (const offer of chosen) {
    const reasons = form.slice();
    if (offers.length > 0) reasons[form.length - 2] = laterChoice(offers.length);
    reasons[form.length - 1] = offer.candidate.evidence;
    const special = specialReasons(offer, verdict);
    if (special.length > 0) reasons.splice(shared.length - verdict.reasons.length, 0, ...special);
    offers.push(makeOffer(offer, options.count, reasons));
  }
  return offers;
}

const NO_REASONS: readonly string[] = [];

function makeOffer(offer: PricedCandidate, count: number, reasons: readonly string[]): Offer {
  const { row, quality, size, tier } = offer.candidate;
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
    estimateMicroUsd: offer.estimateMicroUsd,
    worstCaseMicroUsd: offer.worstCaseMicroUsd,
    latencyMs: quality.latencyMs,
    reasons,
  };
  if (size.factor !== undefined) made.factor = size.factor;
  if (offer.steps !== undefined)
    made.steps = [makeOffer(offer.steps[0], count, NO_REASONS), makeOffer(offer.steps[1], count, NO_REASONS)];
  return made;
}

function specialReasons({ candidate, freeImages }: PricedCandidate, verdict: PolicyVerdict): readonly string[] {
  const { leadingReason } = candidate;
  if (freeImages === 0 && !candidate.preferred && leadingReason === undefined) return NO_REASONS;
  const reasons: string[] = leadingReason === undefined ? [] : [leadingReason];
  if (candidate.preferred) reasons.push(`Your policy names ${candidate.row.id} for ${verdict.tier} work.`);
  if (freeImages > 0) reasons.push(`Free: ${freeImages} images are left in this month's allowance.`);
  return reasons;
}

const laterChoices: string[] = [];

function laterChoice(rank: number): string {
  return (laterChoices[rank] ??= `Choice ${rank + 1}, if the ones before it fail.`);
}

import type { OfferTier, Tier } from "../../basics/types.ts";
import type { PolicyVerdict } from "../policy/evaluate.ts";
import { TIER_RANK, type Candidate } from "./candidate.ts";

/**
 * Chance that the first image is good enough, by the tier that is needed and the tier of the offer. Working
 * assumptions, not measurements: a draft takes anything, and a model without a score is trusted less. An offer below
 * the needed tier counts only when the budget or the user leaves nothing else.
 */
export const ACCEPTANCE: Readonly<Record<Tier, Readonly<Record<OfferTier, number>>>> = {
  draft: { draft: 1, unrated: 1, standard: 1, premium: 1 },
  standard: { draft: 0.5, unrated: 0.7, standard: 0.8, premium: 0.9 },
  premium: { draft: 0.25, unrated: 0.5, standard: 0.5, premium: 0.75 },
};

/** A candidate with its price for this prompt and count. */
export interface PricedCandidate {
  candidate: Candidate;
  estimateMicroUsd: number;
  worstCaseMicroUsd: number;
  /** Price until an image is good enough: the estimate over the chance of acceptance. */
  expectedMicroUsd: number;
  /** Images left in a free allowance; 0 when it does not cover the request. */
  freeImages: number;
  /** Both steps of an image that is made smaller and then enlarged. */
  steps?: readonly [PricedCandidate, PricedCandidate] | undefined;
}

/** What offers may be ordered by. `tier` is for work that the budget pushes below its tier. */
export type OfferOrder = PolicyVerdict["order"] | "tier";

/**
 * Sorts in place, best first: models that the user named for this work, then the policy's order, then latency, then
 * the model's id and quality step, so that equal input gives equal output. Quick when little is out of place.
 */
export function orderOffers(offers: PricedCandidate[], order: OfferOrder): void {
  const compare = COMPARE[order];
  for (let index = 1; index < offers.length; index += 1) {
    const moving = offers[index];
    if (moving === undefined) continue;
    let place = index - 1;
    for (let other = offers[place]; other !== undefined && compare(other, moving) > 0; other = offers[place]) {
      offers[place + 1] = other;
      place -= 1;
    }
    offers[place + 1] = moving;
  }
}

type Compare = (left: PricedCandidate, right: PricedCandidate) => number;

const byExpectedCost: Compare = (left, right) =>
  byPreference(left, right) ||
  left.expectedMicroUsd - right.expectedMicroUsd ||
  bySpeed(left, right) ||
  byName(left, right);

const byRating: Compare = (left, right) =>
  byPreference(left, right) || right.candidate.rating - left.candidate.rating || byExpectedCost(left, right);

const byLatency: Compare = (left, right) =>
  byPreference(left, right) || bySpeed(left, right) || byExpectedCost(left, right);

/** For work that the budget pushes below its tier: as far up as it goes, then the cheapest. */
const byTier: Compare = (left, right) =>
  TIER_RANK[right.candidate.tier] - TIER_RANK[left.candidate.tier] || byExpectedCost(left, right);

const byPreference: Compare = (left, right) => {
  const isPreferred = left.candidate.preferred;
  if (isPreferred === right.candidate.preferred) return 0;
  return isPreferred ? -1 : 1;
};

const bySpeed: Compare = (left, right) => left.candidate.quality.latencyMs - right.candidate.quality.latencyMs;

const byName: Compare = (left, right) => {
  const leftId = left.candidate.row.id;
  const rightId = right.candidate.row.id;
  if (leftId !== rightId) return leftId < rightId ? -1 : 1;
  return left.candidate.step - right.candidate.step;
};

const COMPARE = { expected_cost: byExpectedCost, quality: byRating, latency: byLatency, tier: byTier } as const;

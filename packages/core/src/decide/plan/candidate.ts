import type { OfferTier, Operation, RejectedOffer } from "../../basics/types.ts";
import { pricePartsOf, type PriceParts } from "../../models/rows/cost.ts";
import type { CatalogueRow, QualityRow } from "../../models/rows/row.ts";
import type { ResolvedSize } from "./resolve-size.ts";

/** A model at one quality and size, before its price for a certain prompt. */
export interface Candidate {
  row: CatalogueRow;
  quality: QualityRow;
  /** Position among the model's quality steps, 0 is the lowest. */
  step: number;
  size: ResolvedSize;
  tier: OfferTier;
  price: PriceParts;
  /** Chance that its image is good enough for the tier that is needed. */
  acceptance: number;
  /** For ordering by quality. */
  rating: number;
  /** The user named this model for this work: in a policy's `models` or in the request. */
  preferred: boolean;
  /** What is known about how good it is, for its reasons. */
  evidence: string;
  /** Said once about the offer when it is chosen. */
  warnings: readonly string[];
  /** The image is made smaller by the first of these, and enlarged by the second. */
  steps?: readonly [Candidate, Candidate] | undefined;
  /** What its reasons start with. */
  leadingReason?: string | undefined;
}

/** A candidate that cannot be taken. */
export interface Unfit {
  candidate: Candidate;
  rejection: RejectedOffer;
}

/** What is asked of a request's images, as far as the price depends on it. */
export interface CandidateOptions {
  row: CatalogueRow;
  step: number;
  size: ResolvedSize;
  operation: Operation;
  references: number;
  preferred: boolean;
}

/** Tiers and the lack of one, from lowest to highest. */
export const TIER_RANK: Readonly<Record<OfferTier, number>> = { draft: 1, unrated: 1.5, standard: 2, premium: 3 };

/** @returns undefined when the row has no such quality step. */
export function makeCandidate(options: CandidateOptions): Candidate | undefined {
  const { row, step, size, operation, references, preferred } = options;
  const quality = row.qualities[step];
  if (quality === undefined) return undefined;
  const tier = quality.tiers[operation] ?? "unrated";
  const call = { quality: quality.id, ...size, count: 1, promptBytes: 0, references };
  return {
    row,
    quality,
    step,
    size,
    tier,
    price: pricePartsOf(row, call),
    acceptance: 1,
    rating: ratingOf(row, tier, step, operation),
    preferred,
    evidence: tier === "unrated" ? `Not rated: ${quality.evidence}` : `Rated ${tier}: ${quality.evidence}`,
    warnings: [],
  };
}

/** Tier first, then the model's best score on the board of this operation, then the quality step. */
function ratingOf(row: CatalogueRow, tier: OfferTier, step: number, operation: Operation): number {
  let score = 0;
  for (const quality of row.qualities) score = Math.max(score, quality.arenaScores?.[operation] ?? 0);
  return TIER_RANK[tier] * 1_000_000 + score * 100 + step;
}

/** Rules a candidate out, with the reason. */
export function rejectionOf(candidate: Candidate, reason: string): RejectedOffer {
  return { model: candidate.row.id, quality: candidate.quality.id, size: candidate.size.size, reason };
}

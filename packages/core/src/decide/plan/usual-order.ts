import type { Candidate } from "./candidate.ts";
import type { OfferTable } from "./offer-table.ts";
import { orderOffers, type OfferOrder } from "./order-offers.ts";
import { priceCandidate } from "./price-candidate.ts";

/** UTF-8 bytes of a prompt of thirty words or so. */
const USUAL_PROMPT_BYTES = 200;

/**
 * The kept candidates as they stand for a usual prompt. Another prompt moves few of them or none, so that putting them
 * into their final order takes little more than looking at each once.
 */
export function usualOrder(table: OfferTable, order: OfferOrder): readonly Candidate[] {
  const known = table.keptByOrder[order];
  if (known !== undefined) return known;
  const priced = table.kept.map((candidate) => priceCandidate(candidate, 1, USUAL_PROMPT_BYTES, 0));
  orderOffers(priced, order);
  const sorted = priced.map(({ candidate }) => candidate);
  table.keptByOrder[order] = sorted;
  return sorted;
}

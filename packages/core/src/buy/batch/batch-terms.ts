import { ArtdeskError } from "../../basics/errors.ts";
import type { PlannedRequest } from "../../decide/plan/planned-request.ts";
import type { Catalogue } from "../../models/catalogue/catalogue.ts";
import { discountedMicroUsd } from "../../models/rows/cost.ts";
import { findModel } from "../../models/rows/find-model.ts";
import type { CatalogueRow } from "../../models/rows/row.ts";
import { blockedError } from "../compose-result.ts";

/** Percent off in a batch, by provider id, as the account's own terms say. */
export type OwnDiscounts = Readonly<Record<string, number>>;

/** What a request would cost as a batch, and how long that may take. */
export interface BatchTerms {
  estimateMicroUsd: number;
  discountPercent: number;
  /** The longest that it may take. */
  waitMs: number;
}

/** Percent off in a batch: by the account's own terms, else by the price list. */
export function batchDiscountOf(row: CatalogueRow, own: OwnDiscounts): number {
  return own[row.provider] ?? row.batch?.discountPercent ?? 0;
}

/** The terms of the first offer; undefined when its model takes no batches. */
export function batchTermsOf(
  { rows }: Catalogue,
  planned: PlannedRequest | undefined,
  own: OwnDiscounts,
): BatchTerms | undefined {
  const offer = planned?.decision.offers[0];
  const row = offer && findModel(rows, offer.model)?.row;
  if (!row?.batch) return undefined;
  const discountPercent = batchDiscountOf(row, own);
  return {
    estimateMicroUsd: discountedMicroUsd(offer?.estimateMicroUsd ?? 0, discountPercent),
    discountPercent,
    waitMs: row.batch.windowMs,
  };
}

/**
 * The plan with those offers alone whose models take batches. A plan that was blocked stays as it is.
 *
 * @throws ArtdeskError `no_candidate` when none of the offers does
 */
export function requireBatchOffers({ rows }: Catalogue, planned: PlannedRequest): PlannedRequest {
  const { decision } = planned;
  if (decision.blocked) throw blockedError(decision);
  const offers = decision.offers.filter(({ model }) => findModel(rows, model)?.row.batch !== undefined);
  if (offers.length > 0) return { ...planned, decision: { ...decision, offers } };
  const models = [...new Set(decision.offers.map(({ model }) => model))];
  const taking = new Set(rows.filter(({ batch }) => batch !== undefined).map(({ provider }) => provider));
  throw new ArtdeskError({
    code: "no_candidate",
    shortMessage: `${models.slice(0, 3).join(", ")} cannot be made in a batch.`,
    hint: `Batches are taken by models of ${[...taking].join(" and ")}.`,
  });
}

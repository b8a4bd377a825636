import { findModel } from "../../catalogue/find-model.ts";
import type { CatalogueRow } from "../../catalogue/row.ts";
import { discountedMicroUsd } from "../../cost.ts";
import type { PlannedRequest } from "../../generate.ts";
import type { AssetDesk } from "../asset-run/asset-desk.ts";
import type { BatchPrice } from "../asset-run/report.ts";

/** The workspace's row of a model, with its own prices. */
export function rowOf(desk: AssetDesk, model: string): CatalogueRow | undefined {
  return findModel(desk.catalogue.rows, model)?.row;
}

/** Percent off in a batch: by the account's own terms, else by the price list. */
export function batchDiscount(desk: AssetDesk, row: CatalogueRow): number {
  return desk.workspace.config.terms.batchDiscounts[row.provider] ?? row.batch?.discountPercent ?? 0;
}

/** What the first offer would cost as a batch, and the wait. */
export function batchPriceOf(desk: AssetDesk, planned: PlannedRequest | undefined): BatchPrice | undefined {
  const offer = planned?.decision.offers[0];
  const row = offer && rowOf(desk, offer.model);
  if (!row?.batch) return undefined;
  return {
    isChosen: desk.batches && planned?.request.urgency === "batch",
    estimateMicroUsd: discountedMicroUsd(offer?.estimateMicroUsd ?? 0, batchDiscount(desk, row)),
    waitMs: row.batch.windowMs,
  };
}

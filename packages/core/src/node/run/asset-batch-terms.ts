import { batchTermsOf } from "../../buy/batch/batch-terms.ts";
import type { PlannedRequest } from "../../decide/plan/planned-request.ts";
import { findModel } from "../../models/rows/find-model.ts";
import type { CatalogueRow } from "../../models/rows/row.ts";
import type { AssetDesk } from "./asset-desk.ts";
import type { BatchPrice } from "./report.ts";

/** The workspace's row of a model, with its own prices. */
export function rowOf(desk: AssetDesk, model: string): CatalogueRow | undefined {
  return findModel(desk.catalogue.rows, model)?.row;
}

/** What the first offer would cost as a batch, and the wait. */
export function batchPriceOf(desk: AssetDesk, planned: PlannedRequest | undefined): BatchPrice | undefined {
  const terms = batchTermsOf(desk.catalogue, planned, desk.workspace.config.terms.batchDiscounts);
  if (!terms) return undefined;
  const { estimateMicroUsd, waitMs } = terms;
  return { isChosen: desk.batches && planned?.request.urgency === "batch", estimateMicroUsd, waitMs };
}

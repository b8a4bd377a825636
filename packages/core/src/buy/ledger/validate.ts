import { ArtdeskError } from "../../basics/errors.ts";
import type { ReservationWish, Settlement } from "./ledger-types.ts";
import { isMonth } from "./months.ts";

/** Throws `invalid_request` for wishes that would spoil the books. */
export function requireWishes(wishes: readonly ReservationWish[]): void {
  const ids = new Set<string>();
  for (const wish of wishes) {
    if (wish.id === "" || ids.has(wish.id)) throw invalid(`Reservation id "${wish.id}" is empty or used twice`);
    ids.add(wish.id);
    requireCost(wish.amountMicroUsd, "amountMicroUsd");
    requireCost(wish.images, "images");
    for (const [name, value] of Object.entries(wish.tags)) {
      if (typeof value !== "string") throw invalid(`Tag ${name} is not text`);
    }
  }
}

/** Throws `invalid_request` for a settlement that would spoil the books. */
export function requireSettlement(settlement: Settlement): void {
  requireCost(settlement.costMicroUsd, "costMicroUsd");
  requireCost(settlement.tableMicroUsd, "tableMicroUsd");
  requireCost(settlement.images, "images");
}

/** Throws `invalid_request` unless `value` is a whole number from 0 up. */
export function requireCost(value: number, name: string): void {
  if (!Number.isSafeInteger(value) || value < 0) throw invalid(`${name} ${value} is not a whole number from 0 up`);
}

/** Throws `invalid_request` unless `month` is `YYYY-MM`. */
export function requireMonth(month: string): void {
  if (!isMonth(month)) throw invalid(`Month "${month}" is not of the form 2026-11`);
}

function invalid(problem: string): ArtdeskError {
  return new ArtdeskError({ code: "invalid_request", shortMessage: `${problem}.` });
}

import type { LedgerEntry } from "./ledger-types.ts";

/** What a scope has used. Money in micro-USD. */
export interface Totals {
  spentMicroUsd: number;
  /** Held or in flight. */
  reservedMicroUsd: number;
  /** Possibly billed. */
  unknownMicroUsd: number;
  /** Images delivered. */
  images: number;
}

export function emptyTotals(): Totals {
  return { spentMicroUsd: 0, reservedMicroUsd: 0, unknownMicroUsd: 0, images: 0 };
}

/** Everything that counts against a limit. Micro-USD. */
export function committedMicroUsd(totals: Totals): number {
  return totals.spentMicroUsd + totals.reservedMicroUsd + totals.unknownMicroUsd;
}

/** Adds what a line of the books counts for, or with `sign` -1 takes it out again. */
export function countLine(
  totals: Totals,
  line: Pick<LedgerEntry, "state" | "microUsd" | "images">,
  sign: 1 | -1,
): void {
  if (line.state === "released") return;
  if (line.state === "settled") totals.spentMicroUsd += sign * line.microUsd;
  else if (line.state === "unknown") totals.unknownMicroUsd += sign * line.microUsd;
  else totals.reservedMicroUsd += sign * line.microUsd;
  totals.images += sign * line.images;
}

/** The sum of two totals. */
export function addTotals(left: Totals, right: Totals): Totals {
  return {
    spentMicroUsd: left.spentMicroUsd + right.spentMicroUsd,
    reservedMicroUsd: left.reservedMicroUsd + right.reservedMicroUsd,
    unknownMicroUsd: left.unknownMicroUsd + right.unknownMicroUsd,
    images: left.images + right.images,
  };
}

import { foldTagValue } from "../../basics/tag-value.ts";
import { writeCsv } from "./csv.ts";
import type { LedgerEntry } from "./ledger-types.ts";

/** What one client, campaign, model or day cost. Money in micro-USD. */
export interface ReportRow {
  /** The tag's value, model id, asset id or day (`YYYY-MM-DD`, UTC); `(none)` for entries without the tag. */
  key: string;
  /** Images delivered. */
  images: number;
  /** Calls to providers, however they ended. */
  attempts: number;
  refused: number;
  failed: number;
  /** Attempts that may have been billed. */
  unknown: number;
  /** Settled cost, including that of refused and failed attempts. */
  costMicroUsd: number;
  /** What the `unknown` attempts may have cost at most; not part of `costMicroUsd`. */
  possiblyBilledMicroUsd: number;
}

const NONE = "(none)";

/**
 * Sums entries up by `model`, by `asset` (the caller's own key), by `day` (UTC, of the reservation) or by any tag, such as `client` or `campaign`.
 * Reservations that never became a call do not count. Rows come dearest first, days in order.
 */
export function reportEntries(entries: readonly LedgerEntry[], by: string): ReportRow[] {
  const rows = new Map<string, ReportRow>();
  for (const entry of entries) {
    // A call that was cut off has no outcome, also after a person said what it cost.
    if (entry.outcome === undefined && entry.state !== "unknown" && entry.state !== "settled") continue;
    const key = keyOf(entry, by);
    const name = isTag(by) ? foldTagValue(key) : key;
    // The first spelling of a client heads its row.
    const row = rows.get(name) ?? emptyRow(key.trim());
    rows.set(name, row);
    row.attempts += 1;
    row.images += entry.images;
    if (entry.outcome === "refused") row.refused += 1;
    if (entry.outcome === "failed") row.failed += 1;
    if (entry.state === "unknown") {
      row.unknown += 1;
      row.possiblyBilledMicroUsd += entry.microUsd;
    } else {
      row.costMicroUsd += entry.microUsd;
    }
  }
  const inOrder = (left: ReportRow, right: ReportRow): number => (left.key < right.key ? -1 : 1);
  return [...rows.values()].toSorted(
    (left, right) => (by === "day" ? 0 : right.costMicroUsd - left.costMicroUsd) || inOrder(left, right),
  );
}

/** A report as CSV (RFC 4180), `by` heading the first column; safe to open in a spreadsheet. */
export function reportCsv(rows: readonly ReportRow[], by: string): string {
  return writeCsv(
    [by, "images", "attempts", "refused", "failed", "unknown", "cost_usd", "possibly_billed_usd"],
    rows.map((row) => [
      row.key,
      row.images,
      row.attempts,
      row.refused,
      row.failed,
      row.unknown,
      plainUsd(row.costMicroUsd),
      plainUsd(row.possiblyBilledMicroUsd),
    ]),
  );
}

function isTag(by: string): boolean {
  return by !== "model" && by !== "asset" && by !== "day";
}

function keyOf(entry: LedgerEntry, by: string): string {
  if (by === "model") return entry.model;
  if (by === "asset") return entry.subject === "" ? NONE : entry.subject;
  if (by === "day") return new Date(entry.atMs).toISOString().slice(0, 10);
  return Object.hasOwn(entry.tags, by) ? (entry.tags[by] ?? NONE) : NONE;
}

function emptyRow(key: string): ReportRow {
  return {
    key,
    images: 0,
    attempts: 0,
    refused: 0,
    failed: 0,
    unknown: 0,
    costMicroUsd: 0,
    possiblyBilledMicroUsd: 0,
  };
}

/** Dollars as a spreadsheet reads them; six decimals of a whole number of micro-USD are exact. */
function plainUsd(microUsd: number): number {
  return microUsd / 1_000_000;
}

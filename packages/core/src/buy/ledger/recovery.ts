import { ArtdeskError } from "../../basics/errors.ts";
import { type FindEnded, type Line, type MonthDocument, putActive, putEnded } from "./document.ts";
import { formatUsd } from "../../basics/money.ts";
import { settledLine } from "./line.ts";
import type { Settlement } from "./ledger-types.ts";

/** Why a line ended without its run: it has no outcome, because nobody told one. */
const EXPIRED = "expired";
const RUN_ENDED = "run ended";

/** Gives expired holds back; expired calls become `unknown`. */
export function sweep(document: MonthDocument, nowMs: number): { released: number; unknown: number } {
  return {
    released: releaseExpired(document, nowMs),
    unknown: doubtInFlight(document, (line) => (line.expiresAtMs ?? 0) <= nowMs, EXPIRED),
  };
}

/**
 * Ends what a dead run left behind; `received` are the calls whose images are known to have come. `found` names those of
 * them that this month knows.
 */
export function recover(
  document: MonthDocument,
  run: string,
  received: Readonly<Record<string, Settlement>>,
  find: FindEnded,
  underWay: ReadonlySet<string> = new Set(),
): { found: ReadonlySet<string>; settled: number; released: number; unknown: number } {
  const found = new Set<string>();
  let settled = 0;
  for (const [id, settlement] of Object.entries(received)) {
    const line = document.active.get(id) ?? find(id);
    if (line?.run !== run) continue;
    found.add(id);
    if (line.state === "settled") continue;
    putEnded(document, settledLine(line, settlement));
    settled += 1;
  }
  const left = (line: Line): boolean => line.run === run && !underWay.has(line.id);
  return {
    found,
    settled,
    released: releaseHeld(document, left, RUN_ENDED),
    unknown: doubtInFlight(document, left, RUN_ENDED),
  };
}

/** Resolves an `unknown` line. Returns false when the month does not know the id. */
export function reconcile(document: MonthDocument, id: string, costMicroUsd: number, find: FindEnded): boolean {
  const line = document.active.get(id);
  if (line?.state === "unknown") {
    const state = costMicroUsd > 0 ? "settled" : "released";
    putEnded(document, { ...line, state, microUsd: costMicroUsd, reason: "reconciled" });
    return true;
  }
  if (line) {
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: `Reservation ${id} has not ended yet (${line.state}): only a possibly billed one can be reconciled.`,
      hint: "Wait for its run, or let it expire first.",
    });
  }
  const ended = find(id);
  if (ended && ended.microUsd !== costMicroUsd) {
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: `Reservation ${id} is already booked with ${formatUsd(ended.microUsd)}.`,
    });
  }
  return ended !== undefined;
}

/** Gives expired holds back and returns how many there were. */
export function releaseExpired(document: MonthDocument, nowMs: number): number {
  return releaseHeld(document, (line) => (line.expiresAtMs ?? 0) <= nowMs, EXPIRED);
}

function releaseHeld(document: MonthDocument, applies: (line: Line) => boolean, reason: string): number {
  const lines = [...document.active.values()].filter((line) => line.state === "held" && applies(line));
  for (const line of lines) putEnded(document, { ...line, state: "released", microUsd: 0, reason });
  return lines.length;
}

function doubtInFlight(document: MonthDocument, applies: (line: Line) => boolean, reason: string): number {
  const lines = [...document.active.values()].filter((line) => line.state === "in_flight" && applies(line));
  for (const line of lines) putActive(document, { ...line, state: "unknown", reason });
  return lines.length;
}

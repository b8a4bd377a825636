import { ArtdeskError } from "../errors.ts";
import type { Budget } from "../types.ts";
import { findEnded, type Line, type MonthDocument, putActive, putEnded, removeActive } from "./document.ts";
import { formatUsd } from "./format-usd.ts";
import { budgetExceeded, findShortage, type RunView } from "./scopes.ts";
import type { Reservation, ReservationWish, Settlement } from "./types.ts";

/** Looks up the newest ended line of an id, on pages too. */
export type FindEnded = (id: string) => Line | undefined;

/** Why the sweep ended a line; such a line has no outcome and was never part of an attempt's report. */
export const EXPIRED = "expired";
export const RUN_ENDED = "run ended";

/** What a new reservation has to respect. */
export interface ReserveTerms {
  budget: Budget;
  view: RunView;
  nowMs: number;
  expiresAtMs: number;
}

/** Sets money aside for all wishes or throws `budget_exceeded`. A wish that is already reserved is not counted twice. */
export function reserve(document: MonthDocument, wishes: readonly ReservationWish[], terms: ReserveTerms): Reservation[] {
  const fresh = wishes.filter((wish) => !isRepeated(document, wish, terms.view.run));
  requireBudget(document, fresh, terms);
  const reservations = wishes.map((wish): Reservation => {
    const line = document.active.get(wish.id);
    return {
      ...wish,
      state: "held",
      month: document.month,
      run: terms.view.run,
      createdAtMs: line?.atMs ?? terms.nowMs,
      expiresAtMs: line?.expiresAtMs ?? terms.expiresAtMs,
      reason: undefined,
    };
  });
  for (const reservation of reservations) {
    if (!document.active.has(reservation.id)) putActive(document, lineOf(reservation));
  }
  return reservations;
}

/** Takes reservations back that were never given out. */
export function withdraw(document: MonthDocument, ids: readonly string[]): void {
  for (const id of ids) removeActive(document, id);
}

/** `held` to `in_flight`. Returns false when the reservation is not active any more. */
export function begin(document: MonthDocument, reservation: Reservation, expiresAtMs: number): boolean {
  const line = document.active.get(reservation.id);
  if (line?.state === "held") putActive(document, { ...line, state: "in_flight", expiresAtMs });
  return line !== undefined;
}

/** Reserves what was swept before it began and puts it in flight, or throws `budget_exceeded`. */
export function beginAnew(
  document: MonthDocument,
  reservation: Reservation,
  find: FindEnded,
  terms: ReserveTerms,
): void {
  if (begin(document, reservation, terms.expiresAtMs)) return;
  if (find(reservation.id)?.state === "settled") {
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: `Reservation ${reservation.id} is settled already; a new call needs a new reservation.`,
    });
  }
  requireBudget(document, [reservation], terms);
  putActive(document, { ...lineOf(reservation), state: "in_flight", expiresAtMs: terms.expiresAtMs });
}

/** Books the cost. What is settled stays as it is; what was swept or is not known is booked all the same. */
export function settle(document: MonthDocument, reservation: Reservation, settlement: Settlement, find: FindEnded): void {
  const { id } = reservation;
  const line = document.active.get(id) ?? find(id);
  if (line?.state === "settled") return;
  putEnded(document, settledLine(line ?? lineOf(reservation), settlement));
}

/** Nothing was billed. What has ended stays as it is, but a line that only had expired gets its real reason. */
export function release(document: MonthDocument, reservation: Reservation, settlement: Settlement, find: FindEnded): void {
  const { id } = reservation;
  const line = document.active.get(id) ?? find(id);
  if (line?.state === "settled" || (line?.state === "released" && line.outcome !== undefined)) return;
  putEnded(document, {
    ...(line ?? lineOf(reservation)),
    ...describe(settlement),
    state: "released",
    microUsd: 0,
    images: 0,
  });
}

/** The amount stays counted. What was swept counts again; what is settled stays as it is. */
export function markUnknown(
  document: MonthDocument,
  reservation: Reservation,
  settlement: Settlement,
  find: FindEnded,
): void {
  const { id } = reservation;
  const line = document.active.get(id) ?? find(id);
  if (line?.state === "settled" || (line?.state === "unknown" && line.outcome !== undefined)) return;
  putActive(document, {
    ...(line ?? lineOf(reservation)),
    ...describe(settlement),
    state: "unknown",
    microUsd: reservation.amountMicroUsd,
    images: settlement.images,
    expiresAtMs: reservation.expiresAtMs,
  });
}

/** Gives expired holds back; expired calls become `unknown`. */
export function sweep(document: MonthDocument, nowMs: number): { released: number; unknown: number } {
  return {
    released: releaseHeld(document, (line) => (line.expiresAtMs ?? 0) <= nowMs, EXPIRED),
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
  const left = (line: Line): boolean => line.run === run;
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

function requireBudget(document: MonthDocument, wishes: readonly ReservationWish[], terms: ReserveTerms): void {
  const { budget, view, nowMs } = terms;
  let shortage = findShortage(document, budget, view, wishes);
  if (shortage && releaseHeld(document, (line) => (line.expiresAtMs ?? 0) <= nowMs, EXPIRED) > 0) {
    shortage = findShortage(document, budget, view, wishes);
  }
  if (shortage) throw budgetExceeded(shortage.balance, shortage.needMicroUsd);
}

/** True when exactly this wish is reserved already, as after a write whose answer got lost. */
function isRepeated(document: MonthDocument, wish: ReservationWish, run: string): boolean {
  const line = document.active.get(wish.id);
  if (line?.state === "held" && line.run === run && line.microUsd === wish.amountMicroUsd) return true;
  if (!line && !findEnded(document, wish.id)) return false;
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `Reservation id ${wish.id} is in use already.`,
  });
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

function lineOf(reservation: Reservation): Line {
  return {
    id: reservation.id,
    state: reservation.state,
    atMs: reservation.createdAtMs,
    month: reservation.month,
    run: reservation.run,
    provider: reservation.provider,
    model: reservation.model,
    quality: reservation.quality,
    size: reservation.size,
    subject: shorten(reservation.subject),
    tags: { ...reservation.tags },
    images: 0,
    microUsd: reservation.amountMicroUsd,
    tableMicroUsd: 0,
    outcome: undefined,
    reason: undefined,
    requestId: undefined,
    expiresAtMs: reservation.expiresAtMs,
  };
}

function settledLine(line: Line, settlement: Settlement): Line {
  return {
    ...line,
    ...describe(settlement),
    state: "settled",
    microUsd: settlement.costMicroUsd,
    images: settlement.images,
  };
}

function describe(settlement: Settlement): Pick<Line, "tableMicroUsd" | "outcome" | "reason" | "requestId"> {
  return {
    tableMicroUsd: settlement.tableMicroUsd,
    outcome: settlement.outcome,
    reason: settlement.reason === undefined ? undefined : shorten(settlement.reason),
    requestId: settlement.requestId === undefined ? undefined : shorten(settlement.requestId),
  };
}

/** Keeps one talkative caller from filling the document. */
function shorten(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 199)}…`;
}

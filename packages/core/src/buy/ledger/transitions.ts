import { ArtdeskError } from "../../basics/errors.ts";
import type { Budget } from "../../basics/budget.ts";
import {
  type FindEnded,
  findEnded,
  type Line,
  type MonthDocument,
  putActive,
  putEnded,
  removeActive,
} from "./document.ts";
import { describeSettlement, lineOf, settledLine } from "./line.ts";
import { releaseExpired } from "./recovery.ts";
import { budgetExceeded, findShortage, type RunView } from "./scopes.ts";
import type { Reservation, ReservationWish, Settlement } from "./ledger-types.ts";

/** What a new reservation has to respect. */
export interface ReserveTerms {
  budget: Budget;
  view: RunView;
  nowMs: number;
  expiresAtMs: number;
}

/** Sets money aside for all wishes or throws `budget_exceeded`. A wish that is already reserved is not counted twice. */
export function reserve(
  document: MonthDocument,
  wishes: readonly ReservationWish[],
  terms: ReserveTerms,
): Reservation[] {
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
export function settle(
  document: MonthDocument,
  reservation: Reservation,
  settlement: Settlement,
  find: FindEnded,
): void {
  const line = lineToEnd(document, reservation, "settled", find);
  if (line) putEnded(document, settledLine(line, settlement));
}

/** Nothing was billed. What has ended stays as it is, but a line that only had expired gets its real reason. */
export function release(
  document: MonthDocument,
  reservation: Reservation,
  settlement: Settlement,
  find: FindEnded,
): void {
  const line = lineToEnd(document, reservation, "released", find);
  if (!line) return;
  putEnded(document, { ...line, ...describeSettlement(settlement), state: "released", microUsd: 0, images: 0 });
}

/** The amount stays counted. What was swept counts again; what is settled stays as it is. */
export function markUnknown(
  document: MonthDocument,
  reservation: Reservation,
  settlement: Settlement,
  find: FindEnded,
): void {
  const line = lineToEnd(document, reservation, "unknown", find);
  if (!line) return;
  putActive(document, {
    ...line,
    ...describeSettlement(settlement),
    state: "unknown",
    microUsd: reservation.amountMicroUsd,
    images: settlement.images,
    expiresAtMs: reservation.expiresAtMs,
  });
}

/**
 * The line of a reservation that is about to end as `state`. Undefined when it stays as it is: settled for good, or
 * ended that way already with an outcome. A line that was only swept has no outcome yet.
 */
function lineToEnd(
  document: MonthDocument,
  reservation: Reservation,
  state: "settled" | "released" | "unknown",
  find: FindEnded,
): Line | undefined {
  const line = document.active.get(reservation.id) ?? find(reservation.id);
  if (line?.state === "settled" || (line?.state === state && line.outcome !== undefined)) return undefined;
  return line ?? lineOf(reservation);
}

function requireBudget(document: MonthDocument, wishes: readonly ReservationWish[], terms: ReserveTerms): void {
  const { budget, view, nowMs } = terms;
  let shortage = findShortage(document, budget, view, wishes);
  if (shortage && releaseExpired(document, nowMs) > 0) {
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

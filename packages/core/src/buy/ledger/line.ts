import type { Line } from "./document.ts";
import type { Reservation, Settlement } from "./ledger-types.ts";

/** The line of a reservation that has just been made. */
export function lineOf(reservation: Reservation): Line {
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
    subject: subjectInBooks(reservation.subject),
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

/** The line with its cost. */
export function settledLine(line: Line, settlement: Settlement): Line {
  return {
    ...line,
    ...describeSettlement(settlement),
    state: "settled",
    microUsd: settlement.costMicroUsd,
    images: settlement.images,
  };
}

/** What a settlement says beside money and images. */
export function describeSettlement(
  settlement: Settlement,
): Pick<Line, "tableMicroUsd" | "outcome" | "reason" | "requestId" | "judged"> {
  return {
    ...(settlement.judged === undefined ? {} : { judged: { ...settlement.judged } }),
    tableMicroUsd: settlement.tableMicroUsd,
    outcome: settlement.outcome,
    reason: settlement.reason === undefined ? undefined : shorten(settlement.reason),
    requestId: settlement.requestId === undefined ? undefined : shorten(settlement.requestId),
  };
}

/** A caller's key as the books keep it: long ones are cut. */
export function subjectInBooks(subject: string): string {
  return shorten(subject);
}

/** Keeps one talkative caller from filling the document. */
function shorten(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 199)}…`;
}

import type { Ledger, Reservation, Settlement } from "./ledger-types.ts";

/** How a call is booked that was not made. */
export function notMade(reason: string): Settlement {
  return {
    costMicroUsd: 0,
    tableMicroUsd: 0,
    images: 0,
    usage: undefined,
    requestId: undefined,
    outcome: "failed",
    reason,
    durationMs: 0,
  };
}

/** Gives money back that was set aside for calls that are not made. */
export async function releaseHeld(
  ledger: Pick<Ledger, "release">,
  reservations: readonly Reservation[],
): Promise<void> {
  await Promise.all(reservations.map((reservation) => ledger.release(reservation, notMade("not started"))));
}

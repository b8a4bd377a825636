import type { Ledger, Reservation, Settlement } from "./types.ts";

const NOT_STARTED: Settlement = {
  costMicroUsd: 0,
  tableMicroUsd: 0,
  images: 0,
  usage: undefined,
  requestId: undefined,
  outcome: "failed",
  reason: "not started",
  durationMs: 0,
};

/** Gives money back that was set aside for calls that are not made. */
export async function releaseHeld(
  ledger: Pick<Ledger, "release">,
  reservations: readonly Reservation[],
): Promise<void> {
  for (const reservation of reservations) await ledger.release(reservation, NOT_STARTED);
}

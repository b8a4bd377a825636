import type { Ledger, Reservation } from "./types.ts";

/** Gives money back that was set aside for a call which is not made. Rejects with `unavailable` when the books cannot be written. */
export function releaseUnstarted(ledger: Ledger, reservation: Reservation): Promise<void> {
  return ledger.release(reservation, {
    costMicroUsd: 0,
    tableMicroUsd: 0,
    images: 0,
    usage: undefined,
    requestId: undefined,
    outcome: "failed",
    reason: "not started",
    durationMs: 0,
  });
}

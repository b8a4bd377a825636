import { ArtdeskError } from "../../basics/errors.ts";
import type { Ledger } from "./ledger-types.ts";

/**
 * What a person found on the provider's usage page: `no` frees the money, and the image may be made again; `yes` counts
 * what was set aside for the call, the most that it can have cost; an amount in micro-USD counts as it is.
 */
export type Billed = "no" | "yes" | number;

/** A possibly billed call that a person has spoken about. */
export interface ReconciledCall {
  id: string;
  /** The caller's own key, for example an asset id; empty for a call that is not open any more. */
  subject: string;
  model: string;
  /** What counts for it now. Micro-USD. */
  costMicroUsd: number;
}

/**
 * Says of possibly billed calls whether they were billed: those of these ids, or `all` that are open. Calls whose time is
 * over without an answer count as possibly billed first.
 * Throws `invalid_request` for an id that the books do not know, or that has not ended.
 */
export async function reconcileCalls(
  ledger: Ledger,
  which: readonly string[] | "all",
  billed: Billed,
): Promise<readonly ReconciledCall[]> {
  await ledger.sweep();
  const open = (await ledger.outstanding()).filter(({ state }) => state === "unknown");
  const ids = which === "all" ? open.map(({ id }) => id) : [...new Set(which)];
  const calls: ReconciledCall[] = [];
  for (const id of ids) {
    const line = open.find((entry) => entry.id === id);
    const costMicroUsd = billed === "no" ? 0 : billed === "yes" ? line?.microUsd : billed;
    if (costMicroUsd === undefined) {
      throw new ArtdeskError({
        code: "invalid_request",
        shortMessage: `The ledger has no possibly billed call ${id}.`,
        hint: open.length === 0 ? "None is open." : `Open: ${open.map((entry) => entry.id).join(", ")}.`,
      });
    }
    await ledger.reconcile(id, costMicroUsd);
    calls.push({ id, subject: line?.subject ?? "", model: line?.model ?? "", costMicroUsd });
  }
  return calls;
}

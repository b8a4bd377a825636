import { isArtdeskError } from "../../../basics/errors.ts";
import type { Reservation } from "../../../buy/ledger/ledger-types.ts";
import type { AssetDesk } from "../asset-desk.ts";
import type { Job } from "../job.ts";

/** Assets whose money is set aside in one write: a longer list of open reservations would slow every write down. */
const BLOCK_ASSETS = 100;

/**
 * Sets the worst case of many jobs aside, block by block as the run comes to them: up to {@link BLOCK_ASSETS} of them in
 * one write. When a block does not fit, each of its assets reserves for itself.
 */
export class BlockHolds {
  readonly #desk: AssetDesk;
  readonly #blocks = new Map<Job, readonly Job[]>();
  readonly #held = new Map<readonly Job[], Promise<ReadonlyMap<Job, readonly Reservation[]>>>();

  /** @param jobs In the order in which they start. */
  constructor(desk: AssetDesk, jobs: readonly Job[]) {
    this.#desk = desk;
    for (let start = 0; start < jobs.length; start += BLOCK_ASSETS) {
      const block = jobs.slice(start, start + BLOCK_ASSETS);
      for (const job of block) this.#blocks.set(job, block);
    }
  }

  /** What is held for this job. A block that the run has not come to is only held when `mayHold`. */
  async of(job: Job, mayHold: boolean): Promise<readonly Reservation[] | undefined> {
    const block = this.#blocks.get(job);
    if (!block) return undefined;
    let held = this.#held.get(block);
    if (!held) {
      if (!mayHold) return undefined;
      held = holdTogether(this.#desk, block);
      this.#held.set(block, held);
    }
    return (await held).get(job);
  }
}

/** Sets the worst case of these jobs aside in one write; nothing when it does not fit. */
export async function holdTogether(
  desk: AssetDesk,
  jobs: readonly Job[],
): Promise<ReadonlyMap<Job, readonly Reservation[]>> {
  const wanted = jobs.flatMap((job) => (job.plan.planned ? [{ job, planned: job.plan.planned }] : []));
  if (wanted.length < 2) return new Map();
  try {
    const groups = await desk.artdesk.hold(
      wanted.map(({ job, planned }) => ({ planned, subject: job.state.asset.id })),
    );
    return new Map(wanted.map(({ job }, index) => [job, groups[index] ?? []]));
  } catch (error) {
    if (isArtdeskError(error) && error.code === "budget_exceeded") return new Map();
    throw error;
  }
}

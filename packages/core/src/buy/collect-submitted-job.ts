import { ArtdeskError } from "../basics/errors.ts";
import type { AbortSignalLike, JournalEntry } from "../basics/ports.ts";
import type { ReceivedImage } from "../basics/types.ts";
import type { Policy } from "../decide/policy/policy.ts";
import type { Provider } from "../models/adapter/provider.ts";
import { claimedMicroUsd } from "../models/rows/booked-cost.ts";
import { estimateCallMicroUsd, usageOfUnits, type PricedCall } from "../models/rows/cost.ts";
import type { CatalogueRow } from "../models/rows/row.ts";
import { collectJob } from "./collect-job.ts";
import type { FileHost } from "./fetch-file.ts";

/** A job as the journal remembers it. */
export interface SubmittedJob extends Pick<
  JournalEntry,
  "provider" | "model" | "quality" | "size" | "positions" | "worstCaseMicroUsd"
> {
  /** The provider's own id of the job. */
  requestId: string;
}

/** What a job of an earlier process delivered. */
export interface CollectedImages {
  images: readonly ReceivedImage[];
  /** What the provider states, else what the price table says. Micro-USD. */
  costMicroUsd: number;
  /** Why some images are missing. */
  problem: ArtdeskError | undefined;
}

/** Asks for a job again and fetches its images. See `Artdesk.collect`. */
export async function collectSubmittedJob(
  host: FileHost & { policy: Policy },
  { job, row, provider }: { job: SubmittedJob; row: CatalogueRow; provider: Provider },
  signal: AbortSignalLike | undefined,
): Promise<CollectedImages> {
  if (provider.kind !== "job") {
    throw new ArtdeskError({ code: "no_candidate", shortMessage: `${provider.name} has no jobs to ask for.` });
  }
  const { images, billedUnits, problem } = await collectJob(
    host,
    // The job is paid for once it is done: a run that is stopped now leaves it to the next one.
    { ...provider, cancel: undefined },
    { id: job.requestId, model: job.model },
    { count: job.positions.length, deadlineMs: host.clock.nowMs() + host.policy.deadlineMs, signal },
  );
  const usage = usageOfUnits(row, billedUnits, images.length);
  const costMicroUsd =
    claimedMicroUsd(row, callOf(job, images.length), usage) ?? tableMicroUsd(job, row, images.length);
  return { images, costMicroUsd, problem };
}

function tableMicroUsd(job: SubmittedJob, row: CatalogueRow, count: number): number {
  // The price may be gone from the user's settings since.
  if (row.price.kind === "unknown") return job.worstCaseMicroUsd;
  return estimateCallMicroUsd(row, callOf(job, count));
}

function callOf({ size, quality }: SubmittedJob, count: number): PricedCall {
  const [widthPx = 0, heightPx = 0] = size.split("x").map(Number);
  return { quality, widthPx, heightPx, count, promptBytes: 0, references: 0 };
}

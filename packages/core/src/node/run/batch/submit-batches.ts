import { type ArtdeskError, isArtdeskError } from "../../../basics/errors.ts";
import type { AbortSignalLike } from "../../../basics/ports.ts";
import { type BatchCall, batchCallsOf, batchesOf, type BatchHost } from "../../../buy/batch/batch-calls.ts";
import { handInBatch } from "../../../buy/batch/hand-in-batch.ts";
import type { Reservation } from "../../../buy/ledger/ledger-types.ts";
import type { VerifiedPlan } from "../../../judge/verify/plan-verification.ts";
import { nodeCodec } from "../../platform/node-codec.ts";
import { rowOf } from "../asset-batch-terms.ts";
import type { AssetDesk } from "../asset-desk.ts";
import { serializeJournalNote } from "../asset-note.ts";
import { failedAsset, submittedAsset } from "../generate-outcome.ts";
import type { Job } from "../job.ts";
import type { GenerateAsset } from "../report.ts";

/** An asset's request for a batch. */
interface AssetOrder {
  job: Job;
  planned: VerifiedPlan;
  subject: string;
  held: readonly Reservation[] | undefined;
}

/**
 * Hands in what is wanted as a batch. Each call is in the journal and in flight in the books before it is handed in, and
 * stays there until it is collected, whatever happens to this process.
 */
export async function submitBatches(
  desk: AssetDesk,
  jobs: readonly Job[],
  held: ReadonlyMap<Job, readonly Reservation[]>,
  stop: AbortSignalLike | undefined,
): Promise<{ submitted: ReadonlyMap<Job, GenerateAsset>; others: readonly Job[] }> {
  const submitted = new Map<Job, GenerateAsset>();
  const wanted = stop?.aborted ? [] : jobs.filter((job) => isForBatch(desk, job));
  const { catalogue, random, artdesk } = desk;
  const host: BatchHost = { catalogue, random, ledger: artdesk.ledger, codec: nodeCodec };
  const calls: BatchCall<AssetOrder>[] = [];
  for (const job of wanted) {
    const { planned } = job.plan;
    if (!planned) continue;
    try {
      calls.push(...(await batchCallsOf(host, { job, planned, subject: job.state.asset.id, held: held.get(job) })));
    } catch (error) {
      if (!isArtdeskError(error)) throw error;
      submitted.set(job, failedAsset(job.state.asset, error));
    }
  }
  for (const batch of batchesOf(calls)) {
    const outcome = await submitBatch(desk, batch);
    for (const { order } of batch) {
      const { job } = order;
      const asset = isArtdeskError(outcome)
        ? failedAsset(job.state.asset, outcome)
        : submittedAsset(job.state.asset, `In batch ${outcome}, within 24 hours: run artdesk collect.`);
      if (submitted.get(job)?.status !== "failed") submitted.set(job, asset);
    }
  }
  return { submitted, others: jobs.filter((job) => !submitted.has(job)) };
}

/** Whether a job is wanted as a batch, and its model takes one. */
export function isForBatch(desk: AssetDesk, { plan: { planned, error } }: Job): boolean {
  if (!desk.batches) return false;
  const offer = planned?.decision.offers[0];
  return (
    error === undefined && planned?.request.urgency === "batch" && rowOf(desk, offer?.model ?? "")?.batch !== undefined
  );
}

/** @returns the provider's id of the batch, or why there is none. */
function submitBatch(desk: AssetDesk, calls: readonly BatchCall<AssetOrder>[]): Promise<string | ArtdeskError> {
  const { journal } = desk;
  const name = `artdesk-${desk.random.id()}`;
  const [first] = calls;
  if (!first) throw new RangeError("a batch without calls");
  return handInBatch({
    client: desk.openBatches(first.reservation.provider),
    ledger: desk.artdesk.ledger,
    name,
    calls,
    windowMs: rowOf(desk, first.reservation.model)?.batch?.windowMs ?? 0,
    unknownHint: "Run artdesk collect: it finds out whether the batch exists.",
    notes: {
      async begin() {
        for (const call of calls) await journal.begin(journalEntryOf(desk, call, name));
      },
      async submitted(id) {
        for (const { reservation } of calls) await journal.submitted(reservation.id, id);
      },
      async forget() {
        for (const { reservation } of calls) await journal.remove(reservation.id);
      },
    },
  });
}

function journalEntryOf(
  desk: AssetDesk,
  { order: { job }, reservation, positions }: BatchCall<AssetOrder>,
  batch: string,
): Parameters<AssetDesk["journal"]["begin"]>[0] {
  const { id, run, subject, provider, model, quality, size, amountMicroUsd } = reservation;
  const note = serializeJournalNote({ fingerprint: job.state.fingerprint, positions: job.positions });
  const entry = { attemptId: id, run, subject, positions, note, provider, model, quality, size };
  return { ...entry, worstCaseMicroUsd: amountMicroUsd, startedAtMs: desk.clock.nowMs(), batch };
}

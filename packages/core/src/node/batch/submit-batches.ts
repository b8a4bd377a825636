import { ArtdeskError, isArtdeskError } from "../../errors.ts";
import { releaseHeld } from "../../ledger/release-held.ts";
import type { Reservation } from "../../ledger/types.ts";
import type { AbortSignalLike } from "../../ports.ts";
import type { HttpProvider } from "../../provider.ts";
import { wishesFor } from "../../wishes-for.ts";
import type { AssetDesk } from "../asset-run/asset-desk.ts";
import type { Job } from "../asset-run/generate-assets.ts";
import { failedAsset, submittedAsset } from "../asset-run/generate-outcome.ts";
import { serializeJournalNote } from "../asset-run/journal-note.ts";
import type { GenerateAsset } from "../asset-run/report.ts";
import { nodeCodec } from "../node-codec.ts";
import type { BatchLine } from "./batch-client.ts";
import { rowOf } from "./batch-terms.ts";

/** Held for a batch: twice its window, so that nothing expires while it may still be made. */
const HOLD_WINDOWS = 2;
/** Lines of one batch (OpenAI: 50,000); fewer keep a file that comes back handy. */
const MAX_LINES = 500;

/** A call that goes into a batch. */
interface BatchCall {
  job: Job;
  reservation: Reservation;
  positions: readonly number[];
  line: BatchLine;
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
  const groups = new Map<string, BatchCall[]>();
  for (const job of wanted) {
    try {
      for (const call of await callsOf(desk, job, held.get(job))) {
        const key = `${call.reservation.model} ${call.line.request.path}`;
        groups.set(key, [...(groups.get(key) ?? []), call]);
      }
    } catch (error) {
      if (!isArtdeskError(error)) throw error;
      submitted.set(job, failedAsset(job.state.asset, error));
    }
  }
  for (const calls of groups.values()) {
    for (let start = 0; start < calls.length; start += MAX_LINES) {
      const part = calls.slice(start, start + MAX_LINES);
      const outcome = await submitBatch(desk, part);
      for (const { job } of part) {
        const asset = isArtdeskError(outcome)
          ? failedAsset(job.state.asset, outcome)
          : submittedAsset(job.state.asset, `In batch ${outcome}, within 24 hours: run artdesk collect.`);
        if (submitted.get(job)?.status !== "failed") submitted.set(job, asset);
      }
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

async function callsOf(desk: AssetDesk, job: Job, held: readonly Reservation[] | undefined): Promise<BatchCall[]> {
  const { planned } = job.plan;
  const offer = planned?.decision.offers[0];
  const row = rowOf(desk, offer?.model ?? "");
  const provider = desk.catalogue.providers.get(offer?.provider ?? "");
  if (!planned || !offer || !row || provider?.kind !== "http") throw new TypeError("a batch without an offer");
  const { request } = planned;
  const all = Array.from({ length: request.count }, (_, position) => position);
  const host = { random: desk.random, rowOf: () => row };
  const wishes = wishesFor(host, planned, offer, all, job.state.asset.id);
  const lines = wishes.map(({ positions }) =>
    provider.build({ request, offer, row, count: positions.length }, nodeCodec),
  );
  if (lines.some(({ body }) => typeof body !== "string")) {
    await releaseHeld(desk.artdesk.ledger, held ?? []);
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: `An edit at ${offer.size} cannot go into a batch.`,
      hint: "Use 1024x1024, 1536x1024 or 1024x1536, or `urgency: normal`.",
    });
  }
  const reservations = held ?? (await desk.artdesk.ledger.reserve(wishes.map(({ wish }) => wish)));
  return wishes.flatMap(({ positions }, index) => {
    const [reservation, request_] = [reservations[index], lines[index]];
    return reservation && request_
      ? [{ job, reservation, positions, line: { id: reservation.id, request: request_ } }]
      : [];
  });
}

/** @returns the provider's id of the batch, or why there is none. */
async function submitBatch(desk: AssetDesk, calls: readonly BatchCall[]): Promise<string | ArtdeskError> {
  const { ledger } = desk.artdesk;
  const batch = `artdesk-${desk.random.id()}`;
  const provider = calls[0]?.reservation.provider ?? "";
  try {
    const client = await desk.openBatches(provider);
    for (const { job, reservation, positions } of calls) {
      const { id, run, subject, model, quality, size, amountMicroUsd } = reservation;
      const note = serializeJournalNote({ fingerprint: job.state.fingerprint, positions: job.positions });
      const entry = { attemptId: id, run, subject, positions, note, provider, model, quality, size };
      await desk.journal.begin({ ...entry, worstCaseMicroUsd: amountMicroUsd, startedAtMs: desk.clock.nowMs(), batch });
      const holdMs = HOLD_WINDOWS * (rowOf(desk, model)?.batch?.windowMs ?? 0);
      await ledger.begin(reservation, { holdMs });
    }
    const id = await client.submit(
      batch,
      calls.map(({ line }) => line),
    );
    for (const { reservation } of calls) await desk.journal.submitted(reservation.id, id);
    return id;
  } catch (error) {
    const failure = toError(error, desk.catalogue.providers.get(provider) as HttpProvider | undefined);
    // A refusal is sure; whether a batch exists after anything else, the next collect finds out.
    if (failure.billed !== "no") return failure;
    await releaseHeld(
      desk.artdesk.ledger,
      calls.map(({ reservation }) => reservation),
    );
    for (const { reservation } of calls) await desk.journal.remove(reservation.id);
    return failure;
  }
}

function toError(error: unknown, provider: HttpProvider | undefined): ArtdeskError {
  if (isArtdeskError(error)) return error;
  const status =
    typeof error === "object" && error !== null && "status" in error && typeof error.status === "number"
      ? error.status
      : undefined;
  const isRefused = status !== undefined && status >= 400 && status < 500;
  return new ArtdeskError({
    code: status === 401 || status === 403 ? "auth_failed" : isRefused ? "invalid_request" : "unavailable",
    shortMessage: `${provider?.name ?? "The provider"} did not take the batch${status === undefined ? "" : ` (${status})`}.`,
    details: error instanceof Error ? error.message : String(error),
    hint: isRefused ? undefined : "Run artdesk collect: it finds out whether the batch exists.",
    status,
    billed: isRefused ? "no" : "unknown",
    cause: error,
  });
}

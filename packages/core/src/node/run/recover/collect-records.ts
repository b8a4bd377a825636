import { DISPOSITIONS } from "../../../basics/error-code.ts";
import { ArtdeskError, isArtdeskError } from "../../../basics/errors.ts";
import type { AbortSignalLike } from "../../../basics/ports.ts";
import type { JournalRecord } from "../../journal/file-journal.ts";
import type { AssetDesk } from "../asset-desk.ts";

/**
 * What became of a job of a dead run: `collected` (its images are in the journal), `free` (it ended and was not billed),
 * `open` (it cannot be told yet: the note stays, and nothing is bought in its place), `lost` (its images will not come).
 */
export type CollectedRecord =
  | { kind: "collected" }
  | { kind: "free"; error: ArtdeskError }
  | { kind: "open"; error: ArtdeskError }
  | { kind: "lost"; error: ArtdeskError };

/**
 * Asks providers for the jobs that dead runs submitted, and keeps the images that came in the journal. Only lines that
 * are still open in the books are asked for: what a person has reconciled stays as it is.
 */
export async function collectRecords(
  desk: AssetDesk,
  records: readonly JournalRecord[],
  signal?: AbortSignalLike,
): Promise<ReadonlyMap<string, CollectedRecord>> {
  const submitted = records.filter((record) => record.state === "submitted");
  if (submitted.length === 0) return new Map();
  const open = new Set((await desk.artdesk.ledger.outstanding()).map(({ id }) => id));
  const asked = submitted.filter((record) => open.has(record.attemptId));
  const ends = await Promise.all(asked.map((record) => collectRecord(desk, record, signal)));
  return new Map(asked.map((record, index) => [record.attemptId, ends[index] ?? { kind: "collected" }]));
}

async function collectRecord(
  desk: AssetDesk,
  record: JournalRecord,
  signal: AbortSignalLike | undefined,
): Promise<CollectedRecord> {
  try {
    const { requestId = "" } = record;
    const { images, costMicroUsd } = await desk.artdesk.collect({ ...record, requestId }, signal);
    const kept = images.map(({ bytes, mediaType, sha256 }, index) => ({ index, bytes, mediaType, sha256 }));
    await desk.journal.keep(record.attemptId, kept, costMicroUsd, requestId);
    return { kind: "collected" };
  } catch (error) {
    if (!isArtdeskError(error)) throw error;
    if (error.billed === "no" && error.requestId !== undefined) return { kind: "free", error };
    const canPass =
      DISPOSITIONS[error.code] === "retry_same" || error.code === "auth_failed" || error.code === "aborted";
    return canPass ? { kind: "open", error: stillOpen(desk, record, error) } : { kind: "lost", error };
  }
}

function stillOpen(desk: AssetDesk, record: JournalRecord, error: ArtdeskError): ArtdeskError {
  return new ArtdeskError({
    code: error.code,
    shortMessage: `The job of an earlier run at ${record.model} cannot be collected yet: ${error.shortMessage}`,
    hint: `Run again later: it is asked for again, and not bought twice. Or give it up. ${desk.waysBack(record.attemptId)}`,
    provider: record.provider,
    model: record.model,
    requestId: record.requestId,
    billed: "unknown",
    cause: error,
  });
}

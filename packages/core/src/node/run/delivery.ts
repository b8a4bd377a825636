import { outputPaths } from "../../assets/asset-spec.ts";
import type { LockEntry } from "../../assets/lock/lock-entry.ts";
import { ArtdeskError, isArtdeskError } from "../../basics/errors.ts";
import type { GenerateResult } from "../../basics/receipt.ts";
import type { LedgerEntry, Reservation } from "../../buy/ledger/ledger-types.ts";
import { subjectInBooks } from "../../buy/ledger/line.ts";
import { releaseHeld } from "../../buy/ledger/release-held.ts";
import { drawsCards } from "../../models/catalogue/draws-cards.ts";
import type { JournalRecord } from "../journal/file-journal.ts";
import type { AssetState } from "../workspace/status-listing.ts";
import type { AssetDesk } from "./asset-desk.ts";

/** With `onUnknown: stop`, an asset that may have been paid for already waits for a person. */
export async function refuseWhenUnknown(
  desk: AssetDesk,
  assetId: string,
  held: readonly Reservation[] = [],
): Promise<void> {
  const refusal = refusalWhenUnknown(desk, assetId, await desk.artdesk.ledger.outstanding());
  if (!refusal) return;
  await releaseHeld(desk.artdesk.ledger, held);
  throw refusal;
}

/** Why an asset waits for a person: one of these calls for it is possibly billed. */
export function refusalWhenUnknown(
  desk: Pick<AssetDesk, "policy" | "waysBack">,
  assetId: string,
  outstanding: readonly LedgerEntry[],
): ArtdeskError | undefined {
  if (desk.policy.onUnknown !== "stop") return undefined;
  const unknown = outstanding.find(({ state, subject }) => state === "unknown" && subject === subjectInBooks(assetId));
  if (!unknown) return undefined;
  return new ArtdeskError({
    code: "aborted",
    shortMessage: `An earlier call for this asset is possibly billed (${unknown.model}, ${new Date(unknown.atMs).toISOString()}); it is not bought again.`,
    hint: desk.waysBack(unknown.id),
    billed: "unknown",
  });
}

function keptFolder(desk: AssetDesk, attemptId: string): string[] {
  try {
    return [desk.journal.keptIn(attemptId) ?? []].flat();
  } catch (error) {
    if (isArtdeskError(error)) return [];
    throw error;
  }
}

/** The images are paid for, but are not where they belong: says why, and where they are kept. */
export function undelivered(desk: AssetDesk, result: GenerateResult, error: unknown): ArtdeskError {
  const kept = result.receipt.attempts.flatMap((attempt) => keptFolder(desk, attempt.id));
  const reason = isArtdeskError(error) ? error.shortMessage : error instanceof Error ? error.message : String(error);
  const isKept = kept.length > 0;
  return new ArtdeskError({
    code: "unavailable",
    shortMessage: `${reason} The image is paid for ${isKept ? `and kept in ${kept.join(", ")}` : "but could not be kept either"}.`,
    hint: isKept
      ? "Make room or mend the folder, then run again: it is delivered without another call."
      : "Make room or mend the folder before you run again.",
    billed: "yes",
    cause: error,
  });
}

/** What a larger image and the smaller one that it was made from are together. */
export function withBase<Made extends Pick<LockEntry, "model" | "quality" | "costMicroUsd" | "requestIds">>(
  made: Made,
  base: JournalRecord | undefined,
): Made {
  if (!base) return made;
  const { model, quality, requestId } = base;
  return {
    ...made,
    model,
    quality,
    costMicroUsd: made.costMicroUsd + (base.costMicroUsd ?? 0),
    requestIds: [...(requestId === undefined ? [] : [requestId]), ...made.requestIds],
  };
}

/** The lock entry after some of an asset's images were made: earlier ones of the same fingerprint stay. */
export function mergeLock(state: AssetState, made: Omit<LockEntry, "id" | "fingerprint">): LockEntry {
  const { asset, fingerprint, lock } = state;
  const paths = outputPaths(asset);
  const isSameKind = lock !== undefined && drawsCards(lock.model) === drawsCards(made.model);
  const kept = isSameKind && lock.fingerprint === fingerprint ? lock : undefined;
  const outputs = paths.flatMap((path) => {
    const output = made.outputs.find((item) => item.path === path) ?? kept?.outputs.find((item) => item.path === path);
    return output ? [output] : [];
  });
  return {
    ...made,
    id: asset.id,
    fingerprint,
    outputs,
    costMicroUsd: made.costMicroUsd + (kept?.costMicroUsd ?? 0),
    requestIds: [...(kept?.requestIds ?? []), ...made.requestIds],
  };
}

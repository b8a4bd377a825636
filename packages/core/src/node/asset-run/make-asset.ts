import { formatOfPath, outputPaths } from "../../assets/asset-spec.ts";
import type { LockEntry } from "../../assets/lock-entry.ts";
import { drawsCards } from "../../catalogue/draws-cards.ts";
import { ArtdeskError, isArtdeskError } from "../../errors.ts";
import type { OnEvent } from "../../events.ts";
import type { PlannedRequest } from "../../generate.ts";
import { subjectInBooks } from "../../ledger/line.ts";
import { releaseHeld } from "../../ledger/release-held.ts";
import type { Reservation } from "../../ledger/types.ts";
import type { AbortSignalLike } from "../../ports.ts";
import type { GenerateResult } from "../../receipt.ts";
import type { JournalRecord } from "../file-journal.ts";
import type { AssetState } from "../status-listing.ts";
import type { AssetDesk } from "./asset-desk.ts";
import { toReportError } from "./asset-planning.ts";
import { failedAsset } from "./generate-outcome.ts";
import { serializeJournalNote } from "./journal-note.ts";
import type { GenerateAsset } from "./report.ts";

export interface MakeAssetTask {
  state: AssetState;
  /** Which of the asset's images to make, counted from 0. */
  positions: readonly number[];
  planned: PlannedRequest | undefined;
  /** The smaller image of an earlier run that is enlarged. */
  base?: JournalRecord | undefined;
  held: readonly Reservation[] | undefined;
  signal: AbortSignalLike | undefined;
  onEvent: OnEvent;
}

/** Makes one asset and writes its images and lock entry. Never throws: whatever happens is in the report. */
export async function makeAsset(desk: AssetDesk, task: MakeAssetTask): Promise<GenerateAsset> {
  const { asset } = task.state;
  const startedAtMs = desk.clock.nowMs();
  try {
    if (!task.planned) throw new TypeError("an asset without a plan");
    await refuseWhenUnknown(desk, asset.id, task.held);
    const result = await desk.artdesk.generatePlanned(task.planned, {
      subject: asset.id,
      note: serializeJournalNote({ fingerprint: task.state.fingerprint, positions: task.positions }),
      held: task.held,
      base: task.base?.attemptId,
      signal: task.signal,
      onEvent: task.onEvent,
    });
    const outcome = reportOf(task, result, Math.max(0, desk.clock.nowMs() - startedAtMs));
    if (result.images.length === 0) return outcome;
    try {
      await deliver(desk, task, result);
    } catch (error) {
      return { ...outcome, status: "failed", error: toReportError(undelivered(desk, result, error), asset) };
    }
    return { ...outcome, warnings: [...outcome.warnings, ...formatWarnings(task, result)] };
  } catch (error) {
    if (isArtdeskError(error)) return failedAsset(asset, error);
    const message = error instanceof Error ? error.message : String(error);
    return failedAsset(asset, new ArtdeskError({ code: "bad_response", shortMessage: message, cause: error }));
  }
}

/** With `onUnknown: stop`, an asset that may have been paid for already waits for a person. */
export async function refuseWhenUnknown(
  desk: AssetDesk,
  assetId: string,
  held: readonly Reservation[] = [],
): Promise<void> {
  if (desk.policy.onUnknown !== "stop") return;
  const open = await desk.artdesk.ledger.outstanding();
  const unknown = open.find((entry) => entry.state === "unknown" && entry.subject === subjectInBooks(assetId));
  if (!unknown) return;
  await releaseHeld(desk.artdesk.ledger, held);
  throw new ArtdeskError({
    code: "aborted",
    shortMessage: `An earlier call for this asset is possibly billed (${unknown.model}, ${new Date(unknown.atMs).toISOString()}); it is not bought again.`,
    hint: `Look at the provider's usage page, then run: artdesk budget reconcile ${unknown.id} --cost 0 (or what it cost).`,
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

async function deliver(desk: AssetDesk, task: MakeAssetTask, result: GenerateResult): Promise<void> {
  const { state } = task;
  const paths = outputPaths(state.asset);
  const written: { path: string; sha256: string }[] = [];
  for (const [index, image] of result.images.entries()) {
    const path = paths[task.positions[result.positions[index] ?? -1] ?? -1];
    if (path === undefined) continue;
    await desk.workspace.writeOutput(path, image.bytes);
    written.push({ path, sha256: image.sha256 });
  }
  const { receipt } = result;
  const { offer } = receipt;
  const made = {
    model: offer?.model ?? receipt.model ?? "",
    quality: offer?.quality ?? "",
    size: offer?.size ?? "",
    outputs: written,
    costMicroUsd: receipt.costMicroUsd,
    requestIds: receipt.requestIds,
  };
  await desk.workspace.writeLockEntry(mergeLock(state, withBase(made, task.base)));
  // The smaller image first: as long as it is there, it may be enlarged again.
  if (task.base) await desk.journal.remove(task.base.attemptId).catch(() => undefined);
  for (const attempt of receipt.attempts) {
    // A note that stays only makes the next run look at it: the lock entry says that it is delivered.
    await desk.journal.delivered(attempt.id).catch(() => undefined);
  }
}

/** Says of each file that it holds another format than its name promises: some models choose the format themselves. */
function formatWarnings(task: MakeAssetTask, result: GenerateResult): string[] {
  const { asset } = task.state;
  const paths = outputPaths(asset);
  const wrong = result.images.flatMap((image, index) => {
    const path = paths[task.positions[result.positions[index] ?? -1] ?? -1];
    return path === undefined || image.mediaType === `image/${formatOfPath(path)}` ? [] : [{ path, image }];
  });
  const [first] = wrong;
  if (!first) return [];
  const format = first.image.mediaType.replace("image/", "");
  const name = asset.output
    .slice(asset.output.lastIndexOf("/") + 1)
    .replace(/\.[^.]+$/, format === "jpeg" ? ".jpg" : `.${format}`);
  return [
    `${wrong.map(({ path }) => path).join(", ")} ${wrong.length === 1 ? "holds" : "hold"} ${format.toUpperCase()} data, whatever the name says: ${result.receipt.model ?? "the model"} chooses the format itself. Name it in the prompt file: \`output\` that ends in ${name} (it is then made again).`,
  ];
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

function reportOf(task: MakeAssetTask, result: GenerateResult, durationMs: number): GenerateAsset {
  const { asset } = task.state;
  const { receipt, error } = result;
  return {
    id: asset.id,
    file: asset.file,
    output: asset.output,
    outputs: outputPaths(asset),
    status: error ? "failed" : "generated",
    images: result.images.length,
    model: receipt.model,
    quality: receipt.offer?.quality,
    size: receipt.offer?.size,
    costMicroUsd: receipt.costMicroUsd,
    possiblyBilledMicroUsd: receipt.possiblyBilledMicroUsd,
    reasons: receipt.reasons,
    warnings: receipt.warnings,
    durationMs,
    purpose: asset.request.purpose,
    prompt: asset.request.prompt,
    tags: asset.request.tags ?? {},
    attempts: receipt.attempts,
    ...(receipt.verification === undefined ? {} : { verification: receipt.verification }),
    error: error && toReportError(error, asset),
  };
}

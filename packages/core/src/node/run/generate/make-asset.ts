import { formatOfPath, outputPaths } from "../../../assets/asset-spec.ts";
import { ArtdeskError, isArtdeskError } from "../../../basics/errors.ts";
import type { OnEvent } from "../../../basics/events.ts";
import type { AbortSignalLike } from "../../../basics/ports.ts";
import type { GenerateResult } from "../../../basics/receipt.ts";
import type { Reservation } from "../../../buy/ledger/ledger-types.ts";
import type { VerifiedPlan } from "../../../judge/verify/plan-verification.ts";
import type { JournalRecord } from "../../journal/file-journal.ts";
import type { AssetState } from "../../workspace/status-listing.ts";
import type { AssetDesk } from "../asset-desk.ts";
import { serializeJournalNote } from "../asset-note.ts";
import { toReportError } from "../asset-planning.ts";
import { deliverImages } from "../deliver-images.ts";
import { mergeLock, refuseWhenUnknown, undelivered, withBase } from "../delivery.ts";
import { failedAsset } from "../generate-outcome.ts";
import type { GenerateAsset } from "../report.ts";

export interface MakeAssetTask {
  state: AssetState;
  /** Which of the asset's images to make, counted from 0. */
  positions: readonly number[];
  planned: VerifiedPlan | undefined;
  /** The smaller image of an earlier run that is enlarged. */
  base?: JournalRecord | undefined;
  held: readonly Reservation[] | undefined;
  signal: AbortSignalLike | undefined;
  stop: AbortSignalLike | undefined;
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
      stop: task.stop,
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

async function deliver(desk: AssetDesk, task: MakeAssetTask, result: GenerateResult): Promise<void> {
  const { state } = task;
  const { receipt } = result;
  const images = result.images.map(({ bytes, sha256 }, index) => ({
    position: task.positions[result.positions[index] ?? -1],
    bytes,
    sha256,
  }));
  const written = await deliverImages(desk, state.asset, receipt.offer?.model, images);
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

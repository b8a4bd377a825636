import { ArtdeskError, isArtdeskError } from "../../basics/errors.ts";
import type { Reservation } from "../../buy/ledger/ledger-types.ts";
import { monthOf } from "../../buy/ledger/months.ts";
import { findModel } from "../../models/rows/find-model.ts";
import { createFileLedgerMemory } from "../workspace/file-ledger-memory.ts";
import { sha256Hex } from "../workspace/asset-listing.ts";
import { acquireWorkspaceLock } from "../workspace/workspace-lock.ts";
import { type AssetDesk, type AssetDeskOptions, openAssetDesk } from "./asset-desk.ts";
import { listStates } from "./list-states.ts";

/** What `artdesk budget rebuild` has booked. */
export interface RebuildReport {
  /** `YYYY-MM` in UTC: the month that it counts in. */
  month: string;
  /** Money that now counts as spent, and from how many images it comes; 0 images for a sum that was stated. */
  costMicroUsd: number;
  images: number;
  /** Assets whose cost was counted. */
  assets: readonly string[];
}

export interface RebuildOptions extends AssetDeskOptions {
  /** What was spent this month by the providers' statements, in place of what the lock entries say. */
  spentMicroUsd?: number | undefined;
}

/**
 * Starts new books for a workspace whose ledger is gone. Lock entries have no dates, so the cost of every image that is
 * there counts in this month: rather too much than too little. Repeating it changes nothing.
 * Throws `invalid_request` when the ledger is where it always was.
 */
export async function rebuildLedger(options: RebuildOptions): Promise<RebuildReport> {
  await requireMissing(options);
  const desk = await openAssetDesk({ ...options, renewLedger: true });
  try {
    const lock = await acquireWorkspaceLock({
      root: desk.workspace.root,
      run: desk.run,
      waitMs: 0,
      command: "artdesk budget rebuild",
    });
    try {
      return await book(desk, options.spentMicroUsd);
    } finally {
      await lock.release();
    }
  } finally {
    await desk.close();
  }
}

/** Books that are there would count twice. */
async function requireMissing(options: RebuildOptions): Promise<void> {
  const desk = await openAssetDesk({ ...options, readOnly: true });
  try {
    const entries = await desk.artdesk.ledger.entries();
    const isRemembered = (await createFileLedgerMemory(desk.workspace.root).read()) !== undefined;
    if (entries.length === 0 && !isRemembered) return;
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: "The ledger is where it always was: there is nothing to rebuild.",
      hint: "See `artdesk budget`.",
    });
  } catch (error) {
    if (isArtdeskError(error) && error.code === "unavailable") return;
    throw error;
  } finally {
    await desk.close();
  }
}

async function book(desk: AssetDesk, spentMicroUsd: number | undefined): Promise<RebuildReport> {
  const month = monthOf(Math.floor(desk.clock.nowMs()));
  // Also the ledger that takes the place of the one that is gone may know some of these calls.
  const entries = await desk.artdesk.ledger.entries(month);
  const known = new Set(entries.flatMap(({ requestId }) => requestId ?? []));
  const found = spentMicroUsd === undefined ? await linesOfLocks(desk) : [statedLine(spentMicroUsd)];
  const lines = found.filter(({ requestIds }) => !requestIds.some((id) => known.has(id)));
  // Also where nothing is to be counted the new ledger is to be remembered.
  for (const line of lines.length > 0 ? lines : [statedLine(0)]) await bookLine(desk, month, line);
  return {
    month,
    costMicroUsd: lines.reduce((sum, line) => sum + line.costMicroUsd, 0),
    images: lines.reduce((sum, line) => sum + line.images, 0),
    assets: lines.flatMap(({ images, subject }) => (images > 0 ? [subject] : [])),
  };
}

async function bookLine(desk: AssetDesk, month: string, line: RebuiltLine): Promise<void> {
  const { requestIds, costMicroUsd, ...wish } = line;
  const atMs = Math.floor(desk.clock.nowMs());
  const reservation: Reservation = {
    ...wish,
    id: `rebuilt-${month}-${sha256Hex(`${line.subject} ${requestIds.join(" ")}`).slice(0, 16)}`,
    amountMicroUsd: costMicroUsd,
    state: "held",
    month,
    run: desk.run,
    createdAtMs: atMs,
    expiresAtMs: atMs,
    reason: undefined,
  };
  // Settling books in full whatever the limits say: this money is spent.
  await desk.artdesk.ledger.settle(reservation, {
    costMicroUsd,
    tableMicroUsd: costMicroUsd,
    images: line.images,
    usage: undefined,
    requestId: requestIds[0],
    outcome: "delivered",
    reason: "rebuilt",
    durationMs: 0,
  });
}

interface RebuiltLine extends Pick<
  Reservation,
  "provider" | "model" | "quality" | "size" | "images" | "tags" | "subject"
> {
  costMicroUsd: number;
  requestIds: readonly string[];
}

async function linesOfLocks(desk: AssetDesk): Promise<RebuiltLine[]> {
  const { assets } = await listStates(desk);
  return assets.flatMap(({ asset, lock }): RebuiltLine[] => {
    if (!lock || lock.costMicroUsd === 0) return [];
    const { model, quality, size, costMicroUsd, requestIds } = lock;
    return [
      {
        provider: findModel(desk.catalogue.rows, model)?.row.provider ?? "",
        model,
        quality,
        size,
        costMicroUsd,
        requestIds,
        images: lock.outputs.length,
        tags: asset.request.tags ?? {},
        subject: asset.id,
      },
    ];
  });
}

function statedLine(costMicroUsd: number): RebuiltLine {
  const nothing = { provider: "", model: "", quality: "", size: "", images: 0, tags: {} };
  return { ...nothing, costMicroUsd, requestIds: [], subject: "stated by hand" };
}

import { outputPaths } from "../../../assets/asset-spec.ts";
import type { ChainStep } from "../../../assets/chain/draft-chain.ts";
import type { LockEntry } from "../../../assets/lock/lock-entry.ts";
import { ArtdeskError, isArtdeskError } from "../../../basics/errors.ts";
import type { AbortSignalLike, JournalImage } from "../../../basics/ports.ts";
import type { ReservationState, Settlement } from "../../../buy/ledger/ledger-types.ts";
import { monthOf, shiftMonth } from "../../../buy/ledger/months.ts";
import type { JournalRecord } from "../../journal/file-journal.ts";
import type { AssetState } from "../../workspace/status-listing.ts";
import type { AssetDesk } from "../asset-desk.ts";
import { type JournalNote, parseJournalNote } from "../asset-note.ts";
import { chainCostWith, deliverDrafts, recordFinal } from "../chain-files.ts";
import { deliverImages } from "../deliver-images.ts";
import { mergeLock, withBase } from "../delivery.ts";
import { bookMissing } from "./book-missing.ts";
import { collectRecords } from "./collect-records.ts";
import { describeCutOff, describeOtherCutOffs } from "./cut-off-calls.ts";
import { removeLeftovers } from "./remove-leftovers.ts";

/** What an earlier run left behind, and what became of it. */
export interface Recovery {
  /** Assets whose paid images were delivered now. */
  finished: readonly string[];
  /** Assets whose paid images still wait in the journal, and why: nothing may be bought for them. */
  undelivered: ReadonlyMap<string, ArtdeskError>;
  /** Calls of batches that the providers still have. */
  underWay: readonly JournalRecord[];
  warnings: readonly string[];
}

/** What recovery knows of the workspace. */
interface Known {
  states: Map<string, AssetState>;
  /** Some files could not be read: an asset that is not in `states` may still exist. */
  incomplete: boolean;
}

/**
 * Ends what dead runs left: jobs that a provider works on are collected, received images are settled and delivered, money that was only held is freed, calls whose
 * answer never came are marked possibly billed. Needs the workspace lock: only then is every other run surely dead.
 */
export async function recoverAssets(
  desk: AssetDesk,
  earlierRuns: readonly string[],
  signal?: AbortSignalLike,
): Promise<Recovery> {
  const all = async (): Promise<JournalRecord[]> =>
    (await desk.journal.pending()).filter((record) => record.run !== desk.run);
  const underWay = (await all()).filter(isInBatch);
  const underWayIds = new Set(underWay.map(({ attemptId }) => attemptId));
  const left = async (): Promise<JournalRecord[]> => (await all()).filter((record) => !isInBatch(record));
  const jobs = await collectRecords(desk, await left(), signal);
  const records = await left();
  const runs = new Set([...earlierRuns, ...records.map((record) => record.run)]);
  const finished: string[] = [];
  const undelivered = new Map<string, ArtdeskError>();
  const warnings: string[] = [];
  if (runs.size === 0) return { finished, undelivered, underWay, warnings };
  for (const run of runs) {
    const received = records.filter((record) => record.run === run && record.state === "received");
    await desk.artdesk.ledger.recover(
      run,
      Object.fromEntries(received.map((record) => [record.attemptId, settlementOf(record)])),
      underWayIds,
    );
    await bookMissing(desk, received, settlementOf);
  }
  for (const [attemptId, end] of jobs) if (end.kind === "free") await desk.artdesk.ledger.reconcile(attemptId, 0);
  const noted = new Set([...underWayIds, ...records.map(({ attemptId }) => attemptId)]);
  warnings.push(...(await describeOtherCutOffs(desk, runs, noted)));
  const listing = await desk.workspace.listStatuses();
  const known: Known = {
    states: new Map(listing.assets.map((state) => [state.asset.id, state])),
    incomplete: listing.problems.length > 0,
  };
  await removeLeftovers(
    desk.workspace,
    listing.assets.map(({ asset }) => asset),
  );
  for (const record of records) {
    const job = jobs.get(record.attemptId);
    if (job?.kind === "open") {
      undelivered.set(record.subject, job.error);
      warnings.push(`${record.subject}: ${job.error.shortMessage}`);
      continue;
    }
    if (job?.kind === "lost") warnings.push(`${record.subject}: ${job.error.shortMessage}`);
    if (job?.kind === "free")
      warnings.push(`${record.subject}: ${job.error.shortMessage.replace(/\.?$/, ".")} Nothing was billed.`);
    if (record.state !== "received") {
      if (await mayBeBilled(desk, record)) {
        warnings.push(describeCutOff(desk, { ...record, id: record.attemptId }));
      }
      await desk.journal.remove(record.attemptId);
      continue;
    }
    try {
      const base = records.find(({ attemptId }) => attemptId === record.base);
      const outcome = await deliverRecord(desk, record, base, known);
      if (outcome === "base") continue;
      if (outcome === "changed") {
        const kept = await desk.journal.setAside(record.attemptId);
        warnings.push(
          `${record.subject}: its prompt changed after a run that was cut off; the paid images are kept in ${kept}.`,
        );
        continue;
      }
      if (outcome === "delivered") finished.push(record.subject);
      if (base) await desk.journal.remove(base.attemptId);
      await desk.journal.remove(record.attemptId);
    } catch (error) {
      if (!isArtdeskError(error)) throw error;
      const failure = waiting(desk, record, error);
      undelivered.set(record.subject, failure);
      warnings.push(`${record.subject}: ${failure.shortMessage}`);
    }
  }
  return { finished: [...new Set(finished)], undelivered, underWay, warnings };
}

/** Made by a batch that is not collected yet. */
function isInBatch({ batch, state }: JournalRecord): boolean {
  return batch !== undefined && state !== "received";
}

function settlementOf(record: JournalRecord): Settlement {
  return {
    costMicroUsd: record.costMicroUsd ?? record.worstCaseMicroUsd,
    tableMicroUsd: record.costMicroUsd ?? record.worstCaseMicroUsd,
    images: record.images.length,
    usage: undefined,
    requestId: record.requestId,
    outcome: "resumed",
    reason: "recovered",
    durationMs: 0,
  };
}

/** The books know whether the call had begun: a run may end between its note and its first byte. */
async function mayBeBilled(desk: AssetDesk, record: JournalRecord): Promise<boolean> {
  const state = await ledgerStateOf(desk, record);
  return state === undefined || state === "unknown" || state === "in_flight";
}

async function ledgerStateOf(desk: AssetDesk, record: JournalRecord): Promise<ReservationState | undefined> {
  const month = monthOf(record.startedAtMs);
  // The month is the reservation's, which was made earlier; by a clock that was set back, even in a later month.
  for (const charged of [month, shiftMonth(month, -1), shiftMonth(month, 1)]) {
    const entries = await desk.artdesk.ledger.entries(charged);
    const entry = entries.find(({ id }) => id === record.attemptId);
    if (entry) return entry.state;
  }
  return undefined;
}

function waiting(desk: AssetDesk, record: JournalRecord, error: ArtdeskError): ArtdeskError {
  const kept = desk.journal.keptIn(record.attemptId);
  return new ArtdeskError({
    code: "unavailable",
    shortMessage: `${error.shortMessage} The image of an earlier run is paid for and kept in ${kept ?? "the journal"}.`,
    hint: error.hint ?? "Mend the folder, then run again: it is delivered without another call.",
    billed: "yes",
    cause: error,
  });
}

/**
 * `known` when an earlier run had delivered it already, `changed` when nothing asks for these images any more, `base`
 * when it waits to be enlarged.
 */
async function deliverRecord(
  desk: AssetDesk,
  record: JournalRecord,
  base: JournalRecord | undefined,
  known: Known,
): Promise<"delivered" | "known" | "changed" | "base"> {
  const state = known.states.get(record.subject);
  const note = parseJournalNote(record.note);
  if (note?.chain && note.chain.kind !== "final") return deliverDraftRecord(desk, record, note, note.chain);
  if (!state && known.incomplete) {
    throw new ArtdeskError({
      code: "unavailable",
      shortMessage: `${record.subject} cannot be delivered while files of this workspace have mistakes.`,
      hint: "Mend the mistakes that are listed, then run again: it is delivered without another call.",
    });
  }
  if (!state || !note || note.fingerprint !== state.fingerprint) {
    // The final is kept elsewhere, and its price stays part of the chain.
    if (note?.chain) await recordFinal(desk, record.subject, finalStep(record, note, note.chain, []));
    return "changed";
  }
  if (record.enlarge) return "base";
  const paths = outputPaths(state.asset);
  const images: { path: string; position: number; image: JournalImage }[] = [];
  for (const image of await record.readImages()) {
    const position = note.positions[record.positions[image.index] ?? -1] ?? -1;
    const path = paths[position];
    if (path === undefined) return "changed";
    images.push({ path, position, image });
  }
  const outputs = images.map(({ path, image }) => ({ path, sha256: image.sha256 }));
  const step = note.chain && finalStep(record, note, note.chain, outputs);
  if (state.lock?.fingerprint === note.fingerprint && isInLock(state.lock, record, outputs)) {
    if (step) await recordFinal(desk, record.subject, step);
    return "known";
  }
  const delivered = await deliverImages(
    desk,
    state.asset,
    record.model,
    images.map(({ position, image }) => ({ position, bytes: image.bytes, sha256: image.sha256 })),
  );
  const { attemptIds: _, ...bought } = purchaseOf(record);
  const lock = mergeLock(state, {
    ...withBase(bought, base),
    outputs: delivered,
    ...(step && { parent: step.parent, chainCostMicroUsd: chainCostWith(desk, record.subject, step) }),
  });
  await desk.workspace.writeLockEntry(lock);
  if (step) await recordFinal(desk, record.subject, step);
  known.states.set(record.subject, { ...state, lock });
  return "delivered";
}

/** A draft belongs to its asset whatever became of the prompt since: what changed is said when it is used. */
async function deliverDraftRecord(
  desk: AssetDesk,
  record: JournalRecord,
  note: JournalNote,
  chain: NonNullable<JournalNote["chain"]>,
): Promise<"delivered" | "known"> {
  const step = { ...chain, ...purchaseOf(record), fingerprint: note.fingerprint };
  return (await deliverDrafts(desk, record.subject, step, await record.readImages())) ? "delivered" : "known";
}

function finalStep(
  record: JournalRecord,
  note: JournalNote,
  chain: NonNullable<JournalNote["chain"]>,
  outputs: ChainStep["outputs"],
): ChainStep {
  return { ...chain, ...purchaseOf(record), fingerprint: note.fingerprint, outputs };
}

function purchaseOf(record: JournalRecord): Omit<ChainStep, "kind" | "fingerprint" | "outputs"> {
  return {
    model: record.model,
    quality: record.quality,
    size: record.size,
    costMicroUsd: record.costMicroUsd ?? 0,
    requestIds: record.requestId === undefined ? [] : [record.requestId],
    attemptIds: [record.attemptId],
  };
}

/** The run ended between writing the lock entry and forgetting the attempt: its files may have been edited since. */
function isInLock(lock: LockEntry, record: JournalRecord, outputs: LockEntry["outputs"]): boolean {
  if (record.requestId !== undefined) return lock.requestIds.includes(record.requestId);
  return outputs.every((output) =>
    lock.outputs.some((made) => made.path === output.path && (made.master ?? made.sha256) === output.sha256),
  );
}

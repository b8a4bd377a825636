import { outputPaths } from "../../assets/asset-spec.ts";
import type { Settlement } from "../../ledger/types.ts";
import type { JournalRecord } from "../file-journal.ts";
import type { AssetState } from "../status-listing.ts";
import type { AssetDesk } from "./asset-desk.ts";
import { parseJournalNote } from "./journal-note.ts";
import { mergeLock } from "./make-asset.ts";

/** What an earlier run left behind, and what became of it. */
export interface Recovery {
  /** Assets whose paid images were delivered now. */
  finished: readonly string[];
  warnings: readonly string[];
}

/**
 * Ends what dead runs left: received images are settled and delivered, money that was only held is freed, calls whose
 * answer never came are marked possibly billed. Needs the workspace lock: only then is every other run surely dead.
 */
export async function recoverAssets(desk: AssetDesk, previousRun: string | undefined): Promise<Recovery> {
  const records = (await desk.journal.pending()).filter((record) => record.run !== desk.run);
  const runs = new Set([...records.map((record) => record.run), ...(previousRun === undefined ? [] : [previousRun])]);
  if (runs.size === 0) return { finished: [], warnings: [] };
  for (const run of runs) {
    const received = records.filter((record) => record.run === run && record.state === "received");
    await desk.artdesk.ledger.recover(
      run,
      Object.fromEntries(received.map((record) => [record.attemptId, settlementOf(record)])),
    );
  }
  const finished: string[] = [];
  const warnings: string[] = [];
  const states = new Map<string, AssetState>();
  for (const state of (await desk.workspace.listStatuses()).assets) states.set(state.asset.id, state);
  for (const record of records) {
    if (record.state !== "received") {
      warnings.push(
        `${record.subject}: a call to ${record.model} was cut off; it is possibly billed. Compare with the provider's usage page, then run: artdesk budget reconcile ${record.attemptId}`,
      );
    } else if (await deliverRecord(desk, record, states)) {
      finished.push(record.subject);
    } else {
      const kept = await desk.journal.setAside(record.attemptId);
      warnings.push(
        `${record.subject}: its prompt changed after a run that was cut off; the paid images are kept in ${kept}.`,
      );
      continue;
    }
    await desk.journal.remove(record.attemptId);
  }
  return { finished: [...new Set(finished)], warnings };
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

async function deliverRecord(
  desk: AssetDesk,
  record: JournalRecord,
  states: Map<string, AssetState>,
): Promise<boolean> {
  const state = states.get(record.subject);
  const note = parseJournalNote(record.note);
  if (!state || !note || note.fingerprint !== state.fingerprint) return false;
  const paths = outputPaths(state.asset);
  const outputs: { path: string; sha256: string }[] = [];
  for (const image of await record.readImages()) {
    const path = paths[note.positions[record.positions[image.index] ?? -1] ?? -1];
    if (path === undefined) return false;
    await desk.workspace.writeOutput(path, image.bytes);
    outputs.push({ path, sha256: image.sha256 });
  }
  const lock = mergeLock(state, {
    model: record.model,
    quality: record.quality,
    size: record.size,
    outputs,
    costMicroUsd: record.costMicroUsd ?? 0,
    requestIds: record.requestId === undefined ? [] : [record.requestId],
  });
  await desk.workspace.writeLockEntry(lock);
  states.set(record.subject, { ...state, lock });
  return true;
}

import type { ScopeBalance } from "../../../basics/budget.ts";
import type { AbortSignalLike } from "../../../basics/ports.ts";
import { batchOutcomes, settlementOf } from "../../../buy/batch/batch-outcomes.ts";
import { batchDiscountOf } from "../../../buy/batch/batch-terms.ts";
import type { LedgerEntry, Reservation, Settlement } from "../../../buy/ledger/ledger-types.ts";
import { notMade } from "../../../buy/ledger/release-held.ts";
import type { BatchState } from "../../../models/batch-services/batch-service.ts";
import type { JournalRecord } from "../../journal/file-journal.ts";
import { nodeCodec } from "../../platform/node-codec.ts";
import { acquireWorkspaceLock } from "../../workspace/workspace-lock.ts";
import { rowOf } from "../asset-batch-terms.ts";
import type { AssetDesk } from "../asset-desk.ts";
import { budgetOf, toReportError } from "../asset-planning.ts";
import { recoverAssets } from "../recover/recover-assets.ts";
import type { ReportError } from "../report.ts";

/** The answer of `artdesk collect`. */
export interface CollectReport {
  /** Assets whose images are in place now. */
  collected: readonly string[];
  /** Assets of which a call brought no image; what it cost is in the books. */
  failed: readonly { id: string; error: ReportError }[];
  /** Batches that still run. */
  waiting: readonly { batch: string; provider: string; model: string; assets: readonly string[]; state: string }[];
  costMicroUsd: number;
  budget: readonly ScopeBalance[];
  warnings: readonly string[];
}

export interface CollectOptions {
  /** How long to wait for another run on this workspace. @default 600_000 */
  lockWaitMs?: number | undefined;
  stop?: AbortSignalLike | undefined;
}

/**
 * Fetches what batches have made: images are kept on disk, then booked, then delivered, as of any other call. What a
 * batch did not make costs nothing and is free to be made again. Batches that still run stay as they are.
 */
export async function collectBatches(desk: AssetDesk, options: CollectOptions = {}): Promise<CollectReport> {
  const lock = await acquireWorkspaceLock({
    root: desk.workspace.root,
    run: desk.run,
    waitMs: options.lockWaitMs ?? 600_000,
    command: "artdesk collect",
    onWait: () => undefined,
    signal: options.stop,
  });
  let unfinished = true;
  try {
    const before = await recoverAssets(desk, lock.earlierRuns);
    if (lock.earlierRuns.length > 0) await lock.forgetEarlierRuns();
    const failed: { id: string; error: ReportError }[] = [];
    const waiting: CollectReport["waiting"][number][] = [];
    let costMicroUsd = 0;
    const received = new Set<string>();
    for (const records of batchesOf(before.underWay)) {
      const outcome = await collectBatch(desk, records);
      costMicroUsd += outcome.costMicroUsd;
      failed.push(...outcome.failed);
      for (const id of outcome.received) received.add(id);
      if (outcome.waiting) waiting.push(outcome.waiting);
    }
    const after = await recoverAssets(desk, []);
    const report: CollectReport = {
      collected: [...new Set([...before.finished, ...after.finished])],
      failed: [...failed, ...[...after.undelivered].map(([id, error]) => ({ id, error: toReportError(error) }))],
      waiting,
      costMicroUsd,
      budget: await budgetOf(desk),
      warnings: [...before.warnings, ...after.warnings],
    };
    unfinished = false;
    return report;
  } finally {
    await lock.release({ unfinished });
  }
}

function batchesOf(records: readonly JournalRecord[]): JournalRecord[][] {
  const batches = new Map<string, JournalRecord[]>();
  for (const record of records) batches.set(record.batch ?? "", [...(batches.get(record.batch ?? "") ?? []), record]);
  return [...batches.values()];
}

interface BatchOutcome {
  received: readonly string[];
  failed: readonly { id: string; error: ReportError }[];
  waiting: CollectReport["waiting"][number] | undefined;
  costMicroUsd: number;
}

async function collectBatch(desk: AssetDesk, records: readonly JournalRecord[]): Promise<BatchOutcome> {
  const [first] = records;
  if (!first) throw new RangeError("a batch without records");
  const { provider, model } = first;
  const nothing = { received: [], failed: [], costMicroUsd: 0 };
  const stillThere = (batch: string, state: string): BatchOutcome => ({
    ...nothing,
    waiting: { batch, provider, model, assets: [...new Set(records.map(({ subject }) => subject))], state },
  });
  const client = desk.openBatches(provider);
  const known = records.find(({ requestId }) => requestId !== undefined)?.requestId;
  const id = known ?? (await client.find(first.batch ?? ""));
  if (id === undefined) {
    // The run ended before the batch was handed in: nothing was bought.
    for (const record of records) await endWithoutImage(desk, record, notMade("not handed in"));
    return { ...nothing, waiting: undefined };
  }
  if (known === undefined) for (const record of records) await desk.journal.submitted(record.attemptId, id);
  const state = await client.look(id);
  if (state.kind === "running") return stillThere(id, state.detail);
  return takeResults(desk, records, state);
}

async function takeResults(
  desk: AssetDesk,
  records: readonly JournalRecord[],
  { results }: Extract<BatchState, { kind: "ended" }>,
): Promise<BatchOutcome> {
  const own = desk.workspace.config.terms.batchDiscounts;
  const discountOf = ({ model }: JournalRecord): number => {
    const row = rowOf(desk, model);
    return row ? batchDiscountOf(row, own) : 0;
  };
  const received: string[] = [];
  const failed: { id: string; error: ReportError }[] = [];
  let costMicroUsd = 0;
  for await (const outcome of batchOutcomes(records, results, {
    catalogue: desk.catalogue,
    codec: nodeCodec,
    discountOf,
    missingHint: "It was not billed: run artdesk generate again.",
  })) {
    const { record, reply, error } = outcome;
    costMicroUsd += outcome.costMicroUsd;
    if (outcome.extras) {
      const extras = outcome.extras.map(({ bytes, mediaType, sha256 }, index) => ({ index, bytes, mediaType, sha256 }));
      await desk.journal.keepExtras?.(record.attemptId, extras);
    }
    if (reply) {
      const images = reply.images.map(({ bytes, mediaType, sha256 }, index) => ({ index, bytes, mediaType, sha256 }));
      await desk.journal.keep(record.attemptId, images, outcome.costMicroUsd, reply.requestId);
      received.push(record.attemptId);
    } else {
      await endWithoutImage(desk, record, settlementOf(outcome));
    }
    if (error) failed.push({ id: record.subject, error: toReportError(error) });
  }
  return { received, failed, waiting: undefined, costMicroUsd };
}

async function endWithoutImage(desk: AssetDesk, record: JournalRecord, settlement: Settlement): Promise<void> {
  const { ledger } = desk.artdesk;
  const entry = (await ledger.outstanding()).find(({ id }) => id === record.attemptId);
  if (entry) {
    const reservation = reservationOf(entry);
    await (settlement.costMicroUsd > 0
      ? ledger.settle(reservation, settlement)
      : ledger.release(reservation, settlement));
  }
  await desk.journal.remove(record.attemptId);
}

function reservationOf({ microUsd, atMs, ...entry }: LedgerEntry): Reservation {
  return { ...entry, amountMicroUsd: microUsd, createdAtMs: atMs, expiresAtMs: atMs, reason: undefined };
}

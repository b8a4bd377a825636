import { costFromUsage, discountedMicroUsd } from "../../cost.ts";
import { ArtdeskError, isArtdeskError } from "../../errors.ts";
import type { LedgerEntry, Reservation, Settlement } from "../../ledger/types.ts";
import type { AbortSignalLike } from "../../ports.ts";
import type { ProviderReply } from "../../provider.ts";
import { parseRequest } from "../../request.ts";
import type { ScopeBalance } from "../../budget.ts";
import type { AssetDesk } from "../asset-run/asset-desk.ts";
import { budgetOf, toReportError } from "../asset-run/asset-planning.ts";
import { recoverAssets } from "../asset-run/recover-assets.ts";
import type { ReportError } from "../asset-run/report.ts";
import type { JournalRecord } from "../file-journal.ts";
import { nodeCodec } from "../node-codec.ts";
import { acquireWorkspaceLock } from "../workspace-lock.ts";
import type { BatchClient, BatchLineResult } from "./batch-client.ts";
import { batchDiscount, rowOf } from "./batch-terms.ts";

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
  const client = await desk.openBatches(provider);
  const known = records.find(({ requestId }) => requestId !== undefined)?.requestId;
  const id = known ?? (await client.find(first.batch ?? ""));
  if (id === undefined) {
    // The run ended before the batch was handed in: nothing was bought.
    for (const record of records) await endUnbilled(desk, record, "not handed in");
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
  { results }: Extract<Awaited<ReturnType<BatchClient["look"]>>, { kind: "ended" }>,
): Promise<BatchOutcome> {
  const left = new Map(records.map((record) => [record.attemptId, record]));
  const received: string[] = [];
  const failed: { id: string; error: ReportError }[] = [];
  let costMicroUsd = 0;
  const fail = (record: JournalRecord, error: ArtdeskError): void => {
    failed.push({ id: record.subject, error: toReportError(error) });
  };
  for await (const line of results) {
    const record = left.get(line.id);
    if (!record) continue;
    left.delete(line.id);
    const outcome = await readLine(desk, record, line);
    const costOf = (usage: ProviderReply["usage"]): number => lineCost(desk, record, usage);
    if (isArtdeskError(outcome)) {
      const cost = outcome.billed === "no" ? 0 : costOf(outcome.usage);
      costMicroUsd += cost;
      await endWithoutImage(desk, record, outcome, cost);
      fail(record, outcome);
      continue;
    }
    const cost = costOf(outcome.usage);
    costMicroUsd += cost;
    const images = outcome.images.map(({ bytes, mediaType, sha256 }, index) => ({ index, bytes, mediaType, sha256 }));
    await desk.journal.keep(record.attemptId, images, cost, outcome.requestId);
    received.push(record.attemptId);
    if (outcome.problem) fail(record, outcome.problem);
  }
  for (const record of left.values()) {
    await endUnbilled(desk, record, "not in the batch's results");
    fail(
      record,
      new ArtdeskError({
        code: "unavailable",
        shortMessage: `The batch ended without ${record.subject}.`,
        hint: "It was not billed: run artdesk generate again.",
      }),
    );
  }
  return { received, failed, waiting: undefined, costMicroUsd };
}

/** Reads a line as the provider's reply to the same call. */
async function readLine(
  desk: AssetDesk,
  record: JournalRecord,
  line: BatchLineResult,
): Promise<ProviderReply | ArtdeskError> {
  const provider = desk.catalogue.providers.get(record.provider);
  const row = rowOf(desk, record.model);
  if (provider?.kind !== "http" || !row) throw new TypeError(`no provider for ${record.model}`);
  const { model, quality, size, positions } = record;
  const [widthPx = 0, heightPx = 0] = size.split("x").map(Number);
  const call = {
    request: parseRequest({ prompt: record.subject, count: positions.length }),
    offer: {
      provider: provider.id,
      model,
      quality,
      size,
      widthPx,
      heightPx,
      aspect: undefined,
      resolution: undefined,
      tier: "unrated" as const,
      count: positions.length,
      estimateMicroUsd: 0,
      worstCaseMicroUsd: record.worstCaseMicroUsd,
      latencyMs: 0,
      reasons: [],
    },
    row,
    count: positions.length,
  };
  const response = { status: line.status, headers: line.headers, body: bodyOf(line.body) };
  try {
    if (line.status < 200 || line.status > 299) return await provider.readError(response, call);
    return await provider.read(response, call, nodeCodec);
  } catch (error) {
    if (isArtdeskError(error)) return error;
    throw error;
  }
}

async function* bodyOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** By the tokens of the line; where it states none, the whole of what was set aside. */
function lineCost(desk: AssetDesk, record: JournalRecord, usage: ProviderReply["usage"]): number {
  const row = rowOf(desk, record.model);
  const fullMicroUsd = row && usage && costFromUsage(row, usage);
  return fullMicroUsd === undefined
    ? record.worstCaseMicroUsd
    : discountedMicroUsd(fullMicroUsd, row ? batchDiscount(desk, row) : 0);
}

function endUnbilled(desk: AssetDesk, record: JournalRecord, reason: string): Promise<void> {
  return endWithoutImage(desk, record, new ArtdeskError({ code: "unavailable", shortMessage: reason }), 0);
}

async function endWithoutImage(
  desk: AssetDesk,
  record: JournalRecord,
  error: ArtdeskError,
  costMicroUsd: number,
): Promise<void> {
  const settlement: Settlement = {
    costMicroUsd,
    tableMicroUsd: costMicroUsd,
    images: 0,
    usage: error.usage,
    requestId: error.requestId,
    outcome: error.code === "content_refused" ? "refused" : "failed",
    reason: error.code,
    durationMs: 0,
  };
  const { ledger } = desk.artdesk;
  const entry = (await ledger.outstanding()).find(({ id }) => id === record.attemptId);
  if (entry) {
    const reservation = reservationOf(entry);
    await (costMicroUsd > 0 ? ledger.settle(reservation, settlement) : ledger.release(reservation, settlement));
  }
  await desk.journal.remove(record.attemptId);
}

function reservationOf({ microUsd, atMs, ...entry }: LedgerEntry): Reservation {
  return { ...entry, amountMicroUsd: microUsd, createdAtMs: atMs, expiresAtMs: atMs, reason: undefined };
}

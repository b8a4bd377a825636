import { ArtdeskError, isArtdeskError } from "../../basics/errors.ts";
import type { Codec, JournalEntry } from "../../basics/ports.ts";
import type { Attempt } from "../../basics/receipt.ts";
import { parseRequest } from "../../decide/request/request.ts";
import type { HttpProvider, ProviderCall, ProviderReply } from "../../models/adapter/provider.ts";
import type { BatchLineResult } from "../../models/batch-services/batch-service.ts";
import type { Catalogue } from "../../models/catalogue/catalogue.ts";
import { claimedMicroUsd } from "../../models/rows/booked-cost.ts";
import { discountedMicroUsd } from "../../models/rows/cost.ts";
import { pricedCall } from "../../models/rows/priced-call.ts";
import { findModel } from "../../models/rows/find-model.ts";
import type { Settlement } from "../ledger/ledger-types.ts";

/** What has to be known of a call to read what came of it. */
export type BatchRecord = Pick<
  JournalEntry,
  "attemptId" | "subject" | "positions" | "provider" | "model" | "quality" | "size" | "worstCaseMicroUsd"
>;

/** What came of one call of a batch. */
export interface BatchOutcome<T extends BatchRecord> {
  record: T;
  /** Undefined when no image came. */
  reply: ProviderReply | undefined;
  /** What came besides the images asked for, such as drafts: paid for all the same. */
  extras?: ProviderReply["extras"];
  /** Why images are missing. */
  error: ArtdeskError | undefined;
  /** What it cost, micro-USD; 0 for what was not billed. */
  costMicroUsd: number;
}

export interface OutcomeOptions<T> {
  catalogue: Catalogue;
  codec: Codec;
  /** Percent off for this call. */
  discountOf: (record: T) => number;
  /** What to do about a call that the results do not name. */
  missingHint: string;
}

/**
 * Reads the results of an ended batch one by one, then tells of the calls that they do not name: those were not made and
 * not billed.
 */
export async function* batchOutcomes<T extends BatchRecord>(
  records: readonly T[],
  results: AsyncIterable<BatchLineResult>,
  options: OutcomeOptions<T>,
): AsyncGenerator<BatchOutcome<T>> {
  const left = new Map(records.map((record) => [record.attemptId, record]));
  for await (const line of results) {
    const record = left.get(line.id);
    if (!record) continue;
    left.delete(line.id);
    yield await outcomeOf(record, line, options);
  }
  for (const record of left.values()) {
    const error = new ArtdeskError({
      code: "unavailable",
      shortMessage: `The batch ended without ${record.subject}.`,
      hint: options.missingHint,
      provider: record.provider,
      model: record.model,
    });
    yield { record, reply: undefined, error, costMicroUsd: 0 };
  }
}

/** How an outcome is booked. */
export function settlementOf({ reply, error, costMicroUsd }: BatchOutcome<BatchRecord>): Settlement {
  const refused = error?.code === "content_refused" ? "refused" : "failed";
  return {
    costMicroUsd,
    tableMicroUsd: costMicroUsd,
    images: reply?.images.length ?? 0,
    usage: reply ? reply.usage : error?.usage,
    requestId: reply ? reply.requestId : error?.requestId,
    outcome: reply ? (error ? "partial" : "delivered") : refused,
    reason: error?.code,
    durationMs: 0,
  };
}

/** The call as receipts show it. */
export function attemptOf(outcome: BatchOutcome<BatchRecord>, startedAtMs: number): Attempt {
  const { record, error, costMicroUsd } = outcome;
  const { attemptId: id, provider, model, quality, size } = record;
  const { reason: _reason, judged: _judged, ...settlement } = settlementOf(outcome);
  return {
    id,
    provider,
    model,
    quality,
    size,
    ...settlement,
    posts: 1,
    billed: costMicroUsd > 0 ? "yes" : "no",
    startedAtMs,
    error: error && { code: error.code, message: error.shortMessage },
  };
}

async function outcomeOf<T extends BatchRecord>(
  record: T,
  line: BatchLineResult,
  { catalogue, codec, discountOf }: OutcomeOptions<T>,
): Promise<BatchOutcome<T>> {
  const provider = catalogue.providers.get(record.provider);
  const row = findModel(catalogue.rows, record.model)?.row;
  if (provider?.kind !== "http" || !row) throw new TypeError(`no provider for ${record.model}`);
  const call = callOf(record, row);
  const priceOf = (usage: ProviderReply["usage"], images: number): number => {
    const fullMicroUsd = claimedMicroUsd(row, pricedCall(call.request, call.offer, images), usage);
    // Where the line states nothing that is possible, the whole of what was set aside.
    return fullMicroUsd === undefined ? record.worstCaseMicroUsd : discountedMicroUsd(fullMicroUsd, discountOf(record));
  };
  const read = await readLine(provider, call, line, codec);
  if (isArtdeskError(read)) {
    const costMicroUsd = read.billed === "no" ? 0 : priceOf(read.usage, 0);
    return { record, reply: undefined, error: read, costMicroUsd };
  }
  const { images, extras, problem } = read;
  const costMicroUsd = priceOf(read.usage, images.length);
  return { record, reply: images.length > 0 ? read : undefined, extras, error: problem, costMicroUsd };
}

/** Reads a line as the provider's reply to the same call. */
async function readLine(
  provider: HttpProvider,
  call: ProviderCall,
  line: BatchLineResult,
  codec: Codec,
): Promise<ProviderReply | ArtdeskError> {
  const response = { status: line.status, headers: line.headers, body: bodyOf(line.body) };
  try {
    if (line.status < 200 || line.status > 299) return await provider.readError(response, call);
    return await provider.read(response, call, codec);
  } catch (error) {
    if (isArtdeskError(error)) return error;
    throw error;
  }
}

function callOf(
  { subject, provider, model, quality, size, positions, worstCaseMicroUsd }: BatchRecord,
  row: ProviderCall["row"],
): ProviderCall {
  const [widthPx = 0, heightPx = 0] = size.split("x").map(Number);
  const count = positions.length;
  const { sizes } = row;
  const entries = sizes.kind === "table" ? sizes.entries : [];
  const entry = entries.find((known) => known.widthPx === widthPx && known.heightPx === heightPx);
  return {
    request: parseRequest({ prompt: subject, count }),
    offer: {
      provider,
      model,
      quality,
      size,
      widthPx,
      heightPx,
      aspect: entry?.aspect,
      resolution: entry?.resolution,
      tier: "unrated",
      count,
      estimateMicroUsd: 0,
      worstCaseMicroUsd,
      latencyMs: 0,
      reasons: [],
    },
    row,
    count,
  };
}

async function* bodyOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

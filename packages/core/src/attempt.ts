import { bookAttempt } from "./book-attempt.ts";
import { costFromUsage, estimateCallMicroUsd } from "./cost.ts";
import type { CatalogueRow } from "./catalogue/row.ts";
import { ArtdeskError, DISPOSITIONS, isArtdeskError } from "./errors.ts";
import type { OnEvent } from "./events.ts";
import type { Ledger, Reservation, Settlement } from "./ledger/types.ts";
import type { Policy } from "./policy/policy.ts";
import type { AbortSignalLike, Clock, Codec, Http, Journal, Random } from "./ports.ts";
import { pricedCall } from "./priced-call.ts";
import type { Provider, ProviderCall, ProviderReply } from "./provider.ts";
import type { Attempt, ReceivedImage } from "./types.ts";

/** The outside world of one attempt. */
export interface AttemptHost {
  http: Http;
  clock: Clock;
  random: Random;
  codec: Codec;
  ledger: Ledger;
  journal: Journal;
}

/** POSTs that one request may still send, retries and fallbacks together. */
export interface PostAllowance {
  left: number;
}

export interface AttemptTask {
  provider: Provider;
  row: CatalogueRow;
  call: ProviderCall;
  /** Money for this call, `held`. */
  reservation: Reservation;
  /** Which of the request's images this call makes, counted from 0. */
  positions: readonly number[];
  journalNote: string;
  policy: Policy;
  allowance: PostAllowance;
  /** POSTs to leave for offers that come later. */
  keepPosts: number;
  signal: AbortSignalLike | undefined;
  onEvent: OnEvent;
}

export interface AttemptResult {
  images: readonly ReceivedImage[];
  attempt: Attempt;
  error: ArtdeskError | undefined;
}

const BASE_DELAY_MS = 500;
const MAX_DELAY_MS = 8_000;

/**
 * Makes one paid call and books how it ended. Sends again only while the call surely was not billed. Never throws for
 * what the provider does; rejects only when the ledger or the journal cannot be written before anything was sent.
 */
export async function runAttempt(host: AttemptHost, task: AttemptTask): Promise<AttemptResult> {
  const { clock, ledger, journal } = host;
  const { reservation, call } = task;
  const startedAtMs = clock.nowMs();
  await journal.begin({
    attemptId: reservation.id,
    run: ledger.run,
    subject: reservation.subject,
    positions: task.positions,
    note: task.journalNote,
    provider: call.offer.provider,
    model: call.offer.model,
    quality: call.offer.quality,
    size: call.offer.size,
    worstCaseMicroUsd: reservation.amountMicroUsd,
    startedAtMs,
  });
  await ledger.begin(reservation);
  task.onEvent({ type: "attempt_started", attemptId: reservation.id, offer: call.offer, images: call.count });

  const sent = await sendUntilDecided(host, task, startedAtMs);
  const tableMicroUsd = tablePrice(task, sent.reply?.images.length ?? call.count);
  const ending = describeEnding(task, sent, tableMicroUsd);
  const settlement: Settlement = {
    costMicroUsd: ending.costMicroUsd,
    tableMicroUsd,
    images: sent.reply?.images.length ?? 0,
    usage: sent.reply?.usage ?? sent.error?.usage,
    requestId: sent.reply?.requestId ?? sent.error?.requestId,
    outcome: ending.outcome,
    reason: sent.error?.code,
    // A clock may be set back during a call.
    durationMs: Math.max(0, clock.nowMs() - startedAtMs),
  };
  const bookkeepingError = await bookAttempt(host, task, sent.reply, settlement, ending.billed);
  const error = sent.error ?? bookkeepingError;
  const attempt: Attempt = {
    id: reservation.id,
    provider: call.offer.provider,
    model: call.offer.model,
    quality: call.offer.quality,
    size: call.offer.size,
    outcome: ending.outcome,
    images: settlement.images,
    posts: sent.posts,
    billed: ending.billed,
    costMicroUsd: ending.billed === "unknown" ? reservation.amountMicroUsd : ending.costMicroUsd,
    tableMicroUsd,
    usage: settlement.usage,
    requestId: settlement.requestId,
    startedAtMs,
    durationMs: settlement.durationMs,
    error: error && { code: error.code, message: error.shortMessage },
  };
  task.onEvent({ type: "attempt_ended", attempt });
  return { images: sent.reply?.images ?? [], attempt, error };
}

interface Sent {
  reply: ProviderReply | undefined;
  error: ArtdeskError | undefined;
  posts: number;
}

async function sendUntilDecided(host: AttemptHost, task: AttemptTask, startedAtMs: number): Promise<Sent> {
  const deadlineMs = startedAtMs + task.policy.deadlineMs;
  for (let posts = 1; ; posts += 1) {
    task.allowance.left -= 1;
    const outcome = await sendOnce(host, task, deadlineMs);
    if (!isArtdeskError(outcome)) {
      return { reply: outcome, error: outcome.problem ?? partialError(task, outcome), posts };
    }
    const delayMs = retryDelayMs(host, task, outcome, posts, deadlineMs);
    if (delayMs === undefined) return { reply: undefined, error: outcome, posts };
    task.onEvent({
      type: "waiting",
      attemptId: task.reservation.id,
      delayMs,
      code: outcome.code,
      message: outcome.shortMessage,
    });
    await host.clock.sleep(delayMs, task.signal);
    if (task.signal?.aborted) {
      const error = new ArtdeskError({
        code: "aborted",
        shortMessage: "Stopped while waiting to try again.",
        cause: outcome,
      });
      return { reply: undefined, error, posts };
    }
  }
}

async function sendOnce(
  host: AttemptHost,
  task: AttemptTask,
  deadlineMs: number,
): Promise<ProviderReply | ArtdeskError> {
  const { provider, call } = task;
  if (provider.kind === "local") return provider.draw(call, host.codec);
  try {
    const request = provider.build(call, host.codec);
    const timeoutMs = deadlineMs - host.clock.nowMs();
    // After a machine slept, or its clock was set: a call that could not end in time would be paid for nothing.
    if (timeoutMs <= 0) return tooLate(provider);
    const response = await host.http.send(request, { timeoutMs, signal: task.signal });
    if (response.status < 200 || response.status > 299) return await provider.readError(response, call);
    const reply = await provider.read(response, call, host.codec);
    if (reply.images.length > 0) return reply;
    return new ArtdeskError({
      code: "bad_response",
      shortMessage: `${provider.name} answered without an image.`,
      provider: provider.id,
      billed: "unknown",
      usage: reply.usage,
      requestId: reply.requestId,
    });
  } catch (error) {
    if (isArtdeskError(error)) return error;
    return new ArtdeskError({
      code: "bad_response",
      shortMessage: `${provider.name}'s answer could not be read.`,
      details: error instanceof Error ? error.message : String(error),
      provider: provider.id,
      billed: "unknown",
      cause: error,
    });
  }
}

function tooLate(provider: Provider): ArtdeskError {
  return new ArtdeskError({
    code: "timeout",
    shortMessage: "The time for this call was over before it could be sent.",
    provider: provider.id,
    billed: "no",
  });
}

function partialError(task: AttemptTask, reply: ProviderReply): ArtdeskError | undefined {
  if (reply.images.length >= task.call.count) return undefined;
  return new ArtdeskError({
    code: "bad_response",
    shortMessage: `${task.provider.name} delivered ${reply.images.length} of ${task.call.count} images.`,
    hint: "The delivered images are kept; run again to make the missing ones.",
    provider: task.provider.id,
    model: task.call.offer.model,
    requestId: reply.requestId,
    billed: "no",
  });
}

/** How long to wait before the same call may be sent again; undefined when it must not be. */
function retryDelayMs(
  host: AttemptHost,
  task: AttemptTask,
  error: ArtdeskError,
  posts: number,
  deadlineMs: number,
): number | undefined {
  if (error.billed !== "no" || DISPOSITIONS[error.code] !== "retry_same") return undefined;
  if (task.allowance.left <= task.keepPosts || task.signal?.aborted) return undefined;
  const backoffMs = Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** (posts - 1)) * (0.75 + host.random.next() * 0.25);
  const delayMs = Math.round(Math.max(error.retryAfterMs ?? 0, error.retryAfterMs === undefined ? backoffMs : 0));
  if (delayMs > task.policy.maxRetryAfterMs || host.clock.nowMs() + delayMs >= deadlineMs) return undefined;
  return delayMs;
}

function tablePrice(task: AttemptTask, images: number): number {
  const { call, row } = task;
  return estimateCallMicroUsd(row, pricedCall(call.request, call.offer, Math.max(1, images)));
}

interface Ending {
  outcome: Attempt["outcome"];
  billed: Attempt["billed"];
  costMicroUsd: number;
}

function describeEnding(task: AttemptTask, sent: Sent, tableMicroUsd: number): Ending {
  const { reply, error } = sent;
  if (reply) {
    const outcome = error ? "partial" : "delivered";
    const costMicroUsd = (reply.usage && costFromUsage(task.row, reply.usage)) ?? tableMicroUsd;
    return { outcome, billed: costMicroUsd > 0 ? "yes" : "no", costMicroUsd };
  }
  const usage = error?.usage;
  if (error?.billed === "yes" && usage) {
    const outcome = error.code === "content_refused" ? "refused" : "failed";
    return { outcome, billed: "yes", costMicroUsd: costFromUsage(task.row, usage) ?? tableMicroUsd };
  }
  if (error?.billed === "no") {
    return { outcome: error.code === "content_refused" ? "refused" : "failed", billed: "no", costMicroUsd: 0 };
  }
  return { outcome: "unknown", billed: "unknown", costMicroUsd: 0 };
}

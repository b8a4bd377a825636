import { bookAttempt, describeEnding, tablePrice } from "./book-attempt.ts";
import type { CatalogueRow } from "./catalogue/row.ts";
import { collectJob } from "./collect-job.ts";
import { usageOfUnits } from "./cost.ts";
import { ArtdeskError, DISPOSITIONS, isArtdeskError } from "./errors.ts";
import type { OnEvent } from "./events.ts";
import type { Ledger, Reservation, Settlement } from "./ledger/types.ts";
import type { Policy } from "./policy/policy.ts";
import type { AbortSignalLike, Clock, Codec, Http, Journal, Random } from "./ports.ts";
import type { JobProvider, Provider, ProviderCall, ProviderJob, ProviderReply } from "./provider.ts";
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
  /** The journal or the ledger could not be written: nothing more may be bought. */
  booksError: ArtdeskError | undefined;
}

const BASE_DELAY_MS = 500;
const MAX_DELAY_MS = 8_000;

/**
 * Makes one paid call and books how it ended. Sends again only while the call surely was not billed. Never rejects:
 * whatever fails, images that arrived are returned. Takes its first POST from the allowance before it waits for anything,
 * so that calls started together each have one.
 */
export async function runAttempt(host: AttemptHost, task: AttemptTask): Promise<AttemptResult> {
  task.allowance.left -= 1;
  const { clock } = host;
  const { reservation, call } = task;
  const startedAtMs = clock.nowMs();
  const beginError = await begin(host, task, startedAtMs);
  const sent: Sent = beginError
    ? { reply: undefined, error: beginError, posts: 0 }
    : await sendUntilDecided(host, task, startedAtMs);
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
  const bookError = await bookAttempt(host, reservation, sent.reply, settlement, ending.billed);
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
    costMicroUsd: ending.costMicroUsd,
    tableMicroUsd,
    usage: settlement.usage,
    requestId: settlement.requestId,
    startedAtMs,
    durationMs: settlement.durationMs,
    error: sent.error && { code: sent.error.code, message: sent.error.shortMessage },
  };
  task.onEvent({ type: "attempt_ended", attempt });
  const beginFailure = beginError?.code === "budget_exceeded" ? undefined : beginError;
  return { images: sent.reply?.images ?? [], attempt, error: sent.error, booksError: beginFailure ?? bookError };
}

/** Notes the call in the journal and puts its money in flight. @returns why nothing may be sent, if so. */
async function begin(host: AttemptHost, task: AttemptTask, startedAtMs: number): Promise<ArtdeskError | undefined> {
  const { ledger, journal } = host;
  const { reservation, call } = task;
  try {
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
  } catch (error) {
    if (isArtdeskError(error)) return error;
    return new ArtdeskError({
      code: "unavailable",
      shortMessage: "Nothing was sent, because the journal or the ledger could not be written.",
      details: error instanceof Error ? error.message : String(error),
      cause: error,
    });
  }
  task.onEvent({ type: "attempt_started", attemptId: reservation.id, offer: call.offer, images: call.count });
  return undefined;
}

/** What came of a call, and how many POSTs it took. */
export interface Sent {
  reply: ProviderReply | undefined;
  error: ArtdeskError | undefined;
  posts: number;
}

async function sendUntilDecided(host: AttemptHost, task: AttemptTask, startedAtMs: number): Promise<Sent> {
  const deadlineMs = startedAtMs + task.policy.deadlineMs;
  for (let posts = 0; ;) {
    if (task.signal?.aborted) return { reply: undefined, error: stoppedBeforeSending(), posts };
    if (task.provider.kind !== "local") posts += 1;
    const outcome = await sendOnce(host, task, deadlineMs);
    if (!isArtdeskError(outcome)) {
      return { reply: outcome, error: outcome.problem ?? partialError(task, outcome), posts };
    }
    const delayMs = retryDelayMs(host, task, outcome, posts, deadlineMs);
    if (delayMs === undefined) return { reply: undefined, error: outcome, posts };
    // Taken before the wait: another call that waits too must not count on the same POST.
    task.allowance.left -= 1;
    task.onEvent({
      type: "waiting",
      attemptId: task.reservation.id,
      delayMs,
      code: outcome.code,
      message: outcome.shortMessage,
    });
    await host.clock.sleep(delayMs, task.signal);
  }
}

function stoppedBeforeSending(): ArtdeskError {
  return new ArtdeskError({ code: "aborted", shortMessage: "Stopped before the call was sent." });
}

async function sendOnce(
  host: AttemptHost,
  task: AttemptTask,
  deadlineMs: number,
): Promise<ProviderReply | ArtdeskError> {
  const { provider, call } = task;
  try {
    if (provider.kind === "local") return provider.draw(call, host.codec);
    const request = provider.build(call, host.codec);
    const timeoutMs = deadlineMs - host.clock.nowMs();
    // After a machine slept, or its clock was set: a call that could not end in time would be paid for nothing.
    if (timeoutMs <= 0) return tooLate(provider);
    const response = await host.http.send(request, { timeoutMs, signal: task.signal });
    if (response.status < 200 || response.status > 299) return await provider.readError(response, call);
    if (provider.kind === "job") {
      return await followJob(host, task, provider, await provider.readSubmitted(response, call), deadlineMs);
    }
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
      billed: provider.kind === "local" ? "no" : "unknown",
      cause: error,
    });
  }
}

/** Notes the job's id, so that no crash can lose it, then waits for its images. */
async function followJob(
  host: AttemptHost,
  task: AttemptTask,
  provider: JobProvider,
  job: ProviderJob,
  deadlineMs: number,
): Promise<ProviderReply> {
  // Without the note the job would still be charged: its images are collected all the same.
  await host.journal.submitted(task.reservation.id, job.id).catch(() => undefined);
  const { count } = task.call;
  const done = await collectJob(host, provider, job, { count, deadlineMs, signal: task.signal });
  const usage = usageOfUnits(task.row, done.billedUnits);
  return { images: done.images, usage, requestId: job.id, problem: done.problem };
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
    billed: task.provider.kind === "local" ? "no" : "unknown",
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
  const delayMs = Math.round(error.retryAfterMs ?? backoffMs);
  if (delayMs > task.policy.maxRetryAfterMs || host.clock.nowMs() + delayMs >= deadlineMs) return undefined;
  return delayMs;
}

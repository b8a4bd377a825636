import { DISPOSITIONS } from "../basics/error-code.ts";
import { eitherSignal } from "../basics/either-signal.ts";
import { ArtdeskError, isArtdeskError } from "../basics/errors.ts";
import type { JobProvider, Provider, ProviderJob, ProviderReply } from "../models/adapter/provider.ts";
import { usageOfUnits } from "../models/rows/cost.ts";
import type { AttemptHost, AttemptTask } from "./attempt-task.ts";
import { collectJob } from "./collect-job.ts";
import { fetchLinks } from "./fetch-file.ts";
import type { Gate } from "./gate.ts";

const BASE_DELAY_MS = 500;
const MAX_DELAY_MS = 8_000;

/** What came of a call, and how many POSTs it took. */
export interface Sent {
  reply: ProviderReply | undefined;
  error: ArtdeskError | undefined;
  posts: number;
}

/** Sends a call, and again while it surely was not billed and a later try may succeed. Never rejects. */
export async function sendCall(host: AttemptHost, task: AttemptTask, startedAtMs: number, gate: Gate): Promise<Sent> {
  let deadlineMs = startedAtMs + task.policy.deadlineMs;
  for (let posts = 0; ;) {
    if (task.signal?.aborted) return { reply: undefined, error: stoppedBeforeSending(), posts };
    if (task.provider.kind !== "local") posts += 1;
    const outcome = await sendOnce(host, task, deadlineMs, gate);
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
    await host.clock.sleep(delayMs, eitherSignal(task.signal, task.stop));
    // The last answer was not billed: it is what there is to say.
    if (task.stop?.aborted) return { reply: undefined, error: outcome, posts };
    try {
      deadlineMs += await gate.enterAgain();
    } catch (error) {
      if (!isArtdeskError(error)) throw error;
      return { reply: undefined, error, posts };
    }
  }
}

function stoppedBeforeSending(): ArtdeskError {
  return new ArtdeskError({ code: "aborted", shortMessage: "Stopped before the call was sent." });
}

async function sendOnce(
  host: AttemptHost,
  task: AttemptTask,
  deadlineMs: number,
  gate: Gate,
): Promise<ProviderReply | ArtdeskError> {
  const { provider, call } = task;
  try {
    if (provider.kind === "local") return provider.draw(call, host.codec);
    const request = provider.build(call, host.codec);
    const timeoutMs = deadlineMs - host.clock.nowMs();
    // After a machine slept, or its clock was set: a call that could not end in time would be paid for nothing.
    if (timeoutMs <= 0) return tooLate(provider);
    const response = await host.http.send(request, { timeoutMs, signal: task.signal });
    if (response.status < 200 || response.status > 299) {
      const error = await provider.readError(response, call);
      await gate.tellRefusal(error);
      return error;
    }
    await gate.tellReply(response.headers);
    if (provider.kind === "job") {
      return await followJob(host, task, provider, await provider.readSubmitted(response, call), deadlineMs);
    }
    const reply = await fetchLinks(host, provider, await provider.read(response, call, host.codec), {
      deadlineMs,
      signal: task.signal,
    });
    if (isArtdeskError(reply)) return reply;
    if (reply.images.length > 0 || reply.extras !== undefined || reply.unreadable !== undefined) return reply;
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
  const usage = usageOfUnits(task.row, done.billedUnits, done.images.length);
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

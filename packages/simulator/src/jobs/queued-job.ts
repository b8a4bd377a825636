import { htmlReply, type Reply } from "../basics/wire.ts";
import type { Answer, Delivery } from "../desk/answer.ts";
import { freeAnswer } from "../desk/answer.ts";
import type { Desk } from "../desk/desk.ts";
import type { JobDraft, QueuedJob } from "../desk/job-shelf.ts";
import type { Fault } from "../faults/fault.ts";

/** How a provider words its replies to a submission. */
export interface SubmissionReplies {
  accepted(job: QueuedJob): Reply;
  rateLimited(retryAfterMs: number): Reply;
  outOfCredit(): Reply;
  unauthorized(): Reply;
  serverError(status: number): Reply;
}

/** Takes a job, or lets the scripted fault refuse it. */
export function submitJob(
  draft: JobDraft,
  desk: Desk,
  replies: SubmissionReplies,
): { answer: Answer; job?: QueuedJob } {
  const fault = desk.faults.take(draft);
  const faultKind = fault?.kind;
  switch (fault?.kind) {
    case "rate_limit":
      return { answer: { ...freeAnswer(replies.rateLimited(fault.retryAfterMs)), faultKind } };
    case "billing_429":
      return { answer: { ...freeAnswer(replies.outOfCredit()), faultKind } };
    case "auth":
      return { answer: { ...freeAnswer(replies.unauthorized()), faultKind } };
    case "cut_before_work":
      return { answer: { reply: NO_REPLY, delivery: { how: "cut_before_headers" }, faultKind } };
    case "server_error":
      if (fault.billed) enqueue(draft, desk, undefined);
      return { answer: { ...freeAnswer(replies.serverError(fault.status)), faultKind } };
    default: {
      const job = enqueue(draft, desk, fault);
      return {
        answer: { ...freeAnswer(replyOf(replies.accepted(job), fault)), delivery: deliveryOf(fault), faultKind },
        job,
      };
    }
  }
}

const NO_REPLY: Reply = { status: 0, headers: {}, chunks: [] };

function replyOf(reply: Reply, fault: Fault | undefined): Reply {
  if (fault?.kind !== "garbage") return reply;
  if (fault.content === "html") return htmlReply(200, "Please wait");
  return { ...reply, chunks: [Buffer.concat(reply.chunks).subarray(0, 24)] };
}

function deliveryOf(fault: Fault | undefined): Delivery {
  if (fault?.kind === "cut_before_headers" || fault?.kind === "cut_in_body") return { how: fault.kind };
  return fault?.kind === "slow_body" ? { how: "slow_body", durationMs: fault.durationMs } : { how: "whole" };
}

/** A job waits a quarter of its time and works the rest. Both providers bill when it has succeeded. */
function enqueue(draft: JobDraft, desk: Desk, fault: Fault | undefined): QueuedJob {
  const durationMs = desk.latencyMs + (fault?.kind === "slow" ? fault.delayMs : 0);
  const job: QueuedJob = {
    ...draft,
    createdAtMs: desk.nowMs(),
    state: "queued",
    failure: undefined,
    endedAtMs: undefined,
    booking: undefined,
    isPartial: fault?.kind === "partial",
    truncated: fault?.kind === "truncated_base64",
    stated: fault?.kind === "usage" ? { units: fault.usage } : undefined,
    ended: Promise.resolve(),
  };
  if (fault?.kind === "no_image") job.orders = [];
  if (fault?.kind === "partial") job.orders = draft.orders.slice(0, -1);
  desk.jobs.put(job);
  job.ended = work(job, desk, durationMs, fault?.kind === "moderation");
  return job;
}

async function work(job: QueuedJob, desk: Desk, durationMs: number, isRefused: boolean): Promise<void> {
  await desk.timers.wait(durationMs / 4);
  if (!isOpen(job)) return;
  job.state = "running";
  await desk.timers.wait((durationMs * 3) / 4);
  if (!isOpen(job)) return;
  job.endedAtMs = desk.nowMs();
  job.state = isRefused ? "failed" : "succeeded";
  if (isRefused) job.failure = "refused";
  else if (job.orders.length > 0) book(job, desk, job.orders.length);
}

function isOpen(job: QueuedJob): boolean {
  return job.state === "queued" || job.state === "running";
}

/** Stops a job. @returns false when it had ended already */
export function cancelJob(job: QueuedJob, desk: Desk, chargesRunning: boolean): boolean {
  if (!isOpen(job)) return false;
  if (job.state === "running" && chargesRunning) book(job, desk, 0);
  job.state = "canceled";
  job.endedAtMs = desk.nowMs();
  return true;
}

/** A canceled job is charged for the time it ran; here, all of it. */
function book(job: QueuedJob, desk: Desk, images: number): void {
  job.booking = desk.bank.book({
    provider: job.provider,
    model: job.model,
    requestId: job.id,
    images,
    microUsd: Math.max(1, images) * job.microUsdPerImage,
    timeMs: desk.nowMs(),
    operation: job.operation,
  });
}

/** Where a job's files are: below the provider's own base path. */
export function fileUrls(job: QueuedJob, origin: string): readonly string[] {
  return job.orders.map(({ format }, index) => `${origin}/files/${job.id}/${index}.${format}`);
}

/** A file of a finished job, as a public file store hands it out. */
export async function fileAnswer(job: QueuedJob, index: number, desk: Desk): Promise<Answer | undefined> {
  const order = job.orders[index];
  if (job.state !== "succeeded" || order === undefined) return undefined;
  const image = Buffer.from((await desk.images.base64(order)).toString("latin1"), "base64");
  const bytes = job.truncated ? image.subarray(0, image.length / 2) : image;
  const reply = { status: 200, headers: { "content-type": `image/${order.format}` }, chunks: [bytes] };
  return {
    ...freeAnswer(reply),
    booking: job.booking,
    deliveredWhenSent: !job.truncated && (job.isPartial ? "partial" : true),
  };
}

import type { BillingFault, Fault, ModerationFault, RateLimitFault, ServerErrorFault } from "../faults/fault.ts";
import type { Answer, Delivery } from "../desk/answer.ts";
import type { Desk } from "../desk/desk.ts";
import { freeAnswer } from "../desk/answer.ts";
import type { StatementEntry } from "../bank/bank.ts";
import { htmlReply } from "../basics/wire.ts";
import type { Reply } from "../basics/wire.ts";

/** Where a paid job ends: what it costs, and the reply, which is only made when it is needed. */
export interface Outcome {
  /** Absent: not billed. */
  readonly bill?: { readonly images: number; readonly microUsd: number } | undefined;
  reply(options: { readonly truncateImages: boolean }): Promise<Reply>;
}

/** A valid, authorised request for images that is answered in the same call. */
export interface PaidJob {
  readonly provider: string;
  readonly model: string;
  readonly operation: string;
  readonly prompt: string;
  readonly requestId: string;
  /** Images asked for. */
  readonly images: number;
  /**
   * The job with this many images made; 0 is the provider's success without an image.
   * @param drafts images that a model which thinks sends besides, where it does
   */
  complete(images: number, drafts?: number): Outcome;
  moderate(fault: ModerationFault): Outcome;
  /** `limit`: images per minute, when the simulator's own limit was met. */
  rateLimited(fault: Refusal): Reply;
  outOfCredit(fault: BillingFault): Reply;
  unauthorized(): Reply;
  serverError(status: ServerErrorFault["status"]): Reply;
}

/** A refusal for speed: scripted, or by the simulator's own limit. */
export type Refusal = Pick<RateLimitFault, "retryAfterMs" | "retryAfterHeader"> & {
  readonly limit?: number | undefined;
};

const WHOLE: Delivery = { how: "whole" };

/** Books the job, lets the scripted fault play, and waits out the latency. */
export async function runPaidJob(job: PaidJob, desk: Desk): Promise<Answer> {
  const fault = desk.faults.take(job);
  const faultKind = fault?.kind;
  if (!fault) {
    const refusal = desk.rateLimiter.take(`${job.provider}/${job.model}`, job.images, desk.nowMs());
    const limit = desk.rateLimiter.imagesPerMinute;
    if (refusal)
      return freeAnswer(
        job.rateLimited({ retryAfterMs: refusal.retryAfterMs, retryAfterHeader: "retry-after", limit }),
      );
  }
  switch (fault?.kind) {
    case "rate_limit":
      return { ...freeAnswer(job.rateLimited(fault)), faultKind };
    case "billing_429":
      return { ...freeAnswer(job.outOfCredit(fault)), faultKind };
    case "auth":
      return { ...freeAnswer(job.unauthorized()), faultKind };
    case "cut_before_work":
      return { reply: NO_REPLY, delivery: { how: "cut_before_headers" }, faultKind };
    default:
      return { ...(await doWork(job, desk, fault)), faultKind };
  }
}

const NO_REPLY: Reply = { status: 0, headers: {}, chunks: [] };

async function doWork(job: PaidJob, desk: Desk, fault: Fault | undefined): Promise<Answer> {
  const outcome = outcomeOf(job, fault);
  // Booked before any waiting: a client that goes away has still bought the images.
  const booking = outcome.bill
    ? desk.bank.book({
        provider: job.provider,
        model: job.model,
        requestId: job.requestId,
        images: outcome.bill.images,
        microUsd: outcome.bill.microUsd,
        timeMs: desk.nowMs(),
        operation: job.operation,
      })
    : undefined;
  const delayMs = desk.latencyMs + (fault?.kind === "slow" ? fault.delayMs : 0);
  const [reply] = await Promise.all([replyOf(outcome, fault), desk.timers.wait(delayMs)]);
  return { reply, delivery: deliveryOf(fault), booking, deliveredWhenSent: deliveredWhenSent(fault, outcome) };
}

function outcomeOf(job: PaidJob, fault: Fault | undefined): Outcome {
  switch (fault?.kind) {
    case "moderation":
      return job.moderate(fault);
    case "no_image":
      return job.complete(0);
    case "partial":
      return job.complete(Math.max(0, job.images - 1));
    case "drafts":
      return job.complete(job.images, fault.images);
    case "server_error": {
      const reply = async (): Promise<Reply> => job.serverError(fault.status);
      return fault.billed ? { bill: job.complete(job.images).bill, reply } : { reply };
    }
    default:
      return job.complete(job.images);
  }
}

async function replyOf(outcome: Outcome, fault: Fault | undefined): Promise<Reply> {
  if (fault?.kind === "garbage" && fault.content === "html") return htmlReply(200, "Please wait");
  const reply = await outcome.reply({ truncateImages: fault?.kind === "truncated_base64" });
  if (fault?.kind === "usage") return stateUsage(reply, fault.usage);
  if (fault?.kind !== "garbage") return reply;
  const brokenJson = Buffer.concat(reply.chunks).subarray(0, 64);
  return { ...reply, chunks: [brokenJson] };
}

/** The reply with another usage, or with none. */
function stateUsage(reply: Reply, usage: unknown): Reply {
  const body = JSON.parse(Buffer.concat(reply.chunks).toString("utf8")) as Record<string, unknown>;
  const stated = ["usage", "usageMetadata"].filter((name) => name in body).map((name) => [name, usage]);
  return { ...reply, chunks: [Buffer.from(JSON.stringify({ ...body, ...Object.fromEntries(stated) }))] };
}

function deliveryOf(fault: Fault | undefined): Delivery {
  switch (fault?.kind) {
    case "cut_before_headers":
    case "cut_in_body":
      return { how: fault.kind };
    case "slow_body":
      return { how: "slow_body", durationMs: fault.durationMs };
    default:
      return WHOLE;
  }
}

function deliveredWhenSent(fault: Fault | undefined, outcome: Outcome): StatementEntry["delivered"] {
  switch (fault?.kind) {
    case "cut_before_headers":
    case "cut_in_body":
    case "garbage":
    case "truncated_base64":
    case "server_error":
      return false;
    case "partial":
      return "partial";
    case "moderation":
      return outcome.bill?.images === 0;
    default:
      return true;
  }
}

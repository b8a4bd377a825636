import { eitherSignal } from "../basics/either-signal.ts";
import { ArtdeskError, isArtdeskError } from "../basics/errors.ts";
import type { KnownLimits } from "../basics/types.ts";
import { outputTokensOf } from "../models/rows/cost.ts";
import { pricedCall } from "../models/rows/priced-call.ts";
import type { AttemptHost, AttemptTask } from "./attempt-task.ts";
import type { EnterOptions, PacedJob, Pass } from "./schedule/pacer.ts";

/** The provider's limits as one call meets them. */
export interface Gate {
  /** Why the call may not be sent at all. */
  readonly error: ArtdeskError | undefined;
  /** What the wait was for, for people. */
  readonly note: string | undefined;
  /** Before the call is sent again. @returns how long that took, in milliseconds */
  enterAgain(): Promise<number>;
  tellReply(headers: Readonly<Record<string, string>>): Promise<void>;
  tellRefusal(error: ArtdeskError): Promise<void>;
  close(): Promise<void>;
}

const SHORTEST_NOTED_WAIT_MS = 1_000;
const LIKELY_BYTES_PER_TOKEN = 4;

/** Waits until the provider's limit lets the call start. A gate that fails must not cost more than a refusal. */
export async function openGate(host: AttemptHost, task: AttemptTask): Promise<Gate> {
  const { pacer, clock } = host;
  const { provider } = task;
  if (!pacer || provider.kind === "local") return OPEN;
  let pass: Pass | undefined;
  let error: ArtdeskError | undefined;
  const job = pacedJob(task);
  const enter = async (): Promise<number> => {
    const sinceMs = clock.nowMs();
    await pass?.end();
    const signal = eitherSignal(task.signal, task.stop);
    pass = await pacer.enter(job, { signal, onWait: (wait) => tellWait(task, wait) });
    if (task.stop?.aborted && clock.nowMs() > sinceMs) throw stoppedWaiting();
    return Math.max(0, clock.nowMs() - sinceMs);
  };
  let waitedMs = 0;
  try {
    waitedMs = await enter();
  } catch (cause) {
    if (!isArtdeskError(cause)) throw cause;
    error = cause;
  }
  return {
    error,
    note:
      waitedMs < SHORTEST_NOTED_WAIT_MS
        ? undefined
        : `Waited ${Math.round(waitedMs / 1000)} s for ${provider.name}'s limit.`,
    enterAgain: enter,
    async tellReply(headers) {
      const stated = provider.kind === "http" ? provider.readLimits?.(headers) : undefined;
      await pass?.observe(stated ?? {});
    },
    async tellRefusal({ code, retryAfterMs, limits = {} }) {
      if (code === "rate_limited") await pass?.refused({ retryAfterMs, stated: limits });
    },
    close: async () => pass?.end(),
  };
}

function stoppedWaiting(): ArtdeskError {
  return new ArtdeskError({ code: "aborted", shortMessage: "Stopped while it waited; nothing was sent." });
}

const OPEN: Gate = {
  error: undefined,
  note: undefined,
  enterAgain: () => Promise.resolve(0),
  tellReply: () => Promise.resolve(),
  tellRefusal: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

function pacedJob({ call, row, reservation, policy }: AttemptTask): PacedJob {
  const { request, offer, count } = call;
  const priced = pricedCall(request, offer, count);
  const { limits = { tiers: [] } } = row;
  return {
    lane: `${offer.provider}/${offer.model}`,
    published: limits,
    group: request.tags["client"] ?? Object.values(request.tags).join("/"),
    images: count,
    tokens: Math.ceil(priced.promptBytes / LIKELY_BYTES_PER_TOKEN) + count * (outputTokensOf(row.price, priced) ?? 0),
    microUsd: reservation.amountMicroUsd,
    expectedMs: offer.latencyMs,
    deadlineAtMs: undefined,
    isLow: request.urgency === "low",
    leaseMs: policy.deadlineMs,
    notBeforeMs: 0,
  };
}

function tellWait(task: AttemptTask, wait: Parameters<NonNullable<EnterOptions["onWait"]>>[0]): void {
  task.onEvent({
    type: "waiting",
    attemptId: task.reservation.id,
    delayMs: Math.round(wait.delayMs),
    code: "rate_limited",
    message: `Waiting for ${task.provider.name}'s ${describeLimit(wait)}.`,
  });
}

function describeLimit({ because, limit }: { because: string; limit: number }): string {
  if (because === "hours") return "cheap hours";
  if (because === "concurrency") return "limit of calls at the same time";
  const figure: Partial<Record<keyof KnownLimits, string>> = {
    images: `limit of ${limit} images a minute`,
    tokens: `limit of ${limit} tokens a minute`,
    microUsd: `limit of $${limit / 1_000_000} in ten minutes`,
  };
  return Number.isFinite(limit) ? (figure[because as keyof KnownLimits] ?? "limit") : "limit";
}

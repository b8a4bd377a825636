import type { AttemptHost } from "../../buy/attempt-task.ts";
import { ArtdeskError, isArtdeskError } from "../../basics/errors.ts";
import { DISPOSITIONS } from "../../basics/error-code.ts";
import type { JudgedOffer, Settlement } from "../../buy/ledger/ledger-types.ts";
import type { Policy } from "../../decide/policy/policy.ts";
import type { AbortSignalLike, HttpRequest, HttpResponse } from "../../basics/ports.ts";
import type { Attempt } from "../../basics/receipt.ts";
import type { Judge, JudgeUsage } from "../../models/judges/judge.ts";
import { claimedJudgeMicroUsd, usageOf } from "../../models/judges/judge-cost.ts";

/** One paid call to a judge. */
export interface JudgeTask<Reply> {
  judge: Judge;
  kind: "judge" | "questions";
  worstCaseMicroUsd: number;
  tags: Readonly<Record<string, string>>;
  /** Shown in the books. */
  subject: string;
  policy: Policy;
  signal: AbortSignalLike | undefined;
  request(): HttpRequest;
  read(response: HttpResponse): Promise<Reply>;
  /** What the books keep of the answer. */
  judged?(reply: Reply): JudgedOffer | undefined;
}

/** How a judge's call ended. */
export interface JudgeResult<Reply> {
  reply: Reply | undefined;
  /** Undefined when nothing was reserved, and so nothing was sent. */
  attempt: Attempt | undefined;
  error: ArtdeskError | undefined;
}

const DEADLINE_MS = 120_000;
const BASE_DELAY_MS = 500;
const MAX_DELAY_MS = 8_000;

/**
 * Reserves the worst case, asks, and settles by usage. Sends again only while the call surely was not billed. Never
 * rejects: an image must not be lost because its judge failed.
 */
export async function askJudge<Reply extends { usage: JudgeUsage | undefined; requestId: string | undefined }>(
  host: AttemptHost,
  task: JudgeTask<Reply>,
): Promise<JudgeResult<Reply>> {
  const { judge } = task;
  const wish = {
    id: host.random.id(),
    amountMicroUsd: task.worstCaseMicroUsd,
    provider: judge.provider,
    model: judge.model,
    quality: task.kind,
    size: "",
    images: 0,
    tags: task.tags,
    subject: task.subject,
  };
  const startedAtMs = host.clock.nowMs();
  try {
    const [reservation] = await host.ledger.reserve([wish]);
    if (!reservation) return failure(new RangeError("no reservation"));
    await host.ledger.begin(reservation);
    const { outcome, posts } = await sendUntilDecided(host, task, startedAtMs);
    const settlement = settlementOf(task, outcome, Math.max(0, host.clock.nowMs() - startedAtMs));
    const error = isArtdeskError(outcome) ? outcome : undefined;
    const billed = error?.billed ?? "yes";
    if (billed === "no") await host.ledger.release(reservation, settlement);
    else if (billed === "unknown") await host.ledger.markUnknown(reservation, settlement);
    else await host.ledger.settle(reservation, settlement);
    const attempt: Attempt = {
      id: wish.id,
      kind: task.kind,
      provider: judge.provider,
      model: judge.model,
      quality: task.kind,
      size: "",
      outcome: settlement.outcome,
      images: 0,
      posts,
      billed,
      costMicroUsd: settlement.costMicroUsd,
      tableMicroUsd: settlement.tableMicroUsd,
      usage: settlement.usage,
      requestId: settlement.requestId,
      startedAtMs,
      durationMs: settlement.durationMs,
      error: error && { code: error.code, message: error.shortMessage },
    };
    return { reply: isArtdeskError(outcome) ? undefined : outcome, attempt, error };
  } catch (error) {
    return failure(error);
  }
}

function failure(cause: unknown): { reply: undefined; attempt: undefined; error: ArtdeskError } {
  if (isArtdeskError(cause)) return { reply: undefined, attempt: undefined, error: cause };
  const error = new ArtdeskError({
    code: "unavailable",
    shortMessage: "The ledger could not be written, so no judge was asked.",
    details: cause instanceof Error ? cause.message : String(cause),
    cause,
  });
  return { reply: undefined, attempt: undefined, error };
}

async function sendUntilDecided<Reply>(
  host: AttemptHost,
  task: JudgeTask<Reply>,
  startedAtMs: number,
): Promise<{ outcome: Reply | ArtdeskError; posts: number }> {
  for (let posts = 1; ; posts += 1) {
    const outcome = await sendOnce(host, task, startedAtMs + DEADLINE_MS - host.clock.nowMs());
    if (!isArtdeskError(outcome)) return { outcome, posts };
    const mayRetry =
      outcome.billed === "no" && DISPOSITIONS[outcome.code] === "retry_same" && posts <= task.policy.maxRetries;
    const backoffMs = Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** (posts - 1)) * (0.75 + host.random.next() * 0.25);
    const delayMs = Math.round(outcome.retryAfterMs ?? backoffMs);
    const isTooLong =
      delayMs > task.policy.maxRetryAfterMs || host.clock.nowMs() + delayMs >= startedAtMs + DEADLINE_MS;
    if (!mayRetry || isTooLong || task.signal?.aborted) return { outcome, posts };
    await host.clock.sleep(delayMs, task.signal);
  }
}

async function sendOnce<Reply>(
  host: AttemptHost,
  task: JudgeTask<Reply>,
  timeoutMs: number,
): Promise<Reply | ArtdeskError> {
  try {
    if (task.signal?.aborted || timeoutMs <= 0)
      return new ArtdeskError({ code: "aborted", shortMessage: "Stopped before the judge was asked." });
    const response = await host.http.send(task.request(), { timeoutMs, signal: task.signal });
    if (response.status < 200 || response.status > 299) return await task.judge.readError(response);
    return await task.read(response);
  } catch (error) {
    if (isArtdeskError(error)) return error;
    return new ArtdeskError({
      code: "bad_response",
      shortMessage: `${task.judge.name}'s answer could not be read.`,
      details: error instanceof Error ? error.message : String(error),
      provider: task.judge.provider,
      billed: "unknown",
      cause: error,
    });
  }
}

function settlementOf<Reply extends { usage: JudgeUsage | undefined; requestId: string | undefined }>(
  task: JudgeTask<Reply>,
  outcome: Reply | ArtdeskError,
  durationMs: number,
): Settlement {
  const { judge, worstCaseMicroUsd } = task;
  const shared = { tableMicroUsd: worstCaseMicroUsd, images: 0, durationMs };
  if (isArtdeskError(outcome)) {
    const { billed } = outcome;
    return {
      ...shared,
      costMicroUsd: billed === "no" ? 0 : (outcome.usage?.costMicroUsd ?? worstCaseMicroUsd),
      usage: outcome.usage,
      requestId: outcome.requestId,
      outcome: outcome.code === "content_refused" ? "refused" : billed === "unknown" ? "unknown" : "failed",
      reason: outcome.code,
    };
  }
  const costMicroUsd = claimedJudgeMicroUsd(judge, outcome.usage, worstCaseMicroUsd);
  const judged = task.judged?.(outcome);
  return {
    ...shared,
    costMicroUsd,
    usage: outcome.usage && usageOf(judge, outcome.usage),
    requestId: outcome.requestId,
    outcome: "delivered",
    reason: undefined,
    ...(judged === undefined ? {} : { judged }),
  };
}

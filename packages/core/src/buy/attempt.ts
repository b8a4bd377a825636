import { ArtdeskError, isArtdeskError } from "../basics/errors.ts";
import type { Attempt } from "../basics/receipt.ts";
import type { AttemptHost, AttemptResult, AttemptTask } from "./attempt-task.ts";
import { bookAttempt, describeEnding, tablePrice } from "./book-attempt.ts";
import { keepExtras, tellOverrun, tellSizes } from "./tell-attempt.ts";
import { openGate } from "./gate.ts";
import type { Settlement } from "./ledger/ledger-types.ts";
import { sendCall, type Sent } from "./send-call.ts";

/**
 * Makes one paid call and books how it ended. Sends again only while the call surely was not billed. Never rejects:
 * whatever fails, images that arrived are returned. Takes its first POST from the allowance before it waits for anything,
 * so that calls started together each have one.
 */
export async function runAttempt(host: AttemptHost, task: AttemptTask): Promise<AttemptResult> {
  task.allowance.left -= 1;
  const { clock } = host;
  const { reservation, call } = task;
  // Waiting comes before the books: money in flight would be doubted after a while, money that is held is not.
  const gate = await openGate(host, task);
  const startedAtMs = clock.nowMs();
  const beginError = gate.error ? undefined : await begin(host, task, startedAtMs);
  const sent: Sent =
    (gate.error ?? beginError)
      ? { reply: undefined, error: gate.error ?? beginError, posts: 0 }
      : await sendCall(host, task, startedAtMs, gate);
  await gate.close();
  const extras = sent.reply?.extras ?? [];
  const unusable = sent.error?.unusableImages ?? 0;
  const tableMicroUsd = tablePrice(task, sent.reply ? sent.reply.images.length + extras.length + unusable : call.count);
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
    ...(task.twoStep?.enlarge === undefined ? {} : { kind: "base" as const }),
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
  host.overruns?.learn(reservation.model, ending.costMicroUsd, reservation.amountMicroUsd);
  const warnings = [
    ...tellSizes(task, sent.reply?.images ?? []),
    ...(await keepExtras(host, task, sent.reply ?? {})),
    ...tellOverrun(task, ending),
  ];
  task.onEvent({ type: "attempt_ended", attempt });
  const beginFailure = beginError?.code === "budget_exceeded" ? undefined : beginError;
  return {
    images: sent.reply?.images ?? [],
    attempt,
    error: sent.error,
    booksError: beginFailure ?? bookError,
    warnings,
    waitNote: gate.note,
  };
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
      ...task.twoStep,
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

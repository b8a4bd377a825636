import { bookAttempt, describeEnding, tablePrice } from "./book-attempt.ts";
import type { CatalogueRow } from "./catalogue/row.ts";
import { ArtdeskError, isArtdeskError } from "./errors.ts";
import type { OnEvent } from "./events.ts";
import type { Ledger, Reservation, Settlement } from "./ledger/types.ts";
import type { Policy } from "./policy/policy.ts";
import type { AbortSignalLike, Clock, Codec, Http, Journal, JournalEntry, Random } from "./ports.ts";
import type { Provider, ProviderCall } from "./provider.ts";
import { openGate } from "./schedule/gate.ts";
import type { Pacer } from "./schedule/pacer.ts";
import type { Attempt } from "./receipt.ts";
import { sendCall, type Sent } from "./send-call.ts";
import type { ReceivedImage } from "./types.ts";

/** The outside world of one attempt. */
export interface AttemptHost {
  http: Http;
  clock: Clock;
  random: Random;
  codec: Codec;
  ledger: Ledger;
  journal: Journal;
  /** Lets calls start only as fast as the provider allows. @default at once */
  pacer?: Pacer | undefined;
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
  /** For the two steps of one image: see {@link JournalEntry}. */
  twoStep?: Pick<JournalEntry, "enlarge" | "base"> | undefined;
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
  /** How long the call waited for the provider's limit before it was sent, for people. */
  waitNote: string | undefined;
}

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
  task.onEvent({ type: "attempt_ended", attempt });
  const beginFailure = beginError?.code === "budget_exceeded" ? undefined : beginError;
  return {
    images: sent.reply?.images ?? [],
    attempt,
    error: sent.error,
    booksError: beginFailure ?? bookError,
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

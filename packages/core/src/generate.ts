import { type AttemptHost, type AttemptResult, type PostAllowance, runAttempt } from "./attempt.ts";
import type { CatalogueRow } from "./catalogue/row.ts";
import { worstCaseCallMicroUsd } from "./cost.ts";
import { ArtdeskError, DISPOSITIONS, isArtdeskError } from "./errors.ts";
import type { OnEvent } from "./events.ts";
import type { Reservation, ReservationWish } from "./ledger/types.ts";
import type { Policy } from "./policy/policy.ts";
import type { AbortSignalLike, Random } from "./ports.ts";
import { pricedCall } from "./priced-call.ts";
import type { Provider } from "./provider.ts";
import type { Attempt, Decision, GenerateResult, Offer, ParsedRequest, ReceivedImage, Receipt } from "./types.ts";

/** A request with the decision that was made for it. */
export interface PlannedRequest {
  request: ParsedRequest;
  decision: Decision;
}

/** The world of one request: where to look models up, and how to decide again when the budget moved. */
export interface GenerateHost extends AttemptHost {
  policy: Policy;
  rowOf(model: string): CatalogueRow;
  providerOf(id: string): Provider;
  /** Plans the request again with the money that is left now. */
  replan(request: ParsedRequest): Promise<Decision>;
  /** What a provider that draws by itself may say about the offer that it stands in for. */
  stageNote(request: ParsedRequest): Promise<string | undefined>;
}

export interface GenerateOptions {
  signal?: AbortSignalLike | undefined;
  onEvent?: OnEvent | undefined;
  /** The caller's own key, shown in the books. @default "" */
  subject?: string | undefined;
  /** The caller's own words, kept in the journal. @default "" */
  note?: string | undefined;
  /** Reservations that {@link wishesFor} asked for and the ledger granted: used for the first offer. */
  held?: readonly Reservation[] | undefined;
}

interface Progress {
  images: Map<number, ReceivedImage>;
  attempts: Attempt[];
  firstOffer: Offer | undefined;
  error: ArtdeskError | undefined;
}

/** The calls that an offer needs for some of a request's images, in order of the images. */
export function wishesFor(
  planned: PlannedRequest,
  offer: Offer,
  positions: readonly number[],
  row: CatalogueRow,
  random: Random,
  subject: string,
): { wish: ReservationWish; positions: readonly number[] }[] {
  const calls: { wish: ReservationWish; positions: readonly number[] }[] = [];
  for (let start = 0; start < positions.length; start += row.maxImagesPerCall) {
    const part = positions.slice(start, start + row.maxImagesPerCall);
    calls.push({
      positions: part,
      wish: {
        id: random.id(),
        amountMicroUsd: worstCaseCallMicroUsd(row, pricedCall(planned.request, offer, part.length)),
        provider: offer.provider,
        model: offer.model,
        quality: offer.quality,
        size: offer.size,
        images: part.length,
        tags: planned.request.tags,
        subject,
      },
    });
  }
  return calls;
}

/**
 * Makes the images of a planned request: tries the offers in order until every image is there or nothing more may be
 * tried. What was delivered is always returned, with `error` beside it when something is missing.
 */
export async function generateImages(
  host: GenerateHost,
  planned: PlannedRequest,
  options: GenerateOptions,
): Promise<GenerateResult> {
  const startedAtMs = host.clock.nowMs();
  const onEvent: OnEvent = options.onEvent ?? ignoreEvent;
  const { request } = planned;
  const progress: Progress = { images: new Map(), attempts: [], firstOffer: undefined, error: undefined };
  let decision = planned.decision;
  let allowance: PostAllowance | undefined;
  let held = options.held;
  const excluded = new Set<string>();
  let replans = 0;

  for (let index = 0; index < decision.offers.length;) {
    const offer = decision.offers[index];
    if (!offer) break;
    if (isExcluded(excluded, offer)) {
      index += 1;
      continue;
    }
    const row = host.rowOf(offer.model);
    const missing = missingPositions(request.count, progress.images);
    const calls = wishesFor(planned, offer, missing, row, host.random, options.subject ?? "");
    allowance ??= { left: calls.length * (1 + host.policy.maxRetries) };
    let reservations: readonly Reservation[];
    try {
      reservations = held ?? (await host.ledger.reserve(calls.map((call) => call.wish)));
    } catch (error) {
      if (!isBudgetError(error)) throw error;
      progress.error = error;
      if (replans >= 3) break;
      replans += 1;
      decision = await host.replan(request);
      if (decision.blocked) progress.error = blockedError(decision, error);
      index = 0;
      continue;
    }
    held = undefined;
    progress.firstOffer ??= offer;
    const provider = host.providerOf(offer.provider);
    const note = provider.kind === "local" ? await host.stageNote(request) : undefined;
    const keepPosts = hasOtherProvider(decision.offers.slice(index + 1), offer, excluded) ? 1 : 0;
    // A call beside one that fails to start is paid for, too: all of them end before anything is thrown.
    const settled = await Promise.allSettled(
      calls.map((call, position) =>
        runAttempt(host, {
          provider,
          row,
          call: { request, offer, row, count: call.positions.length, note },
          reservation: reservationAt(reservations, position),
          positions: call.positions,
          journalNote: options.note ?? "",
          policy: host.policy,
          allowance: allowance as PostAllowance,
          keepPosts,
          signal: options.signal,
          onEvent,
        }).then((result) => ({ result, positions: call.positions })),
      ),
    );
    const results = settled.flatMap((call) => (call.status === "fulfilled" ? [call.value] : []));
    for (const { result, positions } of results) collect(progress, result, positions);
    const unstarted = settled.find((call) => call.status === "rejected");
    if (unstarted) {
      if (progress.images.size === 0 || !isArtdeskError(unstarted.reason)) throw unstarted.reason;
      progress.error = unstarted.reason;
      break;
    }
    progress.error = worstError(results.map(({ result }) => result.error));
    if (progress.images.size >= request.count || !progress.error || allowance.left <= 0) break;
    const step = nextStep(progress.error, host.policy);
    if (step === "stop") break;
    if (step === "next") {
      exclude(excluded, progress.error, offer);
      const next = decision.offers.slice(index + 1).find((candidate) => !isExcluded(excluded, candidate));
      if (!next) break;
      onEvent({
        type: "fallback",
        from: offer,
        to: next,
        code: progress.error.code,
        message: progress.error.shortMessage,
      });
      index += 1;
    }
  }
  return finish(host, request, decision, progress, startedAtMs);
}

function ignoreEvent(): void {}

function reservationAt(reservations: readonly Reservation[], position: number): Reservation {
  const reservation = reservations[position];
  if (!reservation) throw new RangeError("fewer reservations than calls");
  return reservation;
}

function missingPositions(count: number, images: ReadonlyMap<number, ReceivedImage>): number[] {
  return Array.from({ length: count }, (_, position) => position).filter((position) => !images.has(position));
}

function collect(progress: Progress, result: AttemptResult, positions: readonly number[]): void {
  progress.attempts.push(result.attempt);
  result.images.forEach((image, index) => {
    const position = positions[index];
    if (position !== undefined) progress.images.set(position, image);
  });
}

/** Of several errors the one that allows least: stop before next, unknown outcomes before sure ones. */
function worstError(errors: readonly (ArtdeskError | undefined)[]): ArtdeskError | undefined {
  const present = errors.filter((error) => error !== undefined);
  return present.toSorted((left, right) => severity(right) - severity(left))[0];
}

function severity(error: ArtdeskError): number {
  if (error.code === "aborted") return 4;
  if (error.billed === "unknown") return 3;
  return DISPOSITIONS[error.code] === "stop" ? 2 : 1;
}

function nextStep(error: ArtdeskError, policy: Policy): "stop" | "next" | "again" {
  if (error.code === "aborted") return "stop";
  if (error.billed === "unknown") return policy.onUnknown === "retry" ? "again" : policy.onUnknown;
  if (error.code === "content_refused") return policy.onRefusal;
  return DISPOSITIONS[error.code] === "stop" ? "stop" : "next";
}

/** Remembers what need not be tried again: a key that does not work rules out its provider, a busy model itself. */
function exclude(excluded: Set<string>, error: ArtdeskError, offer: Offer): void {
  if (error.code === "auth_failed" || error.code === "quota_exhausted") excluded.add(`provider ${offer.provider}`);
  else if (error.code === "content_refused" || DISPOSITIONS[error.code] === "retry_same")
    excluded.add(`model ${offer.model}`);
  else excluded.add(offerKey(offer));
}

function isExcluded(excluded: ReadonlySet<string>, offer: Offer): boolean {
  return (
    excluded.has(`provider ${offer.provider}`) || excluded.has(`model ${offer.model}`) || excluded.has(offerKey(offer))
  );
}

function offerKey(offer: Offer): string {
  return `offer ${offer.model} ${offer.quality} ${offer.size}`;
}

function hasOtherProvider(offers: readonly Offer[], current: Offer, excluded: ReadonlySet<string>): boolean {
  return offers.some((offer) => offer.provider !== current.provider && !isExcluded(excluded, offer));
}

function isBudgetError(error: unknown): error is ArtdeskError {
  return isArtdeskError(error) && error.code === "budget_exceeded";
}

/** The error of a decision that leaves nothing to try. */
export function blockedError(decision: Decision, cause?: unknown): ArtdeskError {
  const blocked = decision.blocked ?? {
    code: "no_candidate",
    message: "No model can do this.",
    hint: "See the rejections.",
  };
  return new ArtdeskError({
    code: blocked.code,
    shortMessage: blocked.message,
    hint: blocked.hint,
    cause,
  });
}

function finish(
  host: GenerateHost,
  request: ParsedRequest,
  decision: Decision,
  progress: Progress,
  startedAtMs: number,
): GenerateResult {
  const { attempts } = progress;
  const images = [...progress.images].toSorted(([left], [right]) => left - right).map(([, image]) => image);
  const complete = images.length >= request.count;
  const deliveredBy = attempts.find((attempt) => attempt.images > 0);
  const offer =
    decision.offers.find((candidate) => deliveredBy && offerMatches(candidate, deliveredBy)) ?? progress.firstOffer;
  const receipt: Receipt = {
    offer,
    model: deliveredBy?.model,
    attempts,
    costMicroUsd: sum(attempts.filter((attempt) => attempt.billed !== "unknown")),
    possiblyBilledMicroUsd: sum(attempts.filter((attempt) => attempt.billed === "unknown")),
    reasons: offer?.reasons ?? [],
    warnings: [...decision.warnings, ...attempts.flatMap(bookkeepingWarning)],
    requestIds: attempts.flatMap((attempt) => attempt.requestId ?? []),
    hashes: images.map((image) => image.sha256),
    durationMs: Math.max(0, host.clock.nowMs() - startedAtMs),
  };
  return {
    images,
    positions: [...progress.images.keys()].toSorted((a, b) => a - b),
    receipt,
    decision,
    error: complete ? undefined : (progress.error ?? blockedError(decision)),
  };
}

/** A whole delivery that could not be written down as it should. */
function bookkeepingWarning(attempt: Attempt): string[] {
  return attempt.outcome === "delivered" && attempt.error ? [attempt.error.message] : [];
}

function offerMatches(offer: Offer, attempt: Attempt): boolean {
  return offer.model === attempt.model && offer.quality === attempt.quality && offer.size === attempt.size;
}

function sum(attempts: readonly Attempt[]): number {
  return attempts.reduce((total, attempt) => total + attempt.costMicroUsd, 0);
}

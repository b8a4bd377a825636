import { ArtdeskError, isArtdeskError } from "../basics/errors.ts";
import type { OnEvent } from "../basics/events.ts";
import type { AbortSignalLike } from "../basics/ports.ts";
import type { GenerateResult } from "../basics/receipt.ts";
import type { Decision, Offer, ParsedRequest, ReceivedImage } from "../basics/types.ts";
import type { PlannedRequest } from "../decide/plan/planned-request.ts";
import type { Policy } from "../decide/policy/policy.ts";
import type { Provider } from "../models/adapter/provider.ts";
import type { CatalogueRow } from "../models/rows/row.ts";
import type { AttemptHost, AttemptResult } from "./attempt-task.ts";
import { runAttempt } from "./attempt.ts";
import { blockedError, composeResult, type Progress } from "./compose-result.ts";
import type { Reservation } from "./ledger/ledger-types.ts";
import { makeInTwoSteps } from "./make-in-two-steps.ts";
import { Exclusions, mostCautious, stepAfter, worstError } from "./next-step.ts";
import { RequestAllowance } from "./request-allowance.ts";
import { wishesFor } from "./wishes-for.ts";

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
  /** Aborting it cuts calls off, billed or not. */
  signal?: AbortSignalLike | undefined;
  /** Aborting it ends waits and starts no further call; calls under way finish. */
  stop?: AbortSignalLike | undefined;
  onEvent?: OnEvent | undefined;
  /** The caller's own key, shown in the books. @default "" */
  subject?: string | undefined;
  /** The caller's own words, kept in the journal. @default "" */
  note?: string | undefined;
  /** Which of the caller's images these are, when the request is a part of a larger one: for the journal. */
  positions?: readonly number[] | undefined;
  /** Reservations that {@link wishesFor} asked for and the ledger granted: used for the first offer. */
  held?: readonly Reservation[] | undefined;
  /** The request enlarges the image of this attempt, whose own delivery was cut off: for the journal. */
  base?: string | undefined;
}

/**
 * Makes the images of a planned request: tries the offers in order until every image is there or nothing more may be
 * tried. What was delivered is always returned, with `error` beside it when something is missing. Rejects only when the
 * ledger fails before the first attempt.
 */
export async function generateImages(
  host: GenerateHost,
  planned: PlannedRequest,
  options: GenerateOptions,
): Promise<GenerateResult> {
  const startedAtMs = host.clock.nowMs();
  const { request } = planned;
  const progress: Progress = {
    images: new Map(),
    attempts: [],
    firstOffer: undefined,
    error: undefined,
    warnings: [],
    notes: [],
  };
  const onEvent = guardListener(options.onEvent, progress);
  let decision = planned.decision;
  let held = options.held;
  const excluded = new Exclusions();
  const triedProviders = new Set<string>();
  const allowance = new RequestAllowance(host.policy);
  let replans = 0;

  for (let index = 0; index < decision.offers.length;) {
    const offer = decision.offers[index];
    if (!offer) break;
    if (excluded.has(offer)) {
      index += 1;
      continue;
    }
    if (options.signal?.aborted && !held) {
      progress.error = new ArtdeskError({ code: "aborted", shortMessage: "Stopped before the next call." });
      break;
    }
    const missing = missingPositions(request.count, progress.images);
    const calls = allowance.admit(wishesFor(host, planned, offer, missing, options.subject ?? ""));
    let reservations: readonly Reservation[];
    try {
      reservations = held ?? (await host.ledger.reserve(calls.map((call) => call.wish)));
    } catch (error) {
      const isBudget = isArtdeskError(error) && error.code === "budget_exceeded";
      if (!isBudget && progress.attempts.length === 0) throw error;
      progress.error = isArtdeskError(error) ? error : ledgerError(error);
      if (!isBudget || replans >= MAX_REPLANS) break;
      replans += 1;
      decision = await replan(host, request, decision, progress);
      if (decision.blocked) progress.error = blockedError(decision, error);
      index = 0;
      continue;
    }
    held = undefined;
    progress.firstOffer ??= offer;
    const note = host.providerOf(offer.provider).kind === "local" ? await stageNote(host, request) : undefined;
    triedProviders.add(offer.provider);
    const later = decision.offers.slice(index + 1).filter((candidate) => !excluded.has(candidate));
    const keepPosts = hasUntried(later, triedProviders) ? 1 : 0;
    const tasks = calls.map(({ positions, ...call }, position) => ({
      provider: host.providerOf(call.offer.provider),
      row: host.rowOf(call.offer.model),
      call: { ...call, row: host.rowOf(call.offer.model), count: positions.length, note },
      reservation: reservationAt(reservations, position),
      positions: positions.map((index) => options.positions?.[index] ?? index),
      journalNote: options.note ?? "",
      ...(options.base === undefined ? {} : { twoStep: { base: options.base } }),
      policy: host.policy,
      allowance,
      keepPosts,
      signal: options.signal,
      stop: options.stop,
      onEvent,
    }));
    const attempted = await (offer.steps
      ? makeInTwoSteps(host, tasks)
      : Promise.all(tasks.map((task) => runAttempt(host, task))));
    const results = attempted.map((result, index) => ({ result, positions: calls[index]?.positions ?? [] }));
    for (const { result, positions } of results) collect(progress, result, positions);
    const errors = results.flatMap(({ result }) => result.error ?? []);
    const booksError = results.find(({ result }) => result.booksError)?.result.booksError;
    if (booksError) progress.warnings.push(booksError.shortMessage);
    progress.error = worstError(errors) ?? booksError;
    // What is paid for is enlarged by the next run: nothing else is bought in its place.
    const isHalfDone = attempted.some(({ attempt }) => attempt.kind === "base" && attempt.images > 0);
    if (progress.images.size >= request.count || booksError || isHalfDone || allowance.left <= 0) break;
    const stepOf = (error: ArtdeskError) => stepAfter(error, host.policy, allowance.left > keepPosts);
    const step = mostCautious(errors.map(stepOf));
    if (step === "stop") break;
    if (step === "again" || !progress.error) continue;
    for (const error of errors) if (stepOf(error) === "next") excluded.add(error, offer);
    const left = later.filter((candidate) => !excluded.has(candidate));
    const next = chooseNext(left, triedProviders, allowance);
    if (!next) break;
    const { code, shortMessage } = progress.error;
    onEvent({ type: "fallback", from: offer, to: next, code, message: shortMessage });
    index = decision.offers.indexOf(next);
  }
  return composeResult(request, decision, progress, Math.max(0, host.clock.nowMs() - startedAtMs));
}

const MAX_REPLANS = 3;

function hasUntried(offers: readonly Offer[], triedProviders: ReadonlySet<string>): boolean {
  return offers.some(({ provider }) => !triedProviders.has(provider));
}

/** The first of these offers; with one POST left the first of another provider, for which it was kept. */
function chooseNext(
  offers: readonly Offer[],
  triedProviders: ReadonlySet<string>,
  { left }: RequestAllowance,
): Offer | undefined {
  const untried = offers.find(({ provider }) => !triedProviders.has(provider));
  return (left === 1 ? untried : undefined) ?? offers[0];
}

/** A listener that throws must not cost a paid image: what it threw becomes a warning. */
function guardListener(listener: OnEvent | undefined, progress: Progress): OnEvent {
  return (event) => {
    try {
      listener?.(event);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      progress.warnings.push(`Showing "${event.type}" failed: ${why}`);
    }
  };
}

/** Plans again with the money that is left; what was delivered is kept when that fails. */
async function replan(
  host: GenerateHost,
  request: ParsedRequest,
  decision: Decision,
  progress: Progress,
): Promise<Decision> {
  try {
    return await host.replan(request);
  } catch (error) {
    if (progress.attempts.length === 0) throw error;
    return { ...decision, offers: [] };
  }
}

function ledgerError(cause: unknown): ArtdeskError {
  return new ArtdeskError({
    code: "unavailable",
    shortMessage: "The ledger could not be written, so nothing more is bought.",
    details: cause instanceof Error ? cause.message : String(cause),
    cause,
  });
}

/** The note is for people only, so that a ledger which cannot be read is no reason to fail. */
async function stageNote(host: GenerateHost, request: ParsedRequest): Promise<string | undefined> {
  try {
    return await host.stageNote(request);
  } catch {
    return undefined;
  }
}

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
  progress.warnings.push(...result.warnings);
  if (result.waitNote !== undefined) progress.notes.push(result.waitNote);
  result.images.forEach((image, index) => {
    const position = positions[index];
    if (position !== undefined) progress.images.set(position, image);
  });
}

import { ArtdeskError } from "../basics/errors.ts";
import type { Attempt, GenerateResult, Receipt } from "../basics/receipt.ts";
import type { Decision, Offer, ParsedRequest, ReceivedImage } from "../basics/types.ts";

/** What a request has come to so far. */
export interface Progress {
  /** By position in the request. */
  images: Map<number, ReceivedImage>;
  attempts: Attempt[];
  firstOffer: Offer | undefined;
  error: ArtdeskError | undefined;
  /** What went wrong without costing an image. */
  warnings: string[];
  /** What people may want to know besides the reasons of the offer. */
  notes: string[];
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

/** The result with its receipt: what was delivered, what it cost, and what is missing. */
export function composeResult(
  request: ParsedRequest,
  decision: Decision,
  progress: Progress,
  durationMs: number,
): GenerateResult {
  const { attempts } = progress;
  const images = [...progress.images].toSorted(([left], [right]) => left - right).map(([, image]) => image);
  const complete = images.length >= request.count;
  const deliveredBy = attempts.find((attempt) => attempt.images > 0 && attempt.kind !== "base");
  const offer =
    decision.offers.find((candidate) => deliveredBy && offerMatches(candidate, deliveredBy)) ?? progress.firstOffer;
  const receipt: Receipt = {
    offer,
    model: deliveredBy && (offer?.steps ? offer.model : deliveredBy.model),
    attempts,
    costMicroUsd: sum(attempts.filter((attempt) => attempt.billed !== "unknown")),
    possiblyBilledMicroUsd: sum(attempts.filter((attempt) => attempt.billed === "unknown")),
    reasons: [...(offer?.reasons ?? []), ...progress.notes],
    warnings: [...decision.warnings, ...progress.warnings],
    requestIds: attempts.flatMap((attempt) => attempt.requestId ?? []),
    hashes: images.map((image) => image.sha256),
    durationMs,
  };
  return {
    images,
    positions: [...progress.images.keys()].toSorted((a, b) => a - b),
    receipt,
    decision,
    error: complete ? undefined : (progress.error ?? blockedError(decision)),
  };
}

function offerMatches(offer: Offer, attempt: Attempt): boolean {
  const { model, quality, size } = offer.steps?.[1] ?? offer;
  return model === attempt.model && quality === attempt.quality && size === attempt.size;
}

function sum(attempts: readonly Attempt[]): number {
  return attempts.reduce((total, attempt) => total + attempt.costMicroUsd, 0);
}

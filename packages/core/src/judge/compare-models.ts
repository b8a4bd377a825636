import type { Artdesk } from "../artdesk.ts";
import { ArtdeskError, type ErrorCode, isArtdeskError } from "../errors.ts";
import type { OnEvent } from "../events.ts";
import type { PlannedRequest } from "../generate.ts";
import type { AbortSignalLike } from "../ports.ts";
import type { Attempt, GenerateResult } from "../receipt.ts";
import type { ImageRequest, ReceivedImage } from "../types.ts";
import { findWinner, type Winner } from "./find-winner.ts";
import type { JudgedImage } from "./verification.ts";
import { type RateInterval, wilsonInterval } from "./wilson-interval.ts";

export interface CompareOptions {
  /** Models by id or alias; `MODEL@QUALITY` pins a quality, too. */
  models: readonly string[];
  /** Images per model, 1 to 10. @default 5 */
  attempts?: number | undefined;
  signal?: AbortSignalLike | undefined;
  onEvent?: OnEvent | undefined;
  /** The caller's own key, shown in the books. */
  subject?: string | undefined;
}

/** How often one element was there. */
export interface ElementRate extends RateInterval {
  id: string;
  element: string;
  /** Images of which the judge could not tell. Not part of the trials. */
  unsure: number;
}

/** What one model did. */
export interface ComparedModel {
  /** As it was asked for. */
  name: string;
  model: string;
  quality: string;
  size: string;
  /** Images that came, at most the attempts. */
  images: readonly ReceivedImage[];
  judged: readonly JudgedImage[];
  elements: readonly ElementRate[];
  /** All elements of all images together. */
  placed: RateInterval;
  /** Images in which every element was there. */
  complete: RateInterval;
  /** Mean of the images' element means; undefined when none was judged. */
  elementMean: number | undefined;
  promptScore: number | undefined;
  /** Cost of the images, failed attempts included, without the judge. Micro-USD. */
  costMicroUsd: number;
  /** Micro-USD; undefined without images. */
  costPerImageMicroUsd: number | undefined;
  judgeMicroUsd: number;
  /** Every call, the judge's too. */
  attempts: readonly Attempt[];
  /** Mean time of a call that delivered. */
  durationMs: number | undefined;
  warnings: readonly string[];
  error: { code: ErrorCode; message: string } | undefined;
}

/** The same prompt on several models. */
export interface Comparison {
  prompt: string;
  attempts: number;
  models: readonly ComparedModel[];
  winner: Winner;
  /** All that was spent, possibly billed amounts included. Micro-USD. */
  costMicroUsd: number;
}

/**
 * Makes the same images with each model, has them judged, and compares. All models are planned before anything is paid,
 * and the models take turns in the order given. A model that fails does not stop the others.
 * @throws ArtdeskError `invalid_request`, or what keeps one of the models from being used
 */
export async function compareModels(
  desk: Artdesk,
  request: ImageRequest,
  options: CompareOptions,
): Promise<Comparison> {
  const attempts = options.attempts ?? 5;
  const names = [...new Set(options.models)];
  if (names.length < 2) throw invalid("models: a comparison needs two models or more.");
  if (!Number.isInteger(attempts) || attempts < 1 || attempts > 10)
    throw invalid(`attempts: ${attempts} is not a whole number from 1 to 10.`);
  const planned: { name: string; planned: PlannedRequest }[] = [];
  for (const name of names) {
    const [model, quality] = name.split("@");
    const wish: ImageRequest = { ...request, model, count: attempts, verify: "report" };
    if (quality !== undefined) wish.quality = quality;
    const plan = await desk.plan(wish);
    const { blocked } = plan.decision;
    if (blocked)
      throw new ArtdeskError({ code: blocked.code, shortMessage: `${name}: ${blocked.message}`, hint: blocked.hint });
    planned.push({ name, planned: plan });
  }
  const models: ComparedModel[] = [];
  let costMicroUsd = 0;
  const makers = [...new Set(planned.flatMap(({ planned: { decision } }) => decision.offers[0]?.provider ?? []))];
  for (const { name, planned: plan } of planned) {
    const offer = plan.decision.offers[0];
    const only: PlannedRequest = {
      ...plan,
      // The best offer alone: a fallback to another quality would compare something else.
      decision: { ...plan.decision, offers: offer ? [offer] : [] },
      verification: plan.verification && { ...plan.verification, makers },
    };
    const { signal, onEvent, subject } = options;
    const result = await desk.generatePlanned(only, { signal, onEvent, subject }).catch((error: unknown) => {
      if (isArtdeskError(error)) return error;
      throw error;
    });
    const compared = describeModel(name, only, result);
    models.push(compared);
    costMicroUsd += compared.costMicroUsd + compared.judgeMicroUsd;
  }
  const prompt = planned[0]?.planned.request.prompt ?? request.prompt;
  return { prompt, attempts, models, winner: findWinner(models), costMicroUsd };
}

function describeModel(
  name: string,
  { decision }: PlannedRequest,
  result: GenerateResult | ArtdeskError,
): ComparedModel {
  const [offer] = decision.offers;
  const made = isArtdeskError(result) ? undefined : result;
  const error = isArtdeskError(result) ? result : result.error;
  const judged = made?.receipt.verification?.images ?? [];
  const calls = made?.receipt.attempts.filter(({ kind }) => kind === undefined || kind === "image") ?? [];
  const costMicroUsd = calls.reduce((total, call) => total + call.costMicroUsd, 0);
  const delivered = calls.filter((call) => call.images > 0);
  const images = made?.images ?? [];
  const mean = (values: readonly number[]): number | undefined =>
    values.length === 0 ? undefined : values.reduce((total, value) => total + value, 0) / values.length;
  const elements = ratesOf(judged);
  const decided = judged.filter(({ verdict }) => verdict !== "unsure");
  return {
    name,
    model: offer?.model ?? name,
    quality: offer?.quality ?? "",
    size: offer?.size ?? "",
    images,
    judged,
    elements,
    placed: wilsonInterval(
      elements.reduce((total, { successes }) => total + successes, 0),
      elements.reduce((total, { trials }) => total + trials, 0),
    ),
    complete: wilsonInterval(decided.filter(({ verdict }) => verdict === "placed").length, decided.length),
    elementMean: mean(judged.flatMap(({ elementMean }) => elementMean ?? [])),
    promptScore: mean(judged.flatMap(({ promptScore }) => promptScore ?? [])),
    costMicroUsd,
    costPerImageMicroUsd: images.length === 0 ? undefined : Math.round(costMicroUsd / images.length),
    judgeMicroUsd: made?.receipt.verification?.judgeMicroUsd ?? 0,
    attempts: made?.receipt.attempts ?? [],
    durationMs: mean(delivered.map((call) => call.durationMs)),
    warnings: [...decision.warnings, ...(made?.receipt.verification?.reasons ?? [])],
    error: error && { code: error.code, message: error.shortMessage },
  };
}

function ratesOf(judged: readonly JudgedImage[]): ElementRate[] {
  return (judged[0]?.elements ?? []).map(({ id, element }) => {
    const verdicts = judged.flatMap(({ elements }) => elements.find((item) => item.id === id)?.verdict ?? []);
    const placed = verdicts.filter((verdict) => verdict === "placed").length;
    const unsure = verdicts.filter((verdict) => verdict === "unsure").length;
    return { id, element, unsure, ...wilsonInterval(placed, verdicts.length - unsure) };
  });
}

function invalid(shortMessage: string): ArtdeskError {
  return new ArtdeskError({ code: "invalid_request", shortMessage });
}

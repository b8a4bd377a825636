import { ArtdeskError, isArtdeskError } from "../../basics/errors.ts";
import type { GenerateResult } from "../../basics/receipt.ts";
import type { ImageRequest, Offer } from "../../basics/types.ts";
import type { JudgedImage } from "../../basics/verification.ts";
import type { Reservation } from "../../buy/ledger/ledger-types.ts";
import { releaseHeld } from "../../buy/ledger/release-held.ts";
import type { VerifiedPlan } from "../verify/plan-verification.ts";
import type { OneJudge } from "../ask/judge-panel.ts";
import type {
  ComparingDesk,
  CompareOptions,
  ComparedModel,
  Comparison,
  ComparisonRun,
  ElementRate,
  PlannedComparison,
} from "./comparison.ts";
import { findWinner } from "./find-winner.ts";
import { wilsonInterval } from "./wilson-interval.ts";

/**
 * Makes the same images with each model, has them judged, and compares. All models are planned, and the money for all
 * their images is set aside, before anything is paid. The models take turns in the order given. A model that fails does
 * not stop the others.
 * @throws ArtdeskError `invalid_request`, `budget_exceeded`, or what keeps one of the models from being used
 */
export async function compareModels(
  desk: ComparingDesk,
  request: ImageRequest,
  options: CompareOptions,
): Promise<Comparison> {
  const comparison = await planComparison(desk, request, options);
  const [held] = await holdComparisons(desk, [{ comparison, subject: options.subject ?? "" }]);
  return comparePlanned(desk, comparison, { ...options, held });
}

/**
 * Plans the images of every model. Calls nobody.
 * @throws ArtdeskError `invalid_request`, or what keeps one of the models from being used
 */
export async function planComparison(
  desk: ComparingDesk,
  request: ImageRequest,
  options: Pick<CompareOptions, "models" | "attempts">,
): Promise<PlannedComparison> {
  const attempts = options.attempts ?? 5;
  const names = [...new Set(options.models)];
  if (names.length < 2) throw invalid("models: a comparison needs two models or more.");
  if (!Number.isInteger(attempts) || attempts < 1 || attempts > 10)
    throw invalid(`attempts: ${JSON.stringify(attempts)} is not a whole number from 1 to 10.`);
  const plans: { name: string; plan: VerifiedPlan; offer: Offer }[] = [];
  for (const name of names) {
    const [model, quality] = name.split("@");
    const wish: ImageRequest = { ...request, model, count: attempts, verify: "report" };
    if (quality !== undefined) wish.quality = quality;
    const plan = await desk.plan(wish);
    const { offers, blocked } = plan.decision;
    const [offer] = offers;
    if (blocked || !offer)
      throw new ArtdeskError({
        code: blocked?.code ?? "no_candidate",
        shortMessage: `${name}: ${blocked?.message ?? "nothing is on offer."}`,
        hint: blocked?.hint,
      });
    plans.push({ name, plan, offer });
  }
  const oneJudge: OneJudge = { makers: [...new Set(plans.map(({ offer }) => offer.provider))] };
  const models = plans.map(({ name, plan, offer }) => ({
    name,
    planned: {
      // The best offer alone, also when its call has to be planned again: another quality would compare something else.
      request: { ...plan.request, quality: offer.quality },
      decision: { ...plan.decision, offers: [offer] },
      verification: plan.verification && { ...plan.verification, oneJudge },
    },
  }));
  return { attempts, models };
}

/**
 * Sets money aside for the images of these comparisons, in one write: for all of them or for none. Judging reserves for
 * itself, image by image.
 * @returns what is held, by comparison and model
 * @throws ArtdeskError `budget_exceeded` when not all of it fits
 */
export async function holdComparisons(
  desk: ComparingDesk,
  comparisons: readonly { comparison: PlannedComparison; subject: string }[],
): Promise<readonly (readonly (readonly Reservation[])[])[]> {
  const groups = await desk.hold(
    comparisons.flatMap(({ comparison, subject }) => comparison.models.map(({ planned }) => ({ planned, subject }))),
  );
  let next = 0;
  return comparisons.map(({ comparison }) => groups.slice(next, (next += comparison.models.length)));
}

/** Makes what {@link planComparison} planned. What is held for models that are not made any more is given back. */
export async function comparePlanned(
  desk: ComparingDesk,
  { attempts, models: planned }: PlannedComparison,
  { held, ...options }: ComparisonRun,
): Promise<Comparison> {
  const models: ComparedModel[] = [];
  for (const [index, { name, planned: plan }] of planned.entries()) {
    try {
      const result = await desk.generatePlanned(plan, { ...options, held: held?.[index] }).catch((error: unknown) => {
        if (isArtdeskError(error)) return error;
        throw error;
      });
      models.push(describeModel(name, plan, result));
    } catch (error) {
      await releaseHeld(desk.ledger, (held ?? []).slice(index + 1).flat()).catch(() => undefined);
      throw error;
    }
  }
  const costMicroUsd = models.reduce((total, model) => total + model.costMicroUsd + model.judgeMicroUsd, 0);
  return {
    prompt: planned[0]?.planned.request.prompt ?? "",
    attempts,
    models,
    winner: findWinner(models),
    costMicroUsd,
  };
}

function describeModel(name: string, { decision }: VerifiedPlan, result: GenerateResult | ArtdeskError): ComparedModel {
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

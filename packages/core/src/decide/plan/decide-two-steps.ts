import { formatUsd } from "../../basics/money.ts";
import type { Brief, ParsedRequest, RejectedOffer } from "../../basics/types.ts";
import type { PolicyVerdict } from "../policy/evaluate.ts";
import { rejectionOf, type Candidate } from "./candidate.ts";
import type { PricedCandidate } from "./order-offers.ts";
import type { Till } from "./till.ts";

/** What a decision on two steps is made from. */
export interface TwoStepInput {
  request: ParsedRequest;
  brief: Brief;
  verdict: PolicyVerdict;
  /** Make the image in two steps: a smaller one, then larger. */
  pairs: readonly Candidate[];
  /** Make the image at once. */
  singles: readonly Candidate[];
}

/** An image made in two steps: taken into the choice, or ruled out. */
export interface TwoStepDecision {
  candidate?: Candidate | undefined;
  rejection?: RejectedOffer | undefined;
}

/**
 * Whether the cheapest way in two steps is worth it: it costs less than every model that makes the image at once, by its
 * estimate and by the most that it may cost. What would be worth it and is not allowed is reported with the reason.
 */
export function decideTwoSteps(till: Till, input: TwoStepInput): TwoStepDecision {
  const { request, pairs, singles } = input;
  // A batch halves the price of one step; of several images each would need an enlargement of its own.
  if (request.urgency === "batch" || request.count > 1) return {};
  const pair = cheapest(pairs.map((candidate) => till.price(candidate)));
  const single = cheapest(singles.map((candidate) => till.price(candidate)));
  if (pair?.steps === undefined) return {};
  const pays =
    single === undefined ||
    (pair.estimateMicroUsd < single.estimateMicroUsd && pair.worstCaseMicroUsd <= single.worstCaseMicroUsd);
  if (!pays) return {};
  const words = `${describeSteps(pair, pair.steps)}: ${formatUsd(pair.estimateMicroUsd)} in all, ${describeSingle(single)}.`;
  const objection = objectionTo(input);
  if (objection !== undefined)
    return { rejection: rejectionOf(pair.candidate, `Not made in two steps: ${objection} (${words})`) };
  return { candidate: { ...pair.candidate, leadingReason: `Made in two steps: ${words}` } };
}

/** Why an image may not be enlarged although it would pay; undefined when it may. */
function objectionTo({ request, brief, verdict }: TwoStepInput): string | undefined {
  if (verdict.mayEnlarge === true) return undefined;
  if (verdict.mayEnlarge === false) return "a rule of your policy sets may_enlarge: false.";
  const allow = "A policy rule with may_enlarge: true allows it.";
  if (request.purpose === "client") return `client work is made by one model at full size. ${allow}`;
  if (verdict.tier === "premium") return `premium work is made by one model at full size. ${allow}`;
  if (brief.rendersText)
    return `enlarging damages writing, and this image has some (${brief.evidence.text ?? "its prompt asks for it"}). ${allow}`;
  if (verdict.order === "quality") return `your policy puts quality before cost. ${allow}`;
  return undefined;
}

function cheapest(offers: readonly PricedCandidate[]): PricedCandidate | undefined {
  let best: PricedCandidate | undefined;
  for (const offer of offers) if (best === undefined || compare(offer, best) < 0) best = offer;
  return best;
}

function compare(left: PricedCandidate, right: PricedCandidate): number {
  return (
    left.estimateMicroUsd - right.estimateMicroUsd ||
    left.worstCaseMicroUsd - right.worstCaseMicroUsd ||
    left.candidate.quality.latencyMs - right.candidate.quality.latencyMs ||
    compareNames(left.candidate, right.candidate)
  );
}

function compareNames(left: Candidate, right: Candidate): number {
  if (left.row.id !== right.row.id) return left.row.id < right.row.id ? -1 : 1;
  return left.step - right.step;
}

function describeSteps(
  { candidate }: PricedCandidate,
  [base, enlarger]: NonNullable<PricedCandidate["steps"]>,
): string {
  const { factor = 1 } = enlarger.candidate.size;
  const times = `${Number(factor.toFixed(2))} times to ${candidate.size.size}`;
  return `generate at ${base.candidate.size.size} with ${name(base)} for ${formatUsd(base.estimateMicroUsd)}, then enlarge ${times} with ${enlarger.candidate.row.id} for ${formatUsd(enlarger.estimateMicroUsd)}`;
}

function describeSingle(single: PricedCandidate | undefined): string {
  return single === undefined
    ? "and no model that qualifies makes this size at once"
    : `cheaper than ${name(single)} at ${formatUsd(single.estimateMicroUsd)}`;
}

function name({ candidate }: PricedCandidate): string {
  const { row, quality } = candidate;
  return quality.id === "default" ? row.id : `${row.id} ${quality.id}`;
}

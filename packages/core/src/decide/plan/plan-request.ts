import type { Brief, Decision, RejectedOffer } from "../../basics/types.ts";
import type { Catalogue } from "../../models/catalogue/catalogue.ts";
import { readBrief } from "../brief/read-brief.ts";
import { evaluatePolicy, type PolicyVerdict } from "../policy/evaluate.ts";
import type { Policy } from "../policy/policy.ts";
import { sourceSize } from "../request/source-size.ts";
import type { Candidate, Unfit } from "./candidate.ts";
import { decideTwoSteps, type TwoStepDecision } from "./decide-two-steps.ts";
import { explainNoCandidate, explainUnaffordable } from "./explain-blocked.ts";
import { makeOffers } from "./make-offers.ts";
import { budgetWarnings, findMissingTag } from "./money-limits.ts";
import { resolveNames, resolvePolicyModels, type Blocked } from "./named-models.ts";
import type { OfferTable, TableQuery } from "./offer-table.ts";
import { offerTable, twoStepTable } from "./table-cache.ts";
import { Till, type TillInput } from "./till.ts";

/** What a decision is made from; nothing else influences it. */
export interface PlanInput extends TillInput {
  policy: Policy;
  catalogue: Catalogue;
  /** Whether a provider can be called. */
  hasKey(provider: string): boolean;
  /** Today, for shutdown dates and the budget's month (UTC). */
  todayMs: number;
  /** Only these providers. With only providers that draw by themselves (`sketch`), whatever they make is wanted. */
  enabledProviders?: readonly string[] | undefined;
  /** Plan as if every provider had a key: what would be used. @default false */
  assumeKeys?: boolean | undefined;
  /**
   * Where no cheap model makes the size that is wanted, a smaller image may be made and enlarged. Only for callers that
   * keep the smaller image until the larger one is delivered. @default false
   */
  twoSteps?: boolean | undefined;
}

/**
 * Decides which offers may make the image, in which order, and why the others may not.
 * Never throws: when nothing is left, `blocked` says why and what to do. Equal input gives equal bytes.
 */
export function planRequest(input: PlanInput): Decision {
  const { request, policy, catalogue, spend, budget } = input;
  const brief = readBrief(request);
  const verdict = evaluatePolicy(policy, request, brief, spend);
  const today = isoDay(input.todayMs);
  const policyModels = resolvePolicyModels(catalogue.rows, policy);
  const names = resolveNames(catalogue.rows, request.model, verdict.models, verdict.avoidModels, today);
  const warnings = [...names.warnings, ...policyModels.warnings];
  const missingTag = isLocalOnly(input) ? undefined : findMissingTag(budget, request);
  const problem = names.problem ?? policyModels.problem ?? missingTag;
  if (problem !== undefined) return blockedDecision(problem, [], verdict, brief, warnings);
  const query: TableQuery = {
    catalogue,
    needs: {
      operation: request.operation,
      purpose: request.purpose,
      references: request.references.length,
      hasMask: request.mask !== undefined,
      transparent: request.transparent,
      format: request.mayConvert === true ? undefined : request.format,
      promptCharacters: request.prompt.length,
      today,
    },
    size: request.size,
    source: sourceSize(request),
    quality: request.quality ?? verdict.quality,
    tier: verdict.tier,
    strengths: verdict.strengths,
    predictablePrice: verdict.predictablePrice,
    pin: names.pin,
    only: names.only,
    avoid: names.avoid,
    preferredId: policyModels.preferred[verdict.tier],
    hasKey: (provider) => input.assumeKeys === true || input.hasKey(provider),
    enabledProviders: input.enabledProviders,
    localOnly: isLocalOnly(input),
  };
  const table = offerTable(query);
  const till = new Till(input, verdict, brief, policyModels, today.slice(0, 7));
  const pairs = input.twoSteps === true ? twoStepTable(query) : NO_PAIRS;
  const twoSteps =
    pairs.length === 0 ? NO_TWO_STEPS : decideTwoSteps(till, { request, brief, verdict, pairs, singles: table.kept });
  let chosen =
    twoSteps.candidate === undefined ? till.chooseKept(table) : till.choose([...table.kept, twoSteps.candidate]);
  const retiringUsed = chosen.length === 0 && !till.stopped;
  if (retiringUsed) chosen = till.choose(table.retiring.map(candidateOf));
  const downgrade = chosen.length === 0 && !till.stopped && till.isShort && verdict.mayDowngrade;
  if (downgrade) chosen = till.choose(table.belowTier.map(candidateOf), true);
  const others = rejectionsOf(table, till, retiringUsed, downgrade);
  const rejected = twoSteps.rejection === undefined ? others : [...others, twoSteps.rejection];
  const pinId = names.pin?.id;
  if (chosen.length === 0) {
    const shortOf = till.cheapestUnaffordable;
    const blocked =
      shortOf === undefined
        ? withTwoSteps(explainNoCandidate(others, request, pinId, verdict.tier), twoSteps.rejection)
        : explainUnaffordable(shortOf, verdict.tier, verdict.mayDowngrade, till.stopped);
    return blockedDecision(blocked, rejected, verdict, brief, [...warnings, ...budgetWarnings(budget, spend)]);
  }
  const first = chosen[0]?.candidate;
  if (first !== undefined && first.warnings.length > 0) warnings.push(...first.warnings);
  if (downgrade && first !== undefined)
    warnings.push(
      `Budget: ${verdict.tier} work is done with ${first.row.id} ${first.quality.id}, rated ${first.tier}.`,
    );
  if (spend.balances.length > 0) warnings.push(...budgetWarnings(budget, spend));
  return {
    offers: makeOffers(chosen, { count: request.count, verdict, pinId, downgrade }),
    rejected,
    requiredTier: verdict.tier,
    brief,
    warnings,
  };
}

const NO_PAIRS: readonly Candidate[] = [];
const NO_TWO_STEPS: TwoStepDecision = {};

/** Names the way in two steps that a rule closes, where no other one is open. */
function withTwoSteps(blocked: Blocked, rejection: RejectedOffer | undefined): Blocked {
  return rejection === undefined ? blocked : { ...blocked, hint: `${blocked.hint} ${rejection.reason}` };
}

function blockedDecision(
  blocked: Blocked,
  rejected: readonly RejectedOffer[],
  verdict: PolicyVerdict,
  brief: Brief,
  warnings: readonly string[],
): Decision {
  return { offers: [], rejected, requiredTier: verdict.tier, brief, warnings, blocked };
}

function candidateOf(unfit: Unfit): Candidate {
  return unfit.candidate;
}

/** The plain case shares one list among all decisions of its kind: copying it would take longer than deciding. */
function rejectionsOf(
  table: OfferTable,
  till: Till,
  retiringUsed: boolean,
  downgrade: boolean,
): readonly RejectedOffer[] {
  if (!retiringUsed && !downgrade) {
    return till.rejected.length === 0 ? table.passedOver : [...table.passedOver, ...till.rejected];
  }
  return [
    ...table.rejected,
    ...(retiringUsed ? [] : table.retiring.map(rejectionIn)),
    ...(downgrade ? [] : table.belowTier.map(rejectionIn)),
    ...till.rejected,
  ];
}

function rejectionIn(unfit: Unfit): RejectedOffer {
  return unfit.rejection;
}

function isLocalOnly({ enabledProviders, catalogue }: PlanInput): boolean {
  if (enabledProviders === undefined || enabledProviders.length === 0) return false;
  return enabledProviders.every((id) => catalogue.providers.get(id)?.kind === "local");
}

let isoDayCache: { dayNumber: number; day: string } | undefined;

/** `YYYY-MM-DD` in UTC. */
function isoDay(timeMs: number): string {
  const dayNumber = Math.floor(timeMs / 86_400_000);
  if (isoDayCache?.dayNumber !== dayNumber)
    isoDayCache = { dayNumber, day: new Date(dayNumber * 86_400_000).toISOString().slice(0, 10) };
  return isoDayCache.day;
}

import { readBrief } from "./brief.ts";
import type { Catalogue } from "./catalogue/catalogue.ts";
import { likelyMicroUsd, worstMicroUsd } from "./cost.ts";
import { formatUsd } from "./money.ts";
import { rejectionOf, TIER_RANK, type Candidate, type Unfit } from "./plan/candidate.ts";
import { explainNoCandidate, explainUnaffordable, type Unaffordable } from "./plan/explain-blocked.ts";
import { makeOffer } from "./plan/make-offer.ts";
import { budgetWarnings, limitsOf, tightestLimit, type MoneyLimit } from "./plan/money-limits.ts";
import { resolveNames, resolvePolicyModels, type Blocked, type PolicyModels } from "./plan/named-models.ts";
import { orderOffers, type PricedCandidate } from "./plan/order-offers.ts";
import { offerTable } from "./plan/table-cache.ts";
import { evaluatePolicy, type PolicyVerdict } from "./policy/evaluate.ts";
import type { Policy } from "./policy/policy.ts";
import type { Brief, Budget, Decision, ParsedRequest, RejectedOffer, SpendSnapshot } from "./types.ts";

/** What a decision is made from; nothing else influences it. */
export interface PlanInput {
  request: ParsedRequest;
  policy: Policy;
  budget: Budget;
  spend: SpendSnapshot;
  catalogue: Catalogue;
  /** Whether a provider can be called. */
  hasKey(provider: string): boolean;
  /** Today, for shutdown dates and the budget's month (UTC). */
  todayMs: number;
  /** Only these providers. With only providers that draw by themselves (`sketch`), whatever they make is wanted. */
  enabledProviders?: readonly string[] | undefined;
  /** Plan as if every provider had a key: what would be used. @default false */
  assumeKeys?: boolean | undefined;
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
  const problem = names.problem ?? policyModels.problem;
  if (problem !== undefined) return blockedDecision(problem, [], verdict, brief, warnings);
  const table = offerTable({
    catalogue,
    needs: {
      operation: request.operation,
      purpose: request.purpose,
      references: request.references.length,
      hasMask: request.mask !== undefined,
      transparent: request.transparent,
      format: request.format,
      promptCharacters: request.prompt.length,
      today,
    },
    size: request.size,
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
  });
  const till = new Till(input, verdict, brief, policyModels, today.slice(0, 7));
  const rejected: RejectedOffer[] = [...table.rejected];
  let chosen = till.choose(table.kept);
  const retiringUsed = chosen.length === 0 && !till.stopped;
  if (retiringUsed) chosen = till.choose(table.retiring.map(candidateOf));
  else addRejections(rejected, table.retiring);
  const downgrade = chosen.length === 0 && !till.stopped && till.isShort && verdict.mayDowngrade;
  if (downgrade) chosen = till.choose(table.belowTier.map(candidateOf), true);
  else addRejections(rejected, table.belowTier);
  for (const rejection of till.rejected) rejected.push(rejection);
  const pinId = names.pin?.id;
  if (chosen.length === 0) {
    const shortOf = till.cheapestUnaffordable;
    const blocked =
      shortOf === undefined
        ? explainNoCandidate(rejected, request, pinId, verdict.tier)
        : explainUnaffordable(shortOf, verdict.tier, verdict.mayDowngrade, till.stopped);
    return blockedDecision(blocked, rejected, verdict, brief, [...warnings, ...budgetWarnings(budget, spend)]);
  }
  const first = chosen[0]?.candidate;
  if (first !== undefined && first.warnings.length > 0) warnings.push(...first.warnings);
  if (downgrade && first !== undefined) warnings.push(`Budget: ${verdict.tier} work is done with ${first.row.id} ${first.quality.id}, rated ${first.tier}.`);
  if (spend.balances.length > 0) warnings.push(...budgetWarnings(budget, spend));
  return {
    offers: chosen.map((offer, rank) => makeOffer({ offer, rank, count: request.count, verdict, pinId, downgrade })),
    rejected,
    requiredTier: verdict.tier,
    brief,
    warnings,
  };
}

/** Prices candidates for one request and keeps those that the money allows. */
class Till {
  readonly rejected: RejectedOffer[] = [];
  /** The offer that money ruled out and that came nearest. */
  cheapestUnaffordable: Unaffordable | undefined;
  /** `on_exceeded: stop` has struck. */
  stopped = false;
  private readonly input: PlanInput;
  private readonly verdict: PolicyVerdict;
  private readonly promptBytes: number;
  private readonly freeAllowance: PolicyModels["freeAllowance"];
  private readonly limit: MoneyLimit | undefined;

  constructor(input: PlanInput, verdict: PolicyVerdict, brief: Brief, models: PolicyModels, month: string) {
    this.input = input;
    this.verdict = verdict;
    this.promptBytes = brief.promptBytes;
    this.freeAllowance = models.freeAllowance;
    this.limit = tightestLimit(limitsOf(input.budget, input.spend, input.request, month));
  }

  /** Whether money has ruled anything out. */
  get isShort(): boolean {
    return this.cheapestUnaffordable !== undefined;
  }

  /** The affordable candidates in order of choice. */
  choose(candidates: readonly Candidate[], byTier = false): PricedCandidate[] {
    const priced: PricedCandidate[] = [];
    for (const candidate of candidates) {
      const offer = this.price(candidate);
      if (this.fitsCaps(offer)) priced.push(offer);
    }
    orderOffers(priced, byTier ? "tier" : this.verdict.order);
    const { limit } = this;
    if (limit === undefined || priced.every((offer) => offer.worstCaseMicroUsd <= limit.leftMicroUsd)) return priced;
    const [first] = priced;
    if (this.input.budget.onExceeded === "stop" && first !== undefined && first.worstCaseMicroUsd > limit.leftMicroUsd) {
      this.stopped = true;
      this.refuse(first, limit.label, limit.leftMicroUsd, first.worstCaseMicroUsd, limit.setting);
      for (const offer of priced.slice(1)) {
        this.rejected.push(rejectionOf(offer.candidate, `Not tried: ${limit.label} has too little left for the first choice, and on_exceeded is stop.`));
      }
      return [];
    }
    return priced.filter((offer) => {
      const fits = offer.worstCaseMicroUsd <= limit.leftMicroUsd;
      if (!fits) this.refuse(offer, limit.label, limit.leftMicroUsd, offer.worstCaseMicroUsd, limit.setting);
      return fits;
    });
  }

  private price(candidate: Candidate): PricedCandidate {
    const { count } = this.input.request;
    const freeImages = this.freeAllowance.size === 0 ? 0 : this.freeImagesOf(candidate.row.id);
    const estimateMicroUsd = freeImages > 0 ? 0 : count * likelyMicroUsd(candidate.price, this.promptBytes);
    const worstCaseMicroUsd = count * worstMicroUsd(candidate.price, this.promptBytes);
    return { candidate, estimateMicroUsd, worstCaseMicroUsd, expectedMicroUsd: estimateMicroUsd / candidate.acceptance, freeImages };
  }

  /** Free images that are left, when they cover the whole request. */
  private freeImagesOf(id: string): number {
    const used = this.input.spend.imagesThisMonthByModel[id] ?? 0;
    const left = (this.freeAllowance.get(id) ?? 0) - used;
    return left >= this.input.request.count ? left : 0;
  }

  private fitsCaps(offer: PricedCandidate): boolean {
    const { request, budget } = this.input;
    const perImageMicroUsd = offer.worstCaseMicroUsd / request.count;
    if (budget.imageMicroUsd !== undefined && perImageMicroUsd > budget.imageMicroUsd) {
      this.refuse(offer, "cap per image", budget.imageMicroUsd, perImageMicroUsd, "budget.image");
      return false;
    }
    if (request.maxCostMicroUsd !== undefined && offer.worstCaseMicroUsd > request.maxCostMicroUsd) {
      this.refuse(offer, "cap of this request", request.maxCostMicroUsd, offer.worstCaseMicroUsd, "max_cost");
      return false;
    }
    return true;
  }

  private refuse(offer: PricedCandidate, limitLabel: string, leftMicroUsd: number, neededMicroUsd: number, setting: string): void {
    const reason = `May cost ${formatUsd(neededMicroUsd)}, and ${limitLabel} has ${formatUsd(Math.max(0, leftMicroUsd))} left.`;
    this.rejected.push(rejectionOf(offer.candidate, reason));
    const known = this.cheapestUnaffordable;
    const isBetter = known === undefined || this.isNearer(offer, neededMicroUsd, known);
    if (isBetter) this.cheapestUnaffordable = { offer, limitLabel, leftMicroUsd, neededMicroUsd, setting };
  }

  private isNearer(offer: PricedCandidate, neededMicroUsd: number, known: Unaffordable): boolean {
    const isBelow = TIER_RANK[offer.candidate.tier] < TIER_RANK[this.verdict.tier];
    return !isBelow && neededMicroUsd < known.neededMicroUsd;
  }
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

function addRejections(rejected: RejectedOffer[], unfit: readonly Unfit[]): void {
  for (const { rejection } of unfit) rejected.push(rejection);
}

function isLocalOnly({ enabledProviders, catalogue }: PlanInput): boolean {
  if (enabledProviders === undefined || enabledProviders.length === 0) return false;
  return enabledProviders.every((id) => catalogue.providers.get(id)?.kind === "local");
}

let isoDayCache: { dayNumber: number; day: string } | undefined;

/** `YYYY-MM-DD` in UTC. */
function isoDay(timeMs: number): string {
  const dayNumber = Math.floor(timeMs / 86_400_000);
  if (isoDayCache?.dayNumber !== dayNumber) isoDayCache = { dayNumber, day: new Date(dayNumber * 86_400_000).toISOString().slice(0, 10) };
  return isoDayCache.day;
}

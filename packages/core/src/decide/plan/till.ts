import { formatUsd } from "../../basics/money.ts";
import type { PolicyVerdict } from "../policy/evaluate.ts";
import type { Budget, SpendSnapshot } from "../../basics/budget.ts";
import type { Brief, ParsedRequest, RejectedOffer } from "../../basics/types.ts";
import { rejectionOf, TIER_RANK, type Candidate } from "./candidate.ts";
import type { Unaffordable } from "./explain-blocked.ts";
import { limitsOf, tightestLimit, type MoneyLimit } from "./money-limits.ts";
import type { PolicyModels } from "./named-models.ts";
import type { OfferTable } from "./offer-table.ts";
import { orderOffers, type PricedCandidate } from "./order-offers.ts";
import { priceCandidate, priceSteps } from "./price-candidate.ts";
import { usualOrder } from "./usual-order.ts";

/** What the money side of a plan reads. */
export interface TillInput {
  request: ParsedRequest;
  budget: Budget;
  spend: SpendSnapshot;
}

/** Prices candidates for one request and keeps those that the money allows. */
export class Till {
  readonly rejected: RejectedOffer[] = [];
  /** The offer that money ruled out and that came nearest. */
  cheapestUnaffordable: Unaffordable | undefined;
  /** `on_exceeded: stop` has struck. */
  stopped = false;
  private readonly input: TillInput;
  private readonly verdict: PolicyVerdict;
  private readonly promptBytes: number;
  private readonly freeAllowance: PolicyModels["freeAllowance"];
  private readonly limit: MoneyLimit | undefined;

  /** @param month - `YYYY-MM` in UTC */
  constructor(input: TillInput, verdict: PolicyVerdict, brief: Brief, models: PolicyModels, month: string) {
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

  /** The affordable ones among what a table keeps, in order of choice. */
  chooseKept(table: OfferTable): PricedCandidate[] {
    const { request, budget } = this.input;
    // What a cap rules out is told in the order of the catalogue.
    const hasCap = budget.imageMicroUsd !== undefined || request.maxCostMicroUsd !== undefined;
    return this.choose(hasCap ? table.kept : usualOrder(table, this.verdict.order));
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
    if (
      this.input.budget.onExceeded === "stop" &&
      first !== undefined &&
      first.worstCaseMicroUsd > limit.leftMicroUsd
    ) {
      this.stopped = true;
      this.refuse(first, limit, first.worstCaseMicroUsd);
      for (const offer of priced.slice(1)) {
        this.rejected.push(
          rejectionOf(
            offer.candidate,
            `Not tried: ${limit.label} has too little left for the first choice, and on_exceeded is stop.`,
          ),
        );
      }
      return [];
    }
    return priced.filter((offer) => {
      const fits = offer.worstCaseMicroUsd <= limit.leftMicroUsd;
      if (!fits) this.refuse(offer, limit, offer.worstCaseMicroUsd);
      return fits;
    });
  }

  /** What a candidate costs for this prompt and count. */
  price(candidate: Candidate): PricedCandidate {
    const { steps } = candidate;
    if (steps !== undefined) return priceSteps(candidate, this.price(steps[0]), this.price(steps[1]));
    const freeImages = this.freeAllowance.size === 0 ? 0 : this.freeImagesOf(candidate.row.id);
    return priceCandidate(candidate, this.input.request.count, this.promptBytes, freeImages);
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
      this.refuse(
        offer,
        { label: "cap per image", leftMicroUsd: budget.imageMicroUsd, setting: "budget.image", isCap: true },
        perImageMicroUsd,
      );
      return false;
    }
    if (request.maxCostMicroUsd !== undefined && offer.worstCaseMicroUsd > request.maxCostMicroUsd) {
      this.refuse(
        offer,
        { label: "cap of this request", leftMicroUsd: request.maxCostMicroUsd, setting: "max_cost", isCap: true },
        offer.worstCaseMicroUsd,
      );
      return false;
    }
    return true;
  }

  private refuse(offer: PricedCandidate, limit: MoneyLimit, neededMicroUsd: number): void {
    const left = formatUsd(Math.max(0, limit.leftMicroUsd));
    const against = limit.isCap === true ? `the ${limit.label} is ${left}` : `${limit.label} has ${left} left`;
    this.rejected.push(rejectionOf(offer.candidate, `May cost ${formatUsd(neededMicroUsd)}, and ${against}.`));
    const known = this.cheapestUnaffordable;
    const isBetter = known === undefined || this.isNearer(offer, neededMicroUsd, known);
    if (isBetter) this.cheapestUnaffordable = { offer, limit, neededMicroUsd };
  }

  private isNearer(offer: PricedCandidate, neededMicroUsd: number, known: Unaffordable): boolean {
    const isBelow = TIER_RANK[offer.candidate.tier] < TIER_RANK[this.verdict.tier];
    return !isBelow && neededMicroUsd < known.neededMicroUsd;
  }
}

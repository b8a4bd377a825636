import { formatUsd } from "../../basics/money.ts";
import type { ParsedRequest, RejectedOffer, Tier } from "../../basics/types.ts";
import type { MoneyLimit } from "./money-limits.ts";
import type { Blocked } from "./named-models.ts";
import type { PricedCandidate } from "./order-offers.ts";

/** An offer that money ruled out, and the limit that it does not fit. */
export interface Unaffordable {
  offer: PricedCandidate;
  limit: MoneyLimit;
  neededMicroUsd: number;
}

/** Says why money leaves nothing: which limit, what is left, what it would take. */
export function explainUnaffordable(
  cheapest: Unaffordable,
  tier: Tier,
  mayDowngrade: boolean,
  stopped: boolean,
): Blocked {
  const { limit, neededMicroUsd } = cheapest;
  const { candidate } = cheapest.offer;
  const what = stopped ? "the first choice" : `the cheapest ${tier} offer`;
  const left = formatUsd(Math.max(0, limit.leftMicroUsd));
  const state = `${limit.label}: ${left} is ${limit.isCap === true ? "allowed" : "left"}`;
  const steps = candidate.steps === undefined ? "" : " in two steps";
  const offer = `${candidate.row.id} ${candidate.quality.id} at ${candidate.size.size}${steps}`;
  const raise = `Raise ${limit.setting} by at least ${formatUsd(neededMicroUsd - limit.leftMicroUsd)}`;
  const otherwise = stopped
    ? ", or set on_exceeded: downgrade"
    : mayDowngrade
      ? ""
      : `, or let a policy rule set may_downgrade: true; without it this work is not done below ${tier}`;
  return {
    code: "budget_exceeded",
    message: `${state}, and ${what}, ${offer}, may cost ${formatUsd(neededMicroUsd)}.`,
    hint: `${raise}${otherwise}.`,
  };
}

const PLACEHOLDER = "Draws a placeholder";

/** Says why no model can do it. */
export function explainNoCandidate(
  rejected: readonly RejectedOffer[],
  request: ParsedRequest,
  pinId: string | undefined,
  tier: Tier,
): Blocked {
  const concerned = pinId === undefined ? rejected : rejected.filter((offer) => offer.model === pinId);
  const reasons = mostFrequent(concerned.map((offer) => offer.reason));
  if (pinId !== undefined) {
    return {
      code: "no_candidate",
      message: `${pinId} cannot do this: ${reasons[0] ?? "it has no offer."}`,
      hint: "Change what the reason names, or leave out model to let the policy choose.",
    };
  }
  const missingKeys = [
    ...new Set(rejected.map((offer) => /^No key for .*?: set (\w+)\.$/.exec(offer.reason)?.[1])),
  ].filter((name) => name !== undefined);
  const placeholder = rejected.find((offer) => offer.reason.startsWith(PLACEHOLDER));
  if (missingKeys.length > 0) {
    return {
      code: "no_candidate",
      message: "No model that could do this has a key.",
      hint: `Set ${missingKeys.join(" or ")}${placeholder === undefined ? "" : `, or ask for ${placeholder.model}, a free placeholder`}.`,
    };
  }
  if (
    request.quality !== undefined &&
    concerned.every(
      (offer) =>
        offer.reason.includes(`Quality ${request.quality} is asked for.`) || offer.reason.startsWith(PLACEHOLDER),
    )
  ) {
    return {
      code: "invalid_request",
      message: `quality: no model has a quality called ${JSON.stringify(request.quality)}.`,
      hint: `Known qualities: ${[...new Set(rejected.map((offer) => offer.quality))].join(", ")}.`,
    };
  }
  return {
    code: "no_candidate",
    message: `No model can do this as ${tier} work. Most frequent reasons: ${reasons.slice(0, 3).join(" ")}`,
    hint: "Change the size, the format or the references, name a model, or relax the policy.",
  };
}

/** The most frequent first; equally frequent ones in the order of the catalogue. */
function mostFrequent(reasons: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].toSorted((left, right) => right[1] - left[1]).map(([reason]) => reason);
}

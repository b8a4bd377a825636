import { formatUsd } from "../../basics/money.ts";
import type { Decision } from "../../basics/types.ts";
import type { Catalogue } from "../../models/catalogue/catalogue.ts";

/**
 * Gives the offers of providers that draw by themselves their true reasons: that the image is a storyboard card, the
 * offer that it stands in for, and why that one. Other offers stay as they are.
 *
 * @param decideForReal - the decision as if every model could be called; asked only when there is a stand-in.
 */
export function explainStandIns(decision: Decision, catalogue: Catalogue, decideForReal: () => Decision): Decision {
  const drawn = decision.offers.filter((offer) => catalogue.providers.get(offer.provider)?.kind === "local");
  if (drawn.length === 0) return decision;
  const real = decideForReal();
  const first = real.offers[0];
  const reasons = first
    ? [
        `Storyboard card, not the image: it stands in for ${first.model} ${first.quality} ${first.size}, about ${formatUsd(first.estimateMicroUsd)}.`,
        ...first.reasons,
      ]
    : [
        `Storyboard card, not the image: it stands in for no model, because none can make it. ${real.blocked?.message ?? ""}`.trim(),
      ];
  return {
    ...decision,
    offers: decision.offers.map((offer) => (drawn.includes(offer) ? { ...offer, reasons } : offer)),
  };
}

import { describe, expect, it } from "vitest";
import type { Offer, OfferTier } from "../../basics/types.ts";
import { exampleOffer } from "../../testing/example-call.ts";
import { planChain } from "./escalation-ladder.ts";
import { PassHistory } from "./pass-history.ts";

const CLASS = "generate/plain";

const offer = (tier: OfferTier, estimateMicroUsd: number, quality: string = tier): Offer =>
  exampleOffer({ tier, quality, estimateMicroUsd, worstCaseMicroUsd: estimateMicroUsd, count: 1 });

const historyOf = (quality: string, passed: number, judged: number): PassHistory => {
  const history = new PassHistory();
  for (let index = 0; index < judged; index += 1) {
    history.add({ model: exampleOffer().model, quality, briefClass: CLASS, passed: index < passed });
  }
  return history;
};

const qualitiesOf = (offers: readonly Offer[], history = new PassHistory()): string[] =>
  planChain(offers, 200, history, CLASS)?.steps.map((step) => step.offer.quality) ?? [];

describe("the chain of offers", () => {
  const ladder = [offer("standard", 10_000), offer("premium", 50_000)];

  it("starts cheap when that pays by the prior, and ends at the best tier", () => {
    expect(qualitiesOf(ladder)).toEqual(["standard", "premium"]);
    const chain = planChain(ladder, 200, new PassHistory(), CLASS);
    expect(chain?.expectedMicroUsd).toBe(Math.round(10_200 + 0.2 * 50_200));
    expect(chain?.directMicroUsd).toBe(50_200);
  });

  it("goes to the best at once when the cheap one seldom has everything", () => {
    expect(qualitiesOf(ladder, historyOf("standard", 2, 40))).toEqual(["premium"]);
    expect(qualitiesOf(ladder, historyOf("standard", 20, 40))).toEqual(["standard", "premium"]);
  });

  it("does not give a cheap offer up after a bad start", () => {
    expect(qualitiesOf(ladder, historyOf("standard", 0, 2))).toEqual(["standard", "premium"]);
  });

  it("leaves out a step that costs nearly as much as what follows", () => {
    expect(qualitiesOf([offer("standard", 48_000), offer("premium", 50_000)])).toEqual(["premium"]);
  });

  it("takes the first choice of each better tier, and an unrated offer only as the very first", () => {
    const offers = [
      offer("draft", 5_000),
      offer("unrated", 6_000),
      offer("standard", 14_000),
      offer("standard", 9_000, "other"),
      offer("premium", 200_000),
    ];
    expect(qualitiesOf(offers)).toEqual(["draft", "standard", "premium"]);
    expect(qualitiesOf([offer("unrated", 6_000), offer("premium", 200_000)])).toEqual(["unrated", "premium"]);
    expect(qualitiesOf([offer("premium", 200_000), offer("standard", 9_000)])).toEqual(["premium"]);
    expect(planChain([], 200, new PassHistory(), CLASS)).toBeUndefined();
  });
});

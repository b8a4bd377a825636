import { describe, expect, test } from "vitest";
import { type PolicyPrices, regretOverSeeds, unavoidableShare } from "./escalation-regret.ts";

/** What the price lists say for an image of 1024 x 1024, and for one look of the judge at one element. Micro-USD. */
const PRICES: Readonly<Record<string, PolicyPrices>> = {
  "3 %": { cheap: 5_940, good: 210_780, judge: 105 },
  "11 %": { cheap: 5_940, good: 52_740, judge: 105 },
  "25 %": { cheap: 52_740, good: 210_780, judge: 105 },
  "45 %": { cheap: 5_940, good: 13_230, judge: 105 },
  "56 %": { cheap: 52_740, good: 93_720, judge: 105 },
};
const OPTIONS = { images: 300, seeds: 200, limit: 0.02 };

describe.each(Object.entries(PRICES))("at %s of the good offer's price", (_, prices) => {
  test.each([0.1, 0.3, 0.5, 0.7, 0.9])("a pass rate of %d costs at most 2 % above the best policy", (passRate) => {
    const figures = regretOverSeeds(prices, passRate, OPTIONS);
    expect(figures.mean).toBeLessThan(0.02);
    // A single run can be unlucky: not many, and not by much.
    expect(figures.above).toBeLessThan(0.2);
    expect(figures.worst).toBeLessThan(0.1);
  });
});

test("no rule keeps every run of 300 images within 2 %", () => {
  // Even one that knows that the rate is 30 % or 50 %, and needs to find out which.
  const closest = PRICES["45 %"];
  if (!closest) throw new RangeError("no such prices");
  const share = unavoidableShare(closest, [0.3, 0.5], OPTIONS);
  expect(share).toBeGreaterThan(0.03);
  expect(share).toBeLessThan(0.05);
  // Where the rates are far from break-even, there is nothing to find out.
  expect(unavoidableShare(closest, [0.1, 0.9], OPTIONS)).toBeLessThan(1e-6);
});

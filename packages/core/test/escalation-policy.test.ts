import { expect, test } from "vitest";
import { evaluatePolicy, PRICE_PAIRS } from "./escalation-policy.ts";
import { spentMicroUsd, walkPolicy } from "./escalation-regret.ts";

// What it costs to learn that an offer does not pay is spread over the images: the more, the less it weighs.
const [, , pair] = PRICE_PAIRS;

test.each([0.1, 0.5, 0.9])(
  "at a quarter of the price and a pass rate of %d, spend stays near that of the best policy in hindsight",
  async (passRate) => {
    if (!pair) throw new Error("there is no third pair");
    const figures = await evaluatePolicy(pair, passRate, 200, 5);
    expect(figures.quality).toBe(1);
    expect(figures.costRatio).toBeCloseTo(0.25, 2);
    expect(figures.regret).toBeGreaterThan(-0.02);
    expect(figures.regret).toBeLessThan(0.02);
    if (passRate > 0.3) expect(figures.spentMicroUsd).toBeLessThan(figures.directMicroUsd);
    else expect(figures.cheapFirst).toBeLessThan(20);
    // The bare chain, walked over the same images, decides and costs the same: its figures over many seeds hold here too.
    const passes = figures.passes.values();
    const walked = walkPolicy(figures.prices, figures.images, () => passes.next().value === true);
    expect(walked.cheapFirst).toBe(figures.cheapFirst);
    expect(spentMicroUsd(figures.prices, walked)).toBe(figures.spentMicroUsd);
  },
  60_000,
);

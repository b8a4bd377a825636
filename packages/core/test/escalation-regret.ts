import { planChain } from "../src/judge/verify/escalation-ladder.ts";
import { PassHistory } from "../src/judge/verify/pass-history.ts";
import { exampleOffer } from "../src/testing/example-call.ts";
import { digestNumbers } from "./schedule/seeded-numbers.ts";

/** What one image of each offer and one look of the judge cost. Micro-USD. */
export interface PolicyPrices {
  cheap: number;
  good: number;
  judge: number;
}

/** How often the cheap offer was tried, and failed. */
export interface Tries {
  images: number;
  cheapFirst: number;
  cheapFailed: number;
}

/**
 * What the cheaper of two policies of the same quality costs, chosen knowing the pass rate and what the images show: the
 * good offer for all, or the cheap one first for all. Which cheap images fail is known for those that were drawn; for the
 * others the pass rate stands in. Micro-USD.
 */
export function bestMicroUsd(prices: PolicyPrices, passRate: number, tries: Tries): number {
  const { images, cheapFirst, cheapFailed } = tries;
  const direct = prices.good + prices.judge;
  const failures = cheapFailed + (1 - passRate) * (images - cheapFirst);
  return Math.round(Math.min(images * direct, images * (prices.cheap + prices.judge) + failures * direct));
}

/** What the tries cost, the good image after each failure and in place of each cheap one included. Micro-USD. */
export function spentMicroUsd(prices: PolicyPrices, { images, cheapFirst, cheapFailed }: Tries): number {
  const good = images - cheapFirst + cheapFailed;
  return cheapFirst * (prices.cheap + prices.judge) + good * (prices.good + prices.judge);
}

/**
 * Has the chain planned for one image after the other, from an empty history.
 * @param passes - whether the next cheap image has everything; asked only when one is made
 */
export function walkPolicy(prices: PolicyPrices, images: number, passes: () => boolean): Tries {
  const history = new PassHistory();
  const briefClass = "generate/plain";
  const offers = [
    exampleOffer({ tier: "standard", quality: "cheap", estimateMicroUsd: prices.cheap, count: 1 }),
    exampleOffer({ tier: "premium", quality: "good", estimateMicroUsd: prices.good, count: 1 }),
  ];
  const { model } = exampleOffer();
  const tries = { images, cheapFirst: 0, cheapFailed: 0 };
  for (let index = 0; index < images; index += 1) {
    const start = planChain(offers, prices.judge, history, briefClass)?.steps[0]?.offer.quality;
    let isGoodNeeded = true;
    if (start === "cheap") {
      isGoodNeeded = !passes();
      tries.cheapFirst += 1;
      tries.cheapFailed += isGoodNeeded ? 1 : 0;
      history.add({ model, quality: "cheap", briefClass, passed: !isGoodNeeded });
    }
    if (isGoodNeeded) history.add({ model, quality: "good", briefClass, passed: true });
  }
  return tries;
}

/** Spend above the best policy over many seeds, as a share of the best. */
export interface SeedFigures {
  mean: number;
  worst: number;
  /** Share of seeds above `limit`. */
  above: number;
}

/** Walks the policy once per seed, with images that pass at `passRate`. */
export function regretOverSeeds(
  prices: PolicyPrices,
  passRate: number,
  options: { images: number; seeds: number; limit: number },
): SeedFigures {
  const { images, seeds, limit } = options;
  const regrets: number[] = [];
  for (let seed = 1; seed <= seeds; seed += 1) {
    const random = digestNumbers(seed);
    const tries = walkPolicy(prices, images, () => random() < passRate);
    regrets.push(spentMicroUsd(prices, tries) / bestMicroUsd(prices, passRate, tries) - 1);
  }
  return {
    mean: regrets.reduce((sum, regret) => sum + regret, 0) / seeds,
    worst: Math.max(...regrets),
    above: regrets.filter((regret) => regret > limit).length / seeds,
  };
}

/**
 * The share of runs above `limit` that no rule can avoid, even one that knows the number of images, the prices and that
 * the pass rate is one of two: mean over the two of the best rule for exactly this, by backward induction over how
 * many cheap images were made and passed. At one of the two rates any rule does at least as badly.
 */
export function unavoidableShare(
  prices: PolicyPrices,
  rates: readonly [number, number],
  options: { images: number; limit: number },
): number {
  const { images, limit } = options;
  /** Chance of one certain order of passes and failures, and of being above the limit if it ends the trying. */
  const badlyEnded = (cheapFirst: number, passed: number): number =>
    rates.reduce((sum, rate) => {
      const tries = { images, cheapFirst, cheapFailed: cheapFirst - passed };
      const regret = spentMicroUsd(prices, tries) / bestMicroUsd(prices, rate, tries) - 1;
      return sum + (regret > limit ? (rate ** passed * (1 - rate) ** tries.cheapFailed) / rates.length : 0);
    }, 0);
  let later = Array.from({ length: images + 1 }, (_, passed) => badlyEnded(images, passed));
  for (let cheapFirst = images - 1; cheapFirst >= 0; cheapFirst -= 1) {
    const following = later;
    later = Array.from({ length: cheapFirst + 1 }, (_, passed) =>
      Math.min(badlyEnded(cheapFirst, passed), (following[passed] ?? 0) + (following[passed + 1] ?? 0)),
    );
  }
  return later[0] ?? 0;
}

import { type Simulator, startSimulator } from "@artdesk/simulator";
import { createMemoryLedgerStore } from "../src/buy/ledger/memory-ledger-store.ts";
import { bestMicroUsd, type PolicyPrices } from "./escalation-regret.ts";
import { tieredCatalogue, TODAY_MS, verifyDesk } from "./verify-desk.ts";

/** Two qualities of a model, the cheap one and the good one, far apart or close in price. */
export interface PricePair {
  model: string;
  cheap: string;
  good: string;
}

/** Five cost ratios that the price lists really have, from 3 % to 56 %. */
export const PRICE_PAIRS: readonly PricePair[] = [
  { model: "gpt-image-2", cheap: "low", good: "high" },
  { model: "gpt-image-2", cheap: "low", good: "medium" },
  { model: "gpt-image-2", cheap: "medium", good: "high" },
  { model: "gpt-image-2.5-flare", cheap: "low", good: "medium" },
  { model: "gpt-image-2.5-flare", cheap: "high", good: "xhigh" },
];

/** What a policy did on one pair of prices at one pass rate. Money in micro-USD, from the bank's statement. */
export interface PolicyFigures {
  pair: PricePair;
  prices: PolicyPrices;
  /** Price of the cheap image over that of the good one. */
  costRatio: number;
  passRate: number;
  images: number;
  spentMicroUsd: number;
  /** See {@link bestMicroUsd}. */
  bestMicroUsd: number;
  /** `spent / best - 1`. */
  regret: number;
  /** Good images at once, without a judge. */
  directMicroUsd: number;
  /** Requests that began with the cheap offer. */
  cheapFirst: number;
  /** Whether each of those had everything, in order. */
  passes: readonly boolean[];
  /** Delivered images with everything in them, 0 to 1. */
  quality: number;
}

/**
 * Lets a desk make `images` images that the simulator paints with `passRate`, one after the other, from an empty ledger.
 * The best policy is computed afterwards from the bank's prices.
 */
export async function evaluatePolicy(
  pair: PricePair,
  passRate: number,
  images: number,
  seed: number,
): Promise<PolicyFigures> {
  const simulator = await startSimulator({
    seed,
    now: () => TODAY_MS,
    adherence: { rules: [{ quality: pair.cheap, rate: passRate }, { rate: 1 }] },
  });
  try {
    return await measure(simulator, pair, passRate, images);
  } finally {
    await simulator.close();
  }
}

async function measure(
  simulator: Simulator,
  pair: PricePair,
  passRate: number,
  images: number,
): Promise<PolicyFigures> {
  const desk = verifyDesk(simulator, {
    catalogue: tieredCatalogue(pair.model, { [pair.cheap]: "standard", [pair.good]: "premium" }),
    judges: ["openai-decisions"],
    ledger: createMemoryLedgerStore(),
  });
  let delivered = 0;
  const passes: boolean[] = [];
  try {
    for (let index = 0; index < images; index += 1) {
      const request = { prompt: "A red kite over a field", elements: ["a red kite"], verify: "escalate" as const };
      const { receipt } = await desk.generate(request);
      if (receipt.verification?.images[0]?.verdict === "placed") delivered += 1;
      const [first] = receipt.verification?.steps ?? [];
      if (first?.quality === pair.cheap) passes.push(first.passed === 1);
    }
  } finally {
    await desk.close();
  }
  const { entries, totalMicroUsd } = simulator.statement();
  const prices = await askPrices(pair);
  if (entries.some(({ operation, microUsd }) => operation === "judge" && microUsd !== prices.judge))
    throw new Error("The judge's price is not what was asked for beforehand.");
  const cheapFirst = passes.length;
  const cheapFailed = passes.filter((passed) => !passed).length;
  const best = bestMicroUsd(prices, passRate, { images, cheapFirst, cheapFailed });
  return {
    pair,
    prices,
    costRatio: prices.cheap / prices.good,
    passRate,
    images,
    spentMicroUsd: totalMicroUsd,
    bestMicroUsd: best,
    regret: totalMicroUsd / best - 1,
    directMicroUsd: prices.good * images,
    cheapFirst,
    passes,
    quality: delivered / images,
  };
}

const known = new Map<string, PolicyPrices>();

/** What one image of each quality, and one look of the judge, is billed. Micro-USD. */
async function askPrices(pair: PricePair): Promise<PolicyPrices> {
  const key = JSON.stringify(pair);
  const before = known.get(key);
  if (before) return before;
  const simulator = await startSimulator({ now: () => TODAY_MS });
  try {
    const priceOf = async (quality: string): Promise<number> => {
      simulator.reset();
      const desk = verifyDesk(simulator, {
        catalogue: tieredCatalogue(pair.model, { [quality]: "standard" }),
        judges: ["openai-decisions"],
      });
      await desk.generate({ prompt: "A red kite over a field", elements: ["a red kite"], verify: "report" });
      await desk.close();
      return simulator.statement().entries[0]?.microUsd ?? 0;
    };
    const cheap = await priceOf(pair.cheap);
    const good = await priceOf(pair.good);
    const prices = { cheap, good, judge: simulator.statement().entries[1]?.microUsd ?? 0 };
    known.set(key, prices);
    return prices;
  } finally {
    await simulator.close();
  }
}

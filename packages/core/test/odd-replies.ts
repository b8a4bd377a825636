import { type FaultInput, type Simulator, startSimulator } from "@artdesk/simulator";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isArtdeskError } from "../src/basics/errors.ts";
import type { ImageRequest } from "../src/basics/types.ts";
import { parsePolicy } from "../src/decide/policy/parse-policy.ts";
import { builtInCatalogue } from "../src/models/catalogue/built-in-catalogue.ts";
import type { Catalogue } from "../src/models/catalogue/catalogue.ts";
import { createNodeArtdesk } from "../src/node/platform/create-node-artdesk.ts";
import { fakeClock } from "../src/testing/fake-clock.ts";
import { FAULT_CASES, FAULT_PROVIDERS, type FaultProvider, JOB_PROVIDERS } from "./fault-cases.ts";
import { NOW_MS } from "./fault-matrix.ts";

/** The user's own prices of models without a published one: what the simulator bills. */
const OWN_PRICES: Readonly<Record<string, number>> = { "bytedance/seedream-4.5": 40_000 };
const catalogue: Catalogue = {
  ...builtInCatalogue,
  rows: builtInCatalogue.rows.map((row) => {
    const microUsdPerImage = OWN_PRICES[row.id];
    return microUsdPerImage === undefined ? row : { ...row, price: { kind: "per_image", microUsdPerImage } };
  }),
};

const MODELS: Readonly<Record<FaultProvider, readonly Partial<ImageRequest>[]>> = {
  openai: [
    { model: "gpt-image-2", quality: "low" },
    { model: "gpt-image-2", quality: "medium" },
    { model: "gpt-image-1.5", quality: "low" },
    { model: "gpt-image-1-mini", quality: "medium" },
    { model: "gpt-image-2.5-flare", quality: "medium" },
    { model: "gpt-image-2.6-flare", quality: "low" },
  ],
  gemini: [
    { model: "gemini-3-pro-image" },
    { model: "gemini-3-pro-image", resolution: "4K" },
    { model: "gemini-nano-banana-2.1" },
    { model: "gemini-3.1-flash-lite-image" },
  ],
  openrouter: [{ model: "bytedance-seed/seedream-4.5", resolution: "2K" }],
  fal: [{ model: "Dreamina 3.1", resolution: "2K" }],
  replicate: [{ model: "Seedream 4.5 on Replicate", resolution: "2K" }],
};

/** Usage that says nothing, or what nothing can have used: none of it may be believed. */
const EMPTY_USAGES: readonly unknown[] = [
  undefined,
  null,
  0,
  7,
  "free",
  true,
  [],
  {},
  { total: 1756 },
  { cost: 0 },
  { cost: null },
  { cost: "0.04" },
  { input_tokens: 0, output_tokens: 0, total_tokens: 0 },
  { input_tokens: "9", output_tokens: "1756" },
  { input_tokens: 12 },
  { output_tokens: -1756 },
  { output_tokens: 1e308 },
  { input_tokens: 1e300, output_tokens: 3 },
  { prompt_tokens: 0, completion_tokens: 0, cost: -1 },
  { cost: 1e300 },
  { promptTokenCount: 0, candidatesTokenCount: 0, totalTokenCount: 0 },
  { promptTokenCount: 9, totalTokenCount: 9 },
  { promptTokenCount: 9, candidatesTokenCount: 0.25 },
  { promptTokenCount: 9, candidatesTokenCount: 12, candidatesTokensDetails: [{ modality: "IMAGE", tokenCount: 12 }] },
  { candidatesTokenCount: 1120, candidatesTokensDetails: [{ modality: "TEXT", tokenCount: 1120 }] },
  { candidatesTokenCount: "1120", thoughtsTokenCount: -5 },
];

const instant = FAULT_CASES.filter(({ fault }) => fault.kind !== "slow" && fault.kind !== "slow_body");

/** Faults of this provider in any order; every other one is a reply that is odd about money. */
function scriptFor(provider: FaultProvider): fc.Arbitrary<FaultInput[]> {
  const faults = instant.filter(({ providers }) => providers?.includes(provider) !== false).map(({ fault }) => fault);
  const odd = fc.oneof(
    fc.constantFrom(...EMPTY_USAGES).map((usage): FaultInput => ({ kind: "usage", usage })),
    fc.integer({ min: 1, max: 9 }).map((images): FaultInput => ({ kind: "drafts", images })),
  );
  const one = fc.oneof({ arbitrary: odd, weight: 2 }, { arbitrary: fc.constantFrom(...faults), weight: 1 });
  const where = fc.record({ times: fc.integer({ min: 1, max: 3 }), after: fc.integer({ min: 0, max: 12 }) });
  return fc.array(
    fc.tuple(one, where).map(([fault, place]): FaultInput => ({ ...fault, ...place })),
    { maxLength: 14 },
  );
}

/** What a whole series of runs came to. Money in micro-USD. */
export interface OddReplies {
  calls: number;
  runs: number;
  billedMicroUsd: number;
  bookedMicroUsd: number;
  unknownMicroUsd: number;
  /** The most by which a bank's statement passed a budget, or what the books know. */
  overMicroUsd: number;
  /** Runs that met their limit. */
  blockedRuns: number;
  imagesDelivered: number;
}

/** Sends so many POSTs to each provider, and prints what came of them. */
export function testOddReplies(calls: number): void {
  test.each(FAULT_PROVIDERS)(
    "%s: faults and odd replies mixed never cost more than the budget, and the books know all of it",
    async (provider) => {
      const total = await buyUnderOddReplies(provider, calls, 1);
      console.log(`${provider}: ${JSON.stringify(total)}`);
      expect(total.overMicroUsd).toBe(0);
      expect(total.calls).toBeGreaterThanOrEqual(calls);
      // The runs must have met money, images and their limit, or they prove nothing.
      expect(Math.min(total.billedMicroUsd, total.imagesDelivered, total.blockedRuns)).toBeGreaterThan(0);
    },
    600_000,
  );
}

/** Buys from one provider until it got so many POSTs, with faults and odd replies mixed, under random small budgets. */
export async function buyUnderOddReplies(provider: FaultProvider, calls: number, seed: number): Promise<OddReplies> {
  const simulator = await startSimulator({ seed: 1, now: () => NOW_MS });
  const total: OddReplies = {
    calls: 0,
    runs: 0,
    billedMicroUsd: 0,
    bookedMicroUsd: 0,
    unknownMicroUsd: 0,
    overMicroUsd: 0,
    blockedRuns: 0,
    imagesDelivered: 0,
  };
  const scripts = scriptFor(provider);
  const limits = fc.record({
    monthMicroUsd: fc.integer({ min: 10_000, max: 2_500_000 }),
    onUnknown: fc.constantFrom("stop", "next", "retry"),
    onRefusal: fc.constantFrom("stop", "next"),
    wanted: fc.array(fc.tuple(fc.constantFrom(...MODELS[provider]), fc.integer({ min: 1, max: 3 })), {
      minLength: 6,
      maxLength: 16,
    }),
  });
  try {
    for (let run = 0; total.calls < calls; run += 1) {
      const [[faults, limit] = [[], undefined]] = fc.sample(fc.tuple(scripts, limits), {
        seed: seed + run,
        numRuns: 1,
      });
      if (limit === undefined) throw new RangeError("nothing was drawn");
      await buyOnce(simulator, provider, faults, limit, total);
    }
  } finally {
    await simulator.close();
  }
  return total;
}

async function buyOnce(
  simulator: Simulator,
  provider: FaultProvider,
  faults: readonly FaultInput[],
  limit: {
    monthMicroUsd: number;
    onUnknown: "stop" | "next" | "retry";
    onRefusal: "stop" | "next";
    wanted: readonly (readonly [Partial<ImageRequest>, number])[];
  },
  total: OddReplies,
): Promise<void> {
  simulator.reset();
  simulator.faults([...faults]);
  let ids = 0;
  const desk = await createNodeArtdesk({
    env: simulator.env,
    catalogue,
    providers: [provider],
    clock: fakeClock({ startMs: NOW_MS }),
    random: { next: () => 0.5, id: () => `id-${(ids += 1)}` },
    policy: { ...parsePolicy("auto"), onUnknown: limit.onUnknown, onRefusal: limit.onRefusal },
    budget: { monthMicroUsd: limit.monthMicroUsd },
    ledger: "memory:",
  });
  try {
    let isBlocked = false;
    for (const [index, [request, count]] of limit.wanted.entries()) {
      try {
        const { images, error } = await desk.generate({ ...request, count, prompt: `A red kite, view ${index}` });
        total.imagesDelivered += images.length;
        isBlocked ||= error?.code === "budget_exceeded";
      } catch (error) {
        if (!isArtdeskError(error)) throw error;
        isBlocked ||= error.code === "budget_exceeded";
      }
    }
    // A job whose submission got lost ends a moment later.
    if (JOB_PROVIDERS.includes(provider)) await new Promise((resolve) => void setTimeout(resolve, 5));
    const lines = await desk.ledger.entries();
    const sum = (state: string): number =>
      lines.filter((line) => line.state === state).reduce((amount, line) => amount + line.microUsd, 0);
    const [settled, unknown] = [sum("settled"), sum("unknown")];
    const { totalMicroUsd } = simulator.statement();
    expect(lines.filter(({ state }) => state === "held" || state === "in_flight")).toEqual([]);
    total.calls += simulator.calls().filter(({ method }) => method === "POST").length;
    total.runs += 1;
    total.billedMicroUsd += totalMicroUsd;
    total.bookedMicroUsd += settled;
    total.unknownMicroUsd += unknown;
    total.overMicroUsd = Math.max(
      total.overMicroUsd,
      totalMicroUsd - (settled + unknown),
      totalMicroUsd - limit.monthMicroUsd,
      settled + unknown - limit.monthMicroUsd,
    );
    if (isBlocked) total.blockedRuns += 1;
  } finally {
    await desk.close();
  }
}

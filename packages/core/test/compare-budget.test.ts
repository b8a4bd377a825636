import { type Simulator, startSimulator } from "@artdesk/simulator";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import type { ImageRequest } from "../src/basics/types.ts";
import { createMemoryLedgerStore } from "../src/buy/ledger/memory-ledger-store.ts";
import { releaseHeld } from "../src/buy/ledger/release-held.ts";
import { comparePlanned, holdComparisons, planComparison } from "../src/judge/compare/compare-models.ts";
import { TODAY_MS, verifyDesk, type VerifyDeskOptions } from "./verify-desk.ts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ seed: 5, now: () => TODAY_MS });
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const REQUEST: ImageRequest = { prompt: "A woman with a black dog", elements: ["a woman", "a black dog"] };
const MODELS = ["gpt-image-2@low", "gemini-nano-banana-2.1"];
const OPTIONS = { models: MODELS, attempts: 2 };

function deskFor(options: VerifyDeskOptions = {}): ReturnType<typeof verifyDesk> {
  const desk = verifyDesk(simulator, options);
  onTestFinished(() => desk.close());
  return desk;
}

/** The most that the images of one comparison may cost, by model. Micro-USD. */
async function worstCases(): Promise<number[]> {
  const { models } = await planComparison(deskFor(), REQUEST, OPTIONS);
  return models.map(({ planned }) => planned.decision.offers[0]?.worstCaseMicroUsd ?? 0);
}

test("a comparison whose models fit one by one, but not together, buys nothing", async () => {
  const [first = 0, second = 0] = await worstCases();
  const runMicroUsd = first + second - 1;
  expect(Math.max(first, second)).toBeLessThan(runMicroUsd);
  const desk = deskFor({ budget: { runMicroUsd } });
  await expect(desk.compare(REQUEST, OPTIONS)).rejects.toMatchObject({ code: "budget_exceeded" });
  expect(simulator.calls()).toEqual([]);
  expect(await desk.ledger.outstanding()).toEqual([]);
});

test("comparisons that race for one budget: what is held is made whole, the others buy nothing", async () => {
  const [first = 0, second = 0] = await worstCases();
  // Room for the images of two, and for their judges.
  const monthMicroUsd = Math.round((first + second) * 2.8);
  const ledger = createMemoryLedgerStore();
  const ends = await Promise.all(
    Array.from({ length: 5 }, (_, index) =>
      deskFor({ budget: { monthMicroUsd }, ledger, name: `desk-${index}` })
        .compare(REQUEST, OPTIONS)
        .then(
          ({ models }) => models.map(({ images }) => images.length),
          (error: unknown) => error,
        ),
    ),
  );
  const made = ends.filter((end) => Array.isArray(end));
  expect(made).toEqual([
    [2, 2],
    [2, 2],
  ]);
  for (const end of ends.filter((each) => !made.includes(each as number[])))
    expect(end).toMatchObject({ code: "budget_exceeded" });
  const { totalMicroUsd, images } = simulator.statement();
  expect(images).toBe(8);
  expect(totalMicroUsd).toBeLessThanOrEqual(monthMicroUsd);
});

test("several comparisons are held in one write or not at all, and what is not made is given back", async () => {
  const [first = 0, second = 0] = await worstCases();
  const desk = deskFor({ budget: { runMicroUsd: Math.round((first + second) * 2.5) } });
  const comparison = await planComparison(desk, REQUEST, OPTIONS);
  const plans = [1, 2, 3].map((number) => ({ comparison, subject: `brief ${number}` }));
  await expect(holdComparisons(desk, plans)).rejects.toMatchObject({ code: "budget_exceeded" });
  expect(await desk.ledger.outstanding()).toEqual([]);

  const held = await holdComparisons(desk, plans.slice(0, 2));
  expect(held.map((models) => models.map((calls) => calls.length))).toEqual(held.map(() => [1, 2]));
  const compared = await comparePlanned(desk, comparison, { held: held[0], subject: "brief 1" });
  expect(compared.models.map(({ images }) => images.length)).toEqual([2, 2]);
  await releaseHeld(desk.ledger, held.slice(1).flat(2));
  expect(await desk.ledger.outstanding()).toEqual([]);
  const booked = (await desk.ledger.entries()).filter(({ state }) => state === "settled");
  expect(booked.reduce((sum, { microUsd }) => sum + microUsd, 0)).toBe(simulator.statement().totalMicroUsd);
});

test("a call that has to be planned again stays with the quality that is compared", async () => {
  const desk = deskFor();
  const { models } = await planComparison(desk, REQUEST, { models: ["gpt-image-2", MODELS[1] ?? ""], attempts: 1 });
  for (const { planned } of models) {
    const [offer, ...others] = planned.decision.offers;
    expect(others).toEqual([]);
    expect(planned.request.quality).toBe(offer?.quality);
    const again = await desk.plan({ ...REQUEST, model: offer?.model, quality: planned.request.quality });
    expect(new Set(again.decision.offers.map(({ quality }) => quality))).toEqual(new Set([offer?.quality]));
  }
});

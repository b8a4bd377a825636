import { type FaultInput, type Simulator, startSimulator } from "@artdesk/simulator";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isArtdeskError } from "../src/basics/errors.ts";
import { createNodeArtdesk } from "../src/node/platform/create-node-artdesk.ts";
import { parsePolicy } from "../src/decide/policy/parse-policy.ts";
import { fakeClock } from "../src/testing/fake-clock.ts";
import type { GenerateResult } from "../src/basics/receipt.ts";
import { FAULT_CASES } from "./fault-cases.ts";
import { NOW_MS } from "./fault-matrix.ts";

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ seed: 1, now: () => NOW_MS, adherence: { rules: [{ rate: 0.5 }] } });
});

afterAll(() => simulator.close());

const instantFaults = FAULT_CASES.filter(({ fault }) => fault.kind !== "slow" && fault.kind !== "slow_body").map(
  ({ fault }) => fault,
);

const faultScript = fc.array(
  fc
    .record({
      fault: fc.constantFrom(...instantFaults),
      provider: fc.constantFrom("openai", "gemini", undefined),
      times: fc.integer({ min: 1, max: 4 }),
      after: fc.integer({ min: 0, max: 3 }),
    })
    .map(({ fault, ...selection }): FaultInput => Object.assign({}, fault, selection)),
  { maxLength: 6 },
);

const requests = fc.array(
  fc.record({
    count: fc.integer({ min: 1, max: 4 }),
    purpose: fc.constantFrom("draft", "internal", "client"),
    client: fc.constantFrom("acme", "bolt"),
    verify: fc.constantFrom("off", "report", "escalate"),
    elements: fc.constantFrom<string[]>([], ["a red kite", "> its tail is blue"]),
  }),
  { minLength: 1, maxLength: 5 },
);

const limits = fc.record({
  monthMicroUsd: fc.integer({ min: 0, max: 900_000 }),
  acmeMicroUsd: fc.integer({ min: 0, max: 400_000 }),
  onUnknown: fc.constantFrom("stop", "next", "retry"),
  onRefusal: fc.constantFrom("stop", "next"),
});

type Generated<A> = A extends fc.Arbitrary<infer T> ? T : never;
type Run = [Generated<typeof faultScript>, Generated<typeof requests>, Generated<typeof limits>];

/** No fault and money enough, so that every run of this test meets checks that ask for the better model. */
const escalating = [1, 2, 3].map((count): Run => {
  const request = { count, purpose: "draft", client: "acme", verify: "escalate", elements: ["a red kite"] } as const;
  const plenty = { monthMicroUsd: 50_000_000, acmeMicroUsd: 50_000_000, onUnknown: "stop", onRefusal: "stop" } as const;
  return [[], Array.from({ length: 4 }, () => ({ ...request, elements: [...request.elements] })), plenty];
});

test("requests side by side under any faults never spend more than the budget, and the ledger knows all of it", async () => {
  let billedRuns = 0;
  let blockedRuns = 0;
  let judgedImages = 0;
  let escalatedRequests = 0;
  await fc.assert(
    fc.asyncProperty(faultScript, requests, limits, async (faults, wanted, limit) => {
      simulator.reset();
      simulator.faults(faults);
      let ids = 0;
      const desk = await createNodeArtdesk({
        env: simulator.env,
        providers: ["openai", "gemini"],
        clock: fakeClock({ startMs: NOW_MS }),
        random: { next: () => 0.5, id: () => `id-${(ids += 1)}` },
        policy: { ...parsePolicy("auto"), onUnknown: limit.onUnknown, onRefusal: limit.onRefusal },
        budget: { monthMicroUsd: limit.monthMicroUsd, tags: { client: { acme: limit.acmeMicroUsd } } },
        ledger: "memory:",
      });
      const generate = async (
        { client, ...request }: (typeof wanted)[number],
        index: number,
      ): Promise<GenerateResult | undefined> => {
        try {
          return await desk.generate({ ...request, prompt: `A red kite, view ${index}`, tags: { client } });
        } catch (error) {
          if (isArtdeskError(error)) return undefined;
          throw error;
        }
      };
      try {
        const results = await Promise.all(wanted.map(generate));
        const { totalMicroUsd, images } = simulator.statement();
        const lines = await desk.ledger.entries();
        const counted = lines.filter(({ state }) => state === "settled" || state === "unknown");
        const sum = (rows: typeof lines): number => rows.reduce((total, { microUsd }) => total + microUsd, 0);
        expect(totalMicroUsd).toBeLessThanOrEqual(limit.monthMicroUsd);
        expect(sum(counted)).toBeLessThanOrEqual(limit.monthMicroUsd);
        expect(sum(counted)).toBeGreaterThanOrEqual(totalMicroUsd);
        expect(sum(counted.filter(({ tags }) => tags["client"] === "acme"))).toBeLessThanOrEqual(limit.acmeMicroUsd);
        expect(counted.length + lines.filter(({ state }) => state === "released").length).toBe(lines.length);
        const delivered = results.reduce((total, result) => total + (result?.images.length ?? 0), 0);
        expect(delivered).toBeLessThanOrEqual(images);
        for (const result of results) {
          const verification = result?.receipt.verification;
          judgedImages += verification?.images.filter(({ verdict }) => verdict !== "unsure").length ?? 0;
          if ((verification?.steps.length ?? 0) > 1) escalatedRequests += 1;
        }
        if (totalMicroUsd > 0) billedRuns += 1;
        if (results.some((result) => !result || result.error?.code === "budget_exceeded")) blockedRuns += 1;
      } finally {
        await desk.close();
      }
    }),
    { numRuns: 60, examples: escalating },
  );
  // The runs must have met money and the limit, or they prove nothing.
  expect(billedRuns).toBeGreaterThan(10);
  expect(blockedRuns).toBeGreaterThan(5);
  expect(judgedImages).toBeGreaterThan(10);
  expect(escalatedRequests).toBeGreaterThan(2);
}, 120_000);

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { balance, image, plan, providers, TODAY, type Situation } from "../../../test/plan-fixture.ts";
import type { ImageRequest } from "../../basics/types.ts";
import { catalogueRows } from "../../models/rows/catalogue-rows.ts";
import { estimateCallMicroUsd, worstCaseCallMicroUsd } from "../../models/rows/cost.ts";

const anyRequest: fc.Arbitrary<ImageRequest> = fc.record(
  {
    prompt: fc.constantFrom(
      "a fox",
      'a sign that says "OPEN"',
      `${"very ".repeat(70)}long`,
      "a dancer under two spotlights",
      "狐狸 «texte»",
      "fox ".repeat(550),
      "fox ".repeat(551),
      "fox ".repeat(1100),
    ),
    purpose: fc.constantFrom("draft", "internal", "docs", "social", "client", "print"),
    aspect: fc.constantFrom("1:1", "3:2", "16:9", "8:1", "191:100"),
    resolution: fc.constantFrom("1K", "2K", "4K"),
    quality: fc.constantFrom("low", "medium", "high", "max", "default"),
    count: fc.integer({ min: 1, max: 10 }),
    transparent: fc.boolean(),
    format: fc.constantFrom("png", "webp"),
    model: fc.constantFrom("gpt-image-2", "nano banana pro", "gpt-image-1-mini", "dall-e-2", "sketch", "nobody"),
    references: fc.constantFrom([], [image], [image, image]),
    maxCostUsd: fc.constantFrom(0.005, 0.02, 0.2, 3),
  },
  { requiredKeys: ["prompt"] },
);
const anySituation: fc.Arbitrary<Situation> = fc.record({
  policy: fc.constantFrom<unknown>(
    "auto",
    { rules: [{ then: { strengths: ["text", "people"] } }] },
    { rules: [{ then: { strengths: ["people", "text"] } }] },
    "quality",
    "volume",
    { models: { premium: "gpt-image-2.6-flare" } },
    { rules: [{ then: { order: "latency", may_downgrade: true } }] },
  ),
  spend: fc.record({
    balances: fc.option(
      fc.nat({ max: 400_000 }).map((left) => [balance("month:2026-11", "month 2026-11", 500_000, left)]),
      { nil: [] },
    ),
    imagesThisMonth: fc.nat({ max: 700 }),
    imagesThisMonthByModel: fc.constant({}),
  }),
  budget: fc.constantFrom({}, { onExceeded: "stop" } as const, { imageMicroUsd: 60_000 }),
  enabledProviders: fc.constantFrom(undefined, ["openai"], ["sketch"], ["gemini", "sketch"]),
  todayMs: fc.constantFrom(TODAY, Date.UTC(2026, 11, 24), Date.UTC(2026, 5, 1)),
});

describe("any decision", () => {
  it("is the same byte for byte when it is made again, and from a copy of the catalogue", () => {
    fc.assert(
      fc.property(anyRequest, anySituation, (request, situation) => {
        const copy: Situation = {
          ...situation,
          catalogue: { rows: structuredClone([...catalogueRows]), providers: new Map(providers) },
        };
        const bytes = JSON.stringify(plan(request, situation));
        expect(JSON.stringify(plan(request, situation))).toBe(bytes);
        expect(JSON.stringify(plan(request, copy))).toBe(bytes);
      }),
      { numRuns: 300 },
    );
  });

  it("accounts for every model and quality once, prices it by the table and stays inside every limit", () => {
    const all = catalogueRows.flatMap((row) => row.qualities.map((quality) => `${row.id} ${quality.id}`)).toSorted();
    fc.assert(
      fc.property(anyRequest, anySituation, (request, situation) => {
        const decision = plan(request, situation);
        const { blocked, offers, rejected } = decision;
        expect(offers.length > 0).toBe(blocked === undefined);
        const isUnknownName = blocked?.message.includes("nobody") === true;
        const seen = [...offers, ...rejected].map((offer) => `${offer.model} ${offer.quality}`).toSorted();
        expect(seen).toEqual(isUnknownName ? [] : all);
        for (const { reason } of rejected) expect(reason).toMatch(/\.$/);
        const left = situation.spend?.balances[0]?.leftMicroUsd ?? Number.POSITIVE_INFINITY;
        for (const offer of offers) {
          const row = catalogueRows.find((candidate) => candidate.id === offer.model);
          if (row === undefined) throw new Error(offer.model);
          const call = {
            ...offer,
            promptBytes: decision.brief.promptBytes,
            references: request.references?.length ?? 0,
          };
          expect(offer.estimateMicroUsd).toBe(estimateCallMicroUsd(row, call));
          expect(offer.worstCaseMicroUsd).toBe(worstCaseCallMicroUsd(row, call));
          expect(offer.worstCaseMicroUsd).toBeLessThanOrEqual(Math.min(left, (request.maxCostUsd ?? 1000) * 1_000_000));
        }
        const isOwnChoice = request.model === undefined && situation.enabledProviders?.join() !== "sketch";
        const mayFall =
          JSON.stringify(situation.policy).includes("may_downgrade") ||
          JSON.stringify(situation.policy).includes("models");
        const mustBePremium = isOwnChoice && !mayFall && request.purpose === "client";
        const lower = offers.filter((offer) => mustBePremium && offer.tier !== "premium");
        expect(lower).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

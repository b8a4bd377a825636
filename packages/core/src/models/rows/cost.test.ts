import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSharedJson, sharedFolder } from "../../../test/shared-folder.ts";
import { catalogueRows } from "./catalogue-rows.ts";
import { findModel } from "./find-model.ts";
import type { CatalogueRow } from "./row.ts";
import {
  costFromUsage,
  estimateCallMicroUsd,
  imageOutputTokens,
  usageBound,
  worstCaseCallMicroUsd,
  type PricedCall,
  outputTokensOf,
  usageOfUnits,
} from "./cost.ts";
import type { Usage } from "../../basics/types.ts";

const AXIS_FACTORS: Record<string, Record<string, number>> = {
  "gpt-image-2": { low: 16, medium: 48, high: 96 },
  "gpt-image-2.5": { low: 16, medium: 24, high: 48, xhigh: 64, max: 96 },
};

function row(id: string): CatalogueRow {
  const found = findModel(catalogueRows, id);
  if (!found) throw new Error(`no row ${id}`);
  return found.row;
}

function call(size: string, quality: string, more: Partial<PricedCall> = {}): PricedCall {
  const [widthPx = 0, heightPx = 0] = size.split("x").map(Number);
  return { quality, widthPx, heightPx, count: 1, promptBytes: 0, references: 0, ...more };
}

const noUsage: Usage = {
  inputTextTokens: 0,
  cachedInputTextTokens: 0,
  inputImageTokens: 0,
  cachedInputImageTokens: 0,
  outputImageTokens: 0,
  outputTextTokens: 0,
};

describe("imageOutputTokens", () => {
  it.each([
    ["gpt-image-2", "high", 1024, 1024, 7024],
    ["gpt-image-2", "high", 1536, 1024, 5488],
    ["gpt-image-2", "high", 1792, 1024, 5063],
    ["gpt-image-2", "high", 3584, 2048, 12_329],
    ["gpt-image-2", "medium", 1024, 1024, 1756],
    ["gpt-image-2", "medium", 1024, 1536, 1372],
    ["gpt-image-2", "low", 1536, 1024, 158],
    ["gpt-image-2.5", "low", 1024, 1024, 196],
    ["gpt-image-2.5", "medium", 1024, 1024, 439],
    ["gpt-image-2.5", "high", 1024, 1024, 1756],
    ["gpt-image-2.5", "xhigh", 1024, 1024, 3122],
    ["gpt-image-2.5", "max", 1024, 1024, 7024],
  ])("%s %s at %ix%i has %i tokens", (model, quality, widthPx, heightPx, tokens) => {
    expect(imageOutputTokens(AXIS_FACTORS[model]?.[quality] ?? 0, widthPx, heightPx)).toBe(tokens);
  });

  const whyNot = sharedFolder === undefined ? " (skipped: no shared folder beside the repository)" : "";
  it.skipIf(sharedFolder === undefined)(`is exact on every published and computed figure${whyNot}`, () => {
    interface Vector {
      model: string;
      quality: string;
      size: string;
      tokens: number;
    }
    const vectors = readSharedJson("contracts/openai-gpt-image-token-vectors.json") as {
      published: Vector[];
      computed: Vector[];
    };
    const all = [...vectors.published, ...vectors.computed];
    expect(all.length).toBeGreaterThan(60);
    for (const vector of all) {
      const [widthPx = 0, heightPx = 0] = vector.size.split("x").map(Number);
      const tokens = imageOutputTokens(AXIS_FACTORS[vector.model]?.[vector.quality] ?? 0, widthPx, heightPx);
      expect({ ...vector, tokens }).toEqual(vector);
    }
  });
});

describe("published prices per image", () => {
  it.each([
    ["gpt-image-2", "1024x1024", "low", 0.006],
    ["gpt-image-2", "1024x1024", "medium", 0.053],
    ["gpt-image-2", "1024x1024", "high", 0.211],
    ["gpt-image-2", "1536x1024", "high", 0.165],
    ["gpt-image-2", "3840x2160", "medium", 0.1],
    ["gpt-image-2.5-flare", "1024x1024", "low", 0.006],
    ["gpt-image-2.5-flare", "1024x1024", "medium", 0.013],
    ["gpt-image-2.5-sunburst", "1024x1024", "max", 0.211],
    ["gpt-image-1.5", "1024x1024", "low", 0.009],
    ["gpt-image-1.5", "1024x1536", "high", 0.2],
    ["gpt-image-1-mini", "1536x1024", "high", 0.052],
  ])("%s at %s, %s: $%f", (id, size, quality, usd) => {
    const { outputImageTokens } = usageBound(row(id), call(size, quality));
    const microUsd = costFromUsage(row(id), { ...noUsage, outputImageTokens });
    expect(Math.round((microUsd ?? 0) / 1000) / 1000).toBe(usd);
  });

  it.each([
    ["gemini-3-pro-image", "1K", 134_400],
    ["gemini-3-pro-image", "2K", 134_400],
    ["gemini-3-pro-image", "4K", 240_000],
    ["gemini-nano-banana-2.1", "1K", 33_600],
    ["gemini-nano-banana-2.1", "4K", 113_400],
    ["gemini-3.1-flash-lite-image", "1K", 33_600],
  ] as const)("%s at %s: %i micro-USD", (id, resolution, microUsd) => {
    const outputImageTokens = outputTokensOf(row(id).price, call("1024x1024", "default", { resolution })) ?? 0;
    expect(costFromUsage(row(id), { ...noUsage, outputImageTokens })).toBe(microUsd);
  });

  it("covers what was measured on gpt-image-2.6", () => {
    const tokens = (size: string, quality: string): number =>
      usageBound(row("gpt-image-2.6-flare"), call(size, quality)).outputImageTokens;
    expect(tokens("1536x1024", "low")).toBeGreaterThanOrEqual(664);
    expect(tokens("1536x1024", "high")).toBeGreaterThanOrEqual(1353);
    expect(tokens("3840x2160", "high")).toBeGreaterThanOrEqual(3337);
  });
});

describe("costFromUsage", () => {
  it("adds every kind of token and rounds up once", () => {
    const usage = {
      inputTextTokens: 1,
      cachedInputTextTokens: 1,
      inputImageTokens: 1,
      cachedInputImageTokens: 1,
      outputImageTokens: 1,
      outputTextTokens: 1,
    };
    expect(costFromUsage(row("gpt-image-2"), usage)).toBe(Math.ceil(5 + 1.25 + 8 + 2 + 30 + 10));
    expect(costFromUsage(row("gpt-image-2"), { ...noUsage, cachedInputTextTokens: 4 })).toBe(5);
    expect(
      costFromUsage(row("gpt-image-1-mini"), { ...noUsage, cachedInputTextTokens: 5, cachedInputImageTokens: 4 }),
    ).toBe(2);
  });

  it("takes the provider's own price", () => {
    expect(costFromUsage(row("gpt-image-2"), { ...noUsage, outputImageTokens: 7024, costMicroUsd: 5 })).toBe(5);
  });

  it("knows no token price for a model that is priced per image", () => {
    expect(costFromUsage(row("sketch"), noUsage)).toBeUndefined();
    expect(worstCaseCallMicroUsd(row("sketch"), call("640x480", "default", { count: 3 }))).toBe(0);
  });
});

interface PricedOffer {
  row: CatalogueRow;
  call: PricedCall;
}

/** Any model, quality and size of the catalogue, with any prompt, count and references. */
const anyCall: fc.Arbitrary<PricedOffer> = fc
  .record({
    row: fc.constantFrom(...catalogueRows.filter(({ price }) => price.kind !== "unknown")),
    pick: fc.nat(),
    widthUnits: fc.integer({ min: 26, max: 240 }),
    heightUnits: fc.integer({ min: 26, max: 135 }),
    count: fc.integer({ min: 1, max: 10 }),
    promptBytes: fc.nat({ max: 130_000 }),
    references: fc.nat({ max: 16 }),
  })
  .map(({ row: model, pick, widthUnits, heightUnits, ...rest }) => {
    const quality = model.qualities[pick % model.qualities.length]?.id ?? "";
    const options =
      model.sizes.kind === "fixed" ? model.sizes.sizes : model.sizes.kind === "table" ? model.sizes.entries : [];
    const size = options[pick % options.length] ?? { widthPx: widthUnits * 16, heightPx: heightUnits * 16 };
    return { row: model, call: { quality, ...size, ...rest } };
  });

describe("a price by area", () => {
  const seedvr = row("seedvr");
  const area = (widthPx: number, heightPx: number): PricedCall => ({
    quality: "default",
    widthPx,
    heightPx,
    count: 2,
    promptBytes: 10,
    references: 1,
  });

  it("counts started blocks, for the estimate and for the worst case", () => {
    expect(estimateCallMicroUsd(seedvr, area(1000, 1000))).toBe(2_000);
    expect(estimateCallMicroUsd(seedvr, area(1000, 1001))).toBe(4_000);
    expect(worstCaseCallMicroUsd(seedvr, area(4096, 4096))).toBe(2 * 17_000);
  });

  it("is settled by the units that the provider states, if it does", () => {
    expect(usageOfUnits(seedvr, 3.5, 1)?.costMicroUsd).toBe(3_500);
    expect(usageOfUnits(row("dreamina"), 2, 2)?.costMicroUsd).toBe(60_000);
    // A price per image is not a price per unit: some models count cents or seconds.
    expect(usageOfUnits(row("dreamina"), 8, 1)).toBeUndefined();
    expect(usageOfUnits(seedvr, undefined, 1)).toBeUndefined();
    expect(usageOfUnits(row("gpt-image-2"), 2, 2)).toBeUndefined();
    expect(usageOfUnits(row("recraft-20b"), 2, 2)).toBeUndefined();
  });
});

describe("worst case and estimate", () => {
  it("the worst case is the price of the largest usage", () => {
    fc.assert(
      fc.property(anyCall, (offer) => {
        const bound = costFromUsage(offer.row, usageBound(offer.row, offer.call));
        const worst = worstCaseCallMicroUsd(offer.row, offer.call);
        // A price without tokens is known before the call.
        expect(worst).toBe(
          bound === undefined ? estimateCallMicroUsd(offer.row, offer.call) : offer.call.count * bound,
        );
      }),
    );
  });

  it("0 <= estimate <= worst case, in whole micro-USD", () => {
    fc.assert(
      fc.property(anyCall, (offer) => {
        const estimate = estimateCallMicroUsd(offer.row, offer.call);
        const worst = worstCaseCallMicroUsd(offer.row, offer.call);
        expect(Number.isSafeInteger(estimate) && Number.isSafeInteger(worst)).toBe(true);
        expect(estimate).toBeGreaterThanOrEqual(0);
        expect(worst).toBeGreaterThanOrEqual(estimate);
      }),
      { numRuns: 2000 },
    );
  });

  it("covers the bill for any usage within the bounds, in one call or in several", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(anyCall, fc.array(share, { minLength: 6, maxLength: 6 }), (offer, shares) => {
        const bound = usageBound(offer.row, offer.call);
        const part = (most: number, index: number): number => Math.floor(most * (shares[index] ?? 0));
        const cachedText = part(bound.inputTextTokens, 0);
        const cachedImage = part(bound.inputImageTokens, 1);
        const usage: Usage = {
          inputTextTokens: part(bound.inputTextTokens - cachedText, 2),
          cachedInputTextTokens: cachedText,
          inputImageTokens: part(bound.inputImageTokens - cachedImage, 3),
          cachedInputImageTokens: cachedImage,
          outputImageTokens: part(bound.outputImageTokens, 4),
          outputTextTokens: part(bound.outputTextTokens, 5),
        };
        const { count } = offer.call;
        const together = Object.fromEntries(Object.entries(usage).map(([kind, tokens]) => [kind, tokens * count]));
        const worst = worstCaseCallMicroUsd(offer.row, offer.call);
        expect(count * (costFromUsage(offer.row, usage) ?? 0)).toBeLessThanOrEqual(worst);
        expect(costFromUsage(offer.row, { ...usage, ...together }) ?? 0).toBeLessThanOrEqual(worst);
      }),
      { numRuns: 2000 },
    );
  });
});

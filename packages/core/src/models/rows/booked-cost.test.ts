import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Usage } from "../../basics/types.ts";
import { claimedMicroUsd, leastCallMicroUsd } from "./booked-cost.ts";
import { catalogueRows } from "./catalogue-rows.ts";
import { estimateCallMicroUsd, outputTokensOf, worstCaseCallMicroUsd, type PricedCall } from "./cost.ts";
import type { CatalogueRow } from "./row.ts";

const row = (id: string): CatalogueRow => {
  const found = catalogueRows.find((known) => known.id === id);
  if (found === undefined) throw new Error(id);
  return found;
};
const call = (changes: Partial<PricedCall> = {}): PricedCall => ({
  quality: "medium",
  widthPx: 1024,
  heightPx: 1024,
  resolution: "1K",
  count: 1,
  promptBytes: 20,
  references: 0,
  ...changes,
});
const usage = (changes: Partial<Usage> = {}): Usage => ({
  inputTextTokens: 0,
  cachedInputTextTokens: 0,
  inputImageTokens: 0,
  cachedInputImageTokens: 0,
  outputImageTokens: 0,
  outputTextTokens: 0,
  ...changes,
});

describe("a claim", () => {
  it("counts where it is possible", () => {
    expect(claimedMicroUsd(row("gpt-image-2"), call(), usage({ inputTextTokens: 12, outputImageTokens: 1756 }))).toBe(
      52_740,
    );
    expect(
      claimedMicroUsd(row("bytedance-seed/seedream-4.5"), call({ quality: "default" }), usage({ costMicroUsd: 6_525 })),
    ).toBe(6_525);
  });

  it.each<[string, string, PricedCall, Usage | undefined]>([
    ["nothing", "gpt-image-2", call(), undefined],
    ["zeros", "gpt-image-2", call(), usage()],
    ["less than one image takes", "gpt-image-2", call(), usage({ outputImageTokens: 1_000 })],
    ["one image for two", "gpt-image-2", call({ count: 2 }), usage({ outputImageTokens: 1_756 })],
    [
      "an image at the text's rate",
      "gemini-3-pro-image",
      call({ quality: "default" }),
      usage({ outputTextTokens: 1_120 }),
    ],
    [
      "a stated price of nothing",
      "bytedance-seed/seedream-4.5",
      call({ quality: "default" }),
      usage({ costMicroUsd: 0 }),
    ],
    [
      "a stated price below a tenth of the list's",
      "bytedance-seed/seedream-4.5",
      call({ quality: "default" }),
      usage({ costMicroUsd: 3_000 }),
    ],
  ])("of %s says nothing", (_, id, asked, said) => {
    expect(claimedMicroUsd(row(id), asked, said)).toBeUndefined();
  });

  it("beyond reason is booked as the worst case", () => {
    const asked = call();
    expect(claimedMicroUsd(row("gpt-image-2"), asked, usage({ outputImageTokens: 900_000_000 }))).toBe(
      worstCaseCallMicroUsd(row("gpt-image-2"), asked),
    );
  });

  it("without an image may be of any size from nothing on", () => {
    expect(
      claimedMicroUsd(row("gemini-3-pro-image"), call({ count: 0, quality: "default" }), usage({ inputTextTokens: 9 })),
    ).toBe(18);
  });
});

it("books for images that came at least the row's lowest, and the table's estimate is never below it", () => {
  const count = fc.integer({ min: 0, max: 2_000_000_000 });
  const anyUsage = fc.record({
    inputTextTokens: count,
    cachedInputTextTokens: count,
    inputImageTokens: count,
    cachedInputImageTokens: count,
    outputImageTokens: count,
    outputTextTokens: count,
    costMicroUsd: fc.option(fc.oneof(count, fc.constantFrom(NaN, Infinity, -5, 0.5)), { nil: undefined }),
  });
  const priced = catalogueRows.filter(({ price }) => price.kind !== "unknown");
  fc.assert(
    fc.property(
      fc.constantFrom(...priced),
      anyUsage,
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom("1K", "2K", "4K"),
      fc.nat(10),
      (model, said, images, resolution, step) => {
        const quality = model.qualities[step % model.qualities.length]?.id ?? "";
        const asked = call({ count: images, quality, resolution });
        if (outputTokensOf(model.price, asked) === undefined) return;
        const least = leastCallMicroUsd(model, asked);
        const isStated = said.costMicroUsd !== undefined;
        const booked = claimedMicroUsd(model, asked, said) ?? estimateCallMicroUsd(model, asked);
        expect(booked).toBeGreaterThanOrEqual(isStated ? least / 10 : least);
        expect(Number.isSafeInteger(booked)).toBe(true);
      },
    ),
    { numRuns: 5_000 },
  );
});

/** Micro-USD of a token at the dearest rate that a reply can have. */
it("reserves the most that a request lets each row bill: every token of the limit at the dearest rate", () => {
  for (const model of catalogueRows) {
    const { price } = model;
    if (price.kind !== "token_table") continue;
    for (const { id: quality } of model.qualities) {
      for (const resolution of ["1K", "2K", "4K"] as const) {
        const asked = call({ quality, resolution, references: 2 });
        const imageTokens = outputTokensOf(price, asked);
        if (imageTokens === undefined) continue;
        const limit = imageTokens + price.maxTextTokens;
        const dearest = Math.max(price.prices.outputImage, price.maxTextTokens > 0 ? price.prices.outputText : 0);
        const input =
          (20 + price.promptOverheadTokens) * price.prices.inputText +
          2 * price.maxTokensPerReference * price.prices.inputImage;
        const most =
          price.mayDraft === true
            ? limit * dearest
            : imageTokens * price.prices.outputImage + price.maxTextTokens * price.prices.outputText;
        expect(worstCaseCallMicroUsd(model, asked), `${model.id} ${resolution}`).toBeGreaterThanOrEqual(
          Math.floor(input + most),
        );
      }
    }
  }
});

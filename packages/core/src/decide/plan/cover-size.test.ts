import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { catalogueRows } from "../../models/rows/catalogue-rows.ts";
import type { SizeRule } from "../../models/rows/row.ts";
import type { CutFile } from "../../basics/types.ts";
import { coverSize, MOST_ENLARGED } from "./cover-size.ts";
import { resolveSize } from "./resolve-size.ts";

const cover = (widthPx: number, heightPx: number): CutFile => ({ widthPx, heightPx, fit: "cover" });
const OPENAI = ruleOf("gpt-image-2");
const GEMINI = ruleOf("gemini-3-pro-image");

function ruleOf(id: string): SizeRule {
  const row = catalogueRows.find((known) => known.id === id);
  if (row === undefined) throw new Error(id);
  return row.sizes;
}

function bought(rule: SizeRule, ...outputs: CutFile[]): string | undefined {
  const size = coverSize(rule, outputs);
  return size && `${size.widthPx}x${size.heightPx} cuts ${Math.round(size.coverage.cutAway * 100)} %`;
}

describe("coverSize", () => {
  it.each([
    ["a link preview", [cover(1200, 630)], "1200x640 cuts 2 %"],
    ["a portrait post", [cover(1080, 1350)], "1088x1360 cuts 0 %"],
    ["a story", [cover(1080, 1920)], "1088x1920 cuts 1 %"],
    ["an icon, which is smaller than the model makes", [cover(48, 48)], "816x816 cuts 0 %"],
    ["A4 at 300 dpi, which is a little larger than the model makes", [cover(2480, 3508)], "2416x3424 cuts 0 %"],
  ])("free sizes: %s", (_, outputs, expected) => {
    expect(bought(OPENAI, ...outputs)).toBe(expected);
  });

  it("one image for outputs of several shapes lies between them", () => {
    const size = coverSize(OPENAI, [cover(1200, 630), cover(1080, 1350), cover(1080, 1920)]);
    expect(size?.coverage.scale).toBeLessThanOrEqual(1);
    expect(size?.coverage.cutAway).toBeLessThan(0.55);
    expect(size?.coverage.safe).toBeDefined();
  });

  it("takes a model's own sizes where it has a list", () => {
    expect(bought(GEMINI, cover(1200, 630))).toMatch(/^1\d\d\dx\d+ cuts \d+ %$/);
    expect(bought({ kind: "fixed", sizes: [{ widthPx: 1024, heightPx: 1024 }] }, cover(1200, 630))).toBeUndefined();
  });

  it("answers only with sizes that the model makes and that cover", () => {
    const edge = fc.integer({ min: 16, max: 3000 });
    const outputs = fc.array(
      fc.record({ widthPx: edge, heightPx: edge, fit: fc.constantFrom("cover", "contain", "pad") }),
      {
        minLength: 1,
        maxLength: 5,
      },
    );
    const rules = catalogueRows.map(({ sizes }) => sizes).filter(({ kind }) => kind !== "factor");
    fc.assert(
      fc.property(fc.constantFrom(...rules), outputs, (rule, wanted) => {
        const size = coverSize(rule, wanted);
        if (size === undefined) return;
        const { widthPx, heightPx, coverage } = size;
        expect(resolveSize(rule, { kind: "exact", widthPx, heightPx })).toMatchObject({ widthPx, heightPx });
        expect(coverage.scale).toBeLessThanOrEqual(MOST_ENLARGED);
      }),
      { numRuns: 300 },
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatUsd, usdToMicroUsd } from "./money.ts";

describe("usdToMicroUsd", () => {
  it.each([
    [0.07, 70_000],
    [0.29, 290_000],
    [1.005, 1_005_000],
    [4.35, 4_350_000],
    [1e-6, 1],
    [5e-7, 0],
    [0.1 + 0.2, 300_000],
    [1_000_000, 1_000_000_000_000],
    ["12.50", 12_500_000],
    ["0.0000019", 1],
    ["2e-3", 2000],
    [0, 0],
  ])("reads %s as %i micro-USD", (usd, microUsd) => {
    expect(usdToMicroUsd(usd)).toBe(microUsd);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 1e300, "", "1,5", "$5", "0x10", ".5"])("refuses %s", (usd) => {
    expect(usdToMicroUsd(usd)).toBeUndefined();
  });

  it("reads back every amount that formatUsd writes", () => {
    fc.assert(
      fc.property(fc.nat({ max: 10_000_000_000_000 }), (microUsd) => {
        expect(usdToMicroUsd(formatUsd(microUsd).slice(1))).toBe(microUsd);
      }),
    );
  });
});

describe("formatUsd", () => {
  it.each([
    [41_200, "$0.0412"],
    [53_000, "$0.053"],
    [5_000_000, "$5.00"],
    [5_500_000, "$5.50"],
    [12, "$0.000012"],
    [0, "$0.00"],
    [1_234_567_891, "$1234.567891"],
    [-50_000, "-$0.05"],
  ])("writes %i as %s", (microUsd, text) => {
    expect(formatUsd(microUsd)).toBe(text);
  });
});

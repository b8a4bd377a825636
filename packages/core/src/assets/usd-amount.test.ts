import fc from "fast-check";
import { expect, test } from "vitest";
import { formatUsd, usdToMicroUsd } from "./usd-amount.ts";

test.each([
  [0, 0],
  [0.1, 100_000],
  [1.005, 1_005_000],
  [0.000001, 1],
  [1e-6, 1],
  [4.35, 4_350_000],
  [1_000_000_000, 1_000_000_000_000_000],
])("%f USD are %i micro-USD", (usd, microUsd) => {
  expect(usdToMicroUsd(usd)).toEqual({ microUsd });
});

test.each([NaN, -0.1, -0, Infinity, 1e10, 0.0000001, 1.0000005])("%f is not an amount", (usd) => {
  expect(usdToMicroUsd(usd)).toHaveProperty("problem");
});

test("every amount of whole micro-USD survives being written and read", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000_000_000 }), (microUsd) => {
      expect(usdToMicroUsd(Number(formatUsd(microUsd).slice(1)))).toEqual({ microUsd });
    }),
  );
});

test.each([
  [0, "$0.00"],
  [6_000, "$0.006"],
  [1_250_000, "$1.25"],
  [1_000_001, "$1.000001"],
  [-500_000, "-$0.50"],
])("%i is shown as %s", (microUsd, text) => {
  expect(formatUsd(microUsd)).toBe(text);
});

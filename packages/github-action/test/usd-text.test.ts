import { expect, it } from "vitest";
import { priceText, usdText } from "../src/tell/usd-text.ts";

it.each([
  [0, "$0.00"],
  [1, "under $0.001"],
  [6_000, "$0.006"],
  [53_000, "$0.053"],
  [60_000, "$0.06"],
  [134_000, "$0.13"],
  [9_300_000, "$9.30"],
  [1_234_567_890, "$1234.57"],
  [-40_000, "-$0.04"],
])("%d micro-USD read as %s", (microUsd, text) => {
  expect(usdText(microUsd)).toBe(text);
});

it("rounds what may be paid up and what is left down", () => {
  expect(usdText(134_000, "up")).toBe("$0.14");
  expect(usdText(139_999, "down")).toBe("$0.13");
  expect(usdText(500, "down")).toBe("under $0.001");
});

it("shows prices to the tenth of a cent below a dollar", () => {
  expect([priceText(134_000), priceText(211_000), priceText(40_000), priceText(1_250_000)]).toEqual([
    "$0.134",
    "$0.211",
    "$0.04",
    "$1.25",
  ]);
});

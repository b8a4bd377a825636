import { expect, test } from "vitest";
import { Bank, costMicroUsd } from "./bank.ts";

test("a price in USD per million tokens is micro-USD per token", () => {
  expect(costMicroUsd([{ tokens: 7024, usdPerMillionTokens: 30 }])).toBe(210_720);
  expect(
    costMicroUsd([
      { tokens: 1120, usdPerMillionTokens: 120 },
      { tokens: 5, usdPerMillionTokens: 2 },
    ]),
  ).toBe(134_410);
});

test("fractions are added exactly and rounded up once", () => {
  const half = { tokens: 1, usdPerMillionTokens: 0.5 };
  expect(costMicroUsd([half])).toBe(1);
  expect(costMicroUsd([half, half])).toBe(1);
  expect(costMicroUsd([half, half, half])).toBe(2);
  // 0.1 + 0.2 is not 0.3 in floating point; here it is, and three tenths are rounded up to one.
  expect(
    costMicroUsd([
      { tokens: 1, usdPerMillionTokens: 0.1 },
      { tokens: 1, usdPerMillionTokens: 0.2 },
      { tokens: 7, usdPerMillionTokens: 0.1 },
    ]),
  ).toBe(1);
  expect(costMicroUsd([{ tokens: 3, usdPerMillionTokens: 2.5 }])).toBe(8);
  expect(costMicroUsd([])).toBe(0);
});

test("the statement adds up its entries, and a booking learns how its reply fared", () => {
  const bank = new Bank();
  const entry = {
    provider: "openai",
    model: "gpt-image-2",
    requestId: "req_1",
    images: 2,
    microUsd: 500,
    timeMs: 7,
    operation: "generate",
  };
  const booking = bank.book(entry);
  bank.book({ ...entry, requestId: "req_2", images: 1, microUsd: 250 });
  expect(bank.statement()).toMatchObject({ totalMicroUsd: 750, images: 3 });
  expect(bank.statement().entries[0]?.delivered).toBe(false);
  booking.setDelivered("partial");
  expect(bank.statement().entries[0]).toEqual({ ...entry, delivered: "partial" });
});

test("a booking from before a reset does not touch the new statement", () => {
  const bank = new Bank();
  const entry = {
    provider: "openai",
    model: "m",
    requestId: "r",
    images: 1,
    microUsd: 1,
    timeMs: 0,
    operation: "generate",
  };
  const old = bank.book(entry);
  bank.reset();
  bank.book(entry);
  old.setDelivered(true);
  expect(bank.statement().entries.map(({ delivered }) => delivered)).toEqual([false]);
});

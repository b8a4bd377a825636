import { expect, it } from "vitest";
import { findWinner } from "./find-winner.ts";
import { wilsonInterval } from "./wilson-interval.ts";

it.each([
  [5, 5, 0.5655, 1],
  [0, 5, 0, 0.4345],
  [8, 10, 0.4902, 0.9433],
  [81, 263, 0.2553, 0.3662],
])("gives the published interval of %i in %i", (successes, trials, low, high) => {
  const interval = wilsonInterval(successes, trials);
  expect(interval.low).toBeCloseTo(low, 4);
  expect(interval.high).toBeCloseTo(high, 4);
});

it("knows nothing without trials", () => {
  expect(wilsonInterval(0, 0)).toMatchObject({ rate: undefined, low: 0, high: 1 });
});

it("names a winner only when the intervals do not touch", () => {
  const model = (name: string, successes: number) => ({ name, placed: wilsonInterval(successes, 40) });
  expect(findWinner([model("a", 28), model("b", 39)]).name).toBe("b");
  expect(findWinner([model("a", 35), model("b", 39)])).toMatchObject({
    name: undefined,
    reason: expect.stringContaining("overlap"),
  });
  expect(findWinner([model("a", 28), model("b", 39), model("c", 38)]).name).toBeUndefined();
});

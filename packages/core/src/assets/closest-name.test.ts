import { expect, test } from "vitest";
import { closestName } from "./closest-name.ts";

const names = ["output", "purpose", "size", "aspect", "max_cost", "elements", "references", "on_exceeded"];

test.each([
  ["ouput", "output"],
  ["maxCost", "max_cost"],
  ["max-cost", "max_cost"],
  ["refrences", "references"],
  ["sise", "size"],
  ["szie", "size"],
  ["element", "elements"],
  ["onExceeded", "on_exceeded"],
  ["colour", undefined],
  ["x", undefined],
  ["s".repeat(100_000), undefined],
])("%s", (name, expected) => {
  expect(closestName(name, names)).toBe(expected);
});

import { expect, it } from "vitest";
import { closestName } from "./closest-name.ts";

const names = ["prompt", "purpose", "size", "quality", "references", "max_cost"];

it.each([
  ["promt", "prompt"],
  ["SIZE", "size"],
  ["qualtiy", "quality"],
  ["reference", "references"],
  ["maxcost", "max_cost"],
])("finds what %s was meant to be", (wanted, meant) => {
  expect(closestName(wanted, names)).toBe(meant);
});

it("finds nothing for a word that is far from all", () => {
  expect(closestName("colour", names)).toBeUndefined();
});

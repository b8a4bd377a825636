import { expect, test } from "vitest";
import { crashFigures } from "./crash/crash-figures.ts";

test("200 runs that are killed at random moments lose no received image and buy none twice", async () => {
  const figures = await crashFigures({ runs: 200, seed: 1, parallel: 4 });
  expect(figures).toMatchObject({ runs: 200, imagesLost: 0, imagesBoughtTwice: 0, violations: [] });
  // Else nothing was tried.
  expect(figures.killed).toBeGreaterThan(160);
  expect(figures.unknown).toBeGreaterThan(100);
  expect(figures.recovered).toBeGreaterThan(5);
}, 1_800_000);

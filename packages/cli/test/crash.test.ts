import { expect, test } from "vitest";
import { crashFigures } from "./crash/crash-figures.ts";

test("runs that are killed at random moments lose no received image and buy none twice", async () => {
  const figures = await crashFigures({ runs: 12, seed: 1_000, parallel: 3 });
  expect(figures).toMatchObject({ runs: 12, imagesLost: 0, imagesBoughtTwice: 0, violations: [] });
  // Else nothing was tried.
  expect(figures.killed).toBeGreaterThan(8);
  expect(figures.unknown).toBeGreaterThan(0);
}, 240_000);

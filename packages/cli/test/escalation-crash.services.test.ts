import { expect, test } from "vitest";
import { crashFigures } from "./crash/crash-figures.ts";

test("120 runs that judge and make again, killed at random moments, lose no received image and buy nothing twice", async () => {
  const figures = await crashFigures({ runs: 120, seed: 1, parallel: 4, kind: "escalation" });
  expect(figures).toMatchObject({
    runs: 120,
    imagesLost: 0,
    imagesBoughtTwice: 0,
    looksBoughtTwice: 0,
    violations: [],
  });
  // Else nothing was tried.
  expect(figures.killed).toBeGreaterThan(90);
  expect(figures.unknown).toBeGreaterThan(60);
  expect(figures.recovered).toBeGreaterThan(60);
  expect(figures.looks).toBeGreaterThan(1_000);
  expect(figures.madeAgain).toBeGreaterThan(500);
}, 1_800_000);

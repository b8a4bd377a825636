import { expect, test } from "vitest";
import { crashFigures } from "./crash/crash-figures.ts";

test("runs that are killed at random moments lose no received image and buy none twice", async () => {
  const figures = await crashFigures({ runs: 8, seed: 1_000, parallel: 3 });
  expect(figures).toMatchObject({ runs: 8, imagesLost: 0, imagesBoughtTwice: 0, violations: [] });
  // Else nothing was tried.
  expect(figures.killed).toBeGreaterThan(5);
  expect(figures.unknown).toBeGreaterThan(0);
}, 240_000);

test("runs that judge and make again leave the same order behind, and name the looks that were cut off", async () => {
  const figures = await crashFigures({ runs: 4, seed: 1_000, parallel: 3, kind: "escalation" });
  const nothing = { imagesLost: 0, imagesBoughtTwice: 0, looksBoughtTwice: 0, violations: [] };
  expect(figures).toMatchObject({ runs: 4, ...nothing });
  expect(figures.killed).toBeGreaterThan(1);
  expect(figures.madeAgain).toBeGreaterThan(12);
}, 240_000);

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { coverageOf, placeMaster } from "./crop-geometry.ts";

const edge = fc.integer({ min: 1, max: 6000 });
const size = fc.record({ widthPx: edge, heightPx: edge });
const share = fc.double({ min: -0.5, max: 1.5, noNaN: true });

describe("placeMaster", () => {
  it("cuts a square's middle out of a wide master", () => {
    expect(
      placeMaster({ widthPx: 1536, heightPx: 1024 }, { widthPx: 512, heightPx: 512 }, "cover", { x: 0.5, y: 0.5 }),
    ).toEqual({
      crop: { leftPx: 256, topPx: 0, widthPx: 1024, heightPx: 1024 },
      place: { leftPx: 0, topPx: 0, widthPx: 512, heightPx: 512 },
      scale: 0.5,
      cutAway: 1 - 1024 / 1536,
    });
  });

  it("keeps the focus in the picture, and stays inside it", () => {
    const crop = (x: number): number =>
      placeMaster({ widthPx: 1536, heightPx: 1024 }, { widthPx: 512, heightPx: 512 }, "cover", { x, y: 0 }).crop.leftPx;
    expect([crop(0), crop(0.4), crop(1), crop(7)]).toEqual([0, 102, 512, 512]);
  });

  it("covers or contains any output by any master, in whole pixels inside both", () => {
    fc.assert(
      fc.property(size, size, fc.constantFrom("cover", "contain", "pad"), share, share, (master, output, fit, x, y) => {
        const { crop, place, cutAway } = placeMaster(master, output, fit, { x, y });
        for (const [box, around] of [
          [crop, master],
          [place, output],
        ] as const) {
          expect(Object.values(box).every(Number.isInteger)).toBe(true);
          expect(Math.min(box.leftPx, box.topPx)).toBeGreaterThanOrEqual(0);
          expect(Math.min(box.widthPx, box.heightPx)).toBeGreaterThanOrEqual(1);
          expect(box.leftPx + box.widthPx).toBeLessThanOrEqual(around.widthPx);
          expect(box.topPx + box.heightPx).toBeLessThanOrEqual(around.heightPx);
        }
        expect(cutAway).toBeGreaterThanOrEqual(0);
        if (fit === "cover") expect(place).toEqual({ leftPx: 0, topPx: 0, ...output });
        else expect(cutAway).toBe(0);
      }),
    );
  });
});

describe("coverageOf", () => {
  it("names the largest cut, the largest scale and what all outputs keep", () => {
    const outputs = [
      { widthPx: 1200, heightPx: 600, fit: "cover" },
      { widthPx: 600, heightPx: 1200, fit: "cover" },
    ] as const;
    expect(coverageOf({ widthPx: 1200, heightPx: 1200 }, outputs)).toEqual({
      cutAway: 0.5,
      scale: 1,
      safe: { x: 0.25, y: 0.25, width: 0.5, height: 0.5 },
    });
  });

  it("says by how much a small master would be enlarged", () => {
    expect(coverageOf({ widthPx: 1024, heightPx: 1024 }, [{ widthPx: 2048, heightPx: 1024, fit: "cover" }]).scale).toBe(
      2,
    );
  });
});

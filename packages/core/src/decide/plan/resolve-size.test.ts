import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { catalogueRows } from "../../models/rows/catalogue-rows.ts";
import type { SizeRule } from "../../models/rows/row.ts";
import { parseRequest } from "../request/request.ts";
import { resolveSize } from "./resolve-size.ts";

function ruleOf(id: string): SizeRule {
  const row = catalogueRows.find((candidate) => candidate.id === id);
  if (!row) throw new Error(`no row ${id}`);
  return row.sizes;
}

function resolve(id: string, wish: { size?: string; aspect?: string; resolution?: "1K" | "2K" | "4K" }): string {
  const resolved = resolveSize(ruleOf(id), parseRequest({ prompt: "a", ...wish }).size);
  return typeof resolved === "string" ? resolved : `${resolved.size}${resolved.experimental ? " experimental" : ""}`;
}

describe("free sizes", () => {
  it.each([
    ["1:1", "1K", "1024x1024"],
    ["3:2", "1K", "1248x832"],
    ["16:9", "1K", "1280x720"],
    ["9:16", "1K", "720x1280"],
    ["21:9", "1K", "1456x624"],
    ["1:1", "2K", "2048x2048 experimental"],
    ["16:9", "2K", "2560x1440"],
    ["16:9", "4K", "3840x2160 experimental"],
    ["1:1", "4K", "2880x2880 experimental"],
    ["3:1", "1K", "1728x576"],
    ["4:1", "1K", "Cannot make 4:1 at 1K: the longest shape is 3:1."],
  ] as const)("gpt-image-2 makes %s at %s as %s", (aspect, resolution, size) => {
    expect(resolve("gpt-image-2", { aspect, resolution })).toBe(size);
  });

  it.each([
    ["1536x1024", "1536x1024"],
    ["1536x864", "1536x864"],
    ["3840x2160", "3840x2160 experimental"],
    ["1000x1000", "Cannot make 1000x1000: edges must be multiples of 16 px, for example 1008x1008."],
    ["512x512", "Cannot make 512x512: 262144 pixels are below its least, 655360."],
    ["4096x2048", "Cannot make 4096x2048: the longest edge is 3840 px."],
    ["3840x3840", "Cannot make 3840x3840: 14745600 pixels are above its most, 8294400."],
    ["2048x640", "Cannot make 2048x640: the longest shape is 3:1."],
  ])("gpt-image-2 answers %s with %s", (size, answer) => {
    expect(resolve("gpt-image-2", { size })).toBe(answer);
  });

  it("keeps every shape within the model's limits and close to what was asked", () => {
    const side = fc.integer({ min: 1, max: 400 });
    const rule = ruleOf("gpt-image-2");
    fc.assert(
      fc.property(side, side, fc.constantFrom("1K", "2K", "4K"), (aspectWidth, aspectHeight, resolution) => {
        const ratio = aspectWidth / aspectHeight;
        fc.pre(ratio <= 3 && ratio >= 1 / 3);
        const found = resolveSize(rule, { kind: "shape", aspectWidth, aspectHeight, resolution });
        if (typeof found === "string" || rule.kind !== "free")
          throw new TypeError("gpt-image-2 makes every shape up to 3:1");
        const areaPx = found.widthPx * found.heightPx;
        expect(found.widthPx % 16 === 0 && found.heightPx % 16 === 0).toBe(true);
        expect(areaPx).toBeGreaterThanOrEqual(rule.minAreaPx);
        expect(areaPx).toBeLessThanOrEqual(rule.maxAreaPx);
        expect(Math.max(found.widthPx, found.heightPx)).toBeLessThanOrEqual(rule.maxEdgePx);
        const distortion = found.widthPx / found.heightPx / ratio;
        expect(Math.max(distortion, 1 / distortion)).toBeLessThan(1.03);
      }),
      { numRuns: 3000 },
    );
  });
});

describe("sizes by table", () => {
  it.each([
    [{ aspect: "3:2", resolution: "2K" }, "2528x1696"],
    [{ aspect: "6:4", resolution: "4K" }, "5056x3392"],
    [{ aspect: "21:9" }, "1584x672"],
    [{ size: "5504x3072" }, "5504x3072"],
    [
      { aspect: "1:4" },
      "Cannot make 1:4 at 1K: makes only the shapes 1:1, 2:3, 3:2, 3:4, 4:3, 4:5, 5:4, 9:16, 16:9, 21:9.",
    ],
    [{ size: "1536x1024" }, "Cannot make 1536x1024: takes a shape instead of pixels; its nearest size is 1264x848."],
  ] as const)("Nano Banana Pro answers %j with %s", (wish, answer) => {
    expect(resolve("gemini-3-pro-image", wish)).toBe(answer);
  });

  it("knows the classes and shapes of each model", () => {
    expect(resolve("gemini-3.1-flash-lite-image", { resolution: "2K" })).toBe("Cannot make 1:1 at 2K: makes only 1K.");
    expect(resolve("gemini-nano-banana-2.1", { aspect: "8:1", resolution: "4K" })).toBe("12288x1536");
  });
});

describe("fixed sizes", () => {
  it.each([
    [{ size: "1536x1024" }, "1536x1024"],
    [{ aspect: "2:3" }, "1024x1536"],
    [{ resolution: "2K" }, "Cannot make 1:1 at 2K: makes only 1024x1024, 1536x1024, 1024x1536."],
    [{ size: "1280x720" }, "Cannot make 1280x720: makes only 1024x1024, 1536x1024, 1024x1536."],
  ] as const)("gpt-image-1.5 answers %j with %s", (wish, answer) => {
    expect(resolve("gpt-image-1.5", wish)).toBe(answer);
  });
});

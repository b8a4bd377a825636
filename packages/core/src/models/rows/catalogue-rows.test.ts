import { describe, expect, it } from "vitest";
import { outputTokensOf, unitsOf } from "./cost.ts";
import { catalogueRows } from "./catalogue-rows.ts";
import { closestModel, findModel, plainName } from "./find-model.ts";
import { ESTIMABLE_FIGURES } from "./row.ts";

const DAY = /^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

describe.each(catalogueRows.map((row) => [row.id, row] as const))("row %s", (_id, row) => {
  it("names a dated source for every figure group", () => {
    for (const group of ["price", "sizes", "lifecycle", "limits", "strengths"] as const) {
      expect(row.sources[group].document).not.toBe("");
      expect(row.sources[group].date).toMatch(DAY);
    }
  });

  it("says which figures are estimates, each once, and names a source for a latency that is none", () => {
    const { estimated, sizes, sources, price } = row;
    expect(estimated).toEqual([...new Set(estimated)]);
    for (const figure of estimated) expect(ESTIMABLE_FIGURES).toContain(figure);
    expect(estimated.includes("latency")).toBe(sources.latency === undefined);
    if (price.kind === "unknown") expect(estimated).not.toContain("price");
    const parts = {
      free: ["edgeMultiplePx", "minAreaPx", "maxAreaPx", "maxEdgePx", "maxRatio"],
      factor: ["factors", "maxAreaPx"],
      fixed: [],
      table: [],
    } satisfies Record<typeof sizes.kind, (typeof estimated)[number][]>;
    const own: readonly string[] = parts[sizes.kind];
    const others = Object.values(parts).flat();
    for (const figure of others.filter((part) => !own.includes(part) || estimated.includes("sizes")))
      expect(estimated).not.toContain(figure);
  });

  it("has evidence with a source for every tier, and no tier without", () => {
    for (const quality of row.qualities) {
      expect(quality.evidence).toMatch(/\.$/);
      const isRated = Object.keys(quality.tiers).length > 0;
      expect(quality.evidenceSource?.date ?? "no source").toMatch(isRated ? DAY : /^no source$/);
      for (const operation of Object.keys(quality.tiers)) expect(row.operations).toContain(operation);
      expect(quality.latencyMs).toBeGreaterThan(0);
    }
  });

  it("has a price for every quality and size", () => {
    const sizes =
      row.sizes.kind === "fixed"
        ? row.sizes.sizes
        : row.sizes.kind === "table"
          ? row.sizes.entries
          : [{ widthPx: 1024, heightPx: 1024 }];
    for (const quality of row.qualities) {
      for (const size of sizes) {
        if (row.price.kind === "unknown") continue;
        const tokens = outputTokensOf(row.price, {
          quality: quality.id,
          ...size,
          count: 1,
          promptBytes: 0,
          references: 0,
        });
        expect({ quality: quality.id, ...size, isPriced: tokens !== undefined && tokens >= 0 }).toMatchObject({
          isPriced: true,
        });
      }
    }
  });

  it("has rates that are whole thousandths of a micro-USD, cached ones not above plain ones", () => {
    const { microUsdPerImage = 0 } = row.price.kind === "per_image" ? row.price : {};
    const { microUsdPerBlock = 1, blockPx = 1 } = row.price.kind === "per_area" ? row.price : {};
    const prices = "prices" in row.price ? row.price.prices : undefined;
    expect(Number.isSafeInteger(microUsdPerImage)).toBe(true);
    expect([microUsdPerBlock, blockPx].every((figure) => Number.isSafeInteger(figure) && figure > 0)).toBe(true);
    expect(prices !== undefined).toBe(row.price.kind.startsWith("token_"));
    for (const rate of Object.values(prices ?? {})) expect(Math.abs(unitsOf(rate) - rate * 1000)).toBeLessThan(1e-9);
    expect(prices?.cachedInputText ?? 0).toBeLessThanOrEqual(prices?.inputText ?? 0);
    expect(prices?.cachedInputImage ?? 0).toBeLessThanOrEqual(prices?.inputImage ?? 0);
  });

  it("has dates, and a living successor when it ends", () => {
    const { availableFrom, deprecatedOn, shutdownOn, successor } = row.lifecycle;
    for (const day of [availableFrom, deprecatedOn, shutdownOn]) expect(day ?? "2026-01-01").toMatch(DAY);
    const next = catalogueRows.find((other) => other.id === successor);
    expect(next !== undefined).toBe(shutdownOn !== undefined);
    expect(next?.lifecycle.shutdownOn).toBeUndefined();
  });

  it("explains retired and redirected aliases", () => {
    for (const alias of row.aliases.filter(({ retiredOn }) => retiredOn !== undefined)) {
      expect(alias.retiredOn).toMatch(DAY);
      expect(alias.note).toContain(alias.retiredOn);
      expect(alias.note).toContain(row.id);
    }
  });
});

describe("the catalogue", () => {
  it("has no name twice", () => {
    const names = catalogueRows.flatMap((row) => [
      ...new Set([plainName(row.id), plainName(row.name)]),
      ...row.aliases.map((alias) => plainName(alias.id)),
    ]);
    expect(names).toEqual([...new Set(names)]);
  });

  it.each([
    ["gpt image 2.0", "gpt-image-2"],
    ["GPT-IMAGE-2", "gpt-image-2"],
    ["gpt-image-2-2026-04-21", "gpt-image-2"],
    ["nano banana pro", "gemini-3-pro-image"],
    ["nano-banana-pro", "gemini-3-pro-image"],
    ["gemini-3-pro-image-preview", "gemini-3-pro-image"],
    ["gemini-2.5-flash-image", "gemini-nano-banana-2.1"],
    ["gemini-3.1-flash-image", "gemini-nano-banana-2.1"],
    ["nano-banana-2", "gemini-nano-banana-2.1"],
    ["imagen-4.0-ultra-generate-001", "gemini-nano-banana-2.1"],
    ["chatgpt-image-latest", "gpt-image-1.5"],
    ["gpt-image-1", "gpt-image-2.5-flare"],
    ["dall-e-3", "gpt-image-2.5-flare"],
    ["DALL·E 2", "gpt-image-2.5-flare"],
    ["Seedream 4.5", "fal-ai/bytedance/seedream/v4.5"],
    ["Wan 2.7 Image Pro", "fal-ai/wan/v2.7/pro"],
    ["Flux Kontext Fast", "prunaai/flux-kontext-fast"],
    ["Dreamina 3.1", "fal-ai/bytedance/dreamina/v3.1/text-to-image"],
    ["Stable Diffusion 3", "fal-ai/stable-diffusion-v3-medium"],
    ["recraft-20b", "fal-ai/recraft-20b"],
    ["Hunyuan Image 2.1", "fal-ai/hunyuan-image/v2.1/text-to-image"],
    ["esrgan", "fal-ai/esrgan"],
    ["seedvr", "fal-ai/seedvr/upscale/image"],
    ["topaz", "fal-ai/topaz/upscale/image"],
    ["recraft crisp", "fal-ai/recraft/upscale/crisp"],
    ["clarity", "fal-ai/clarity-upscaler"],
    ["sketch", "sketch"],
  ])("finds %s as %s", (name, id) => {
    expect(findModel(catalogueRows, name)?.row.id).toBe(id);
  });

  it("tells what a retired id was replaced by", () => {
    expect(findModel(catalogueRows, "dall-e-3")?.alias).toMatchObject({ retiredOn: "2026-05-12" });
    expect(findModel(catalogueRows, "gpt-image-2")?.alias).toBeUndefined();
    expect(findModel(catalogueRows, "midjourney")).toBeUndefined();
  });

  it("knows what a misspelt id was meant to be", () => {
    expect(closestModel(catalogueRows, "gpt-image-3")).toBe("gpt-image-2");
    expect(closestModel(catalogueRows, "nano bannana pro")).toBe("Nano Banana Pro");
    expect(closestModel(catalogueRows, "midjourney")).toBeUndefined();
  });
});

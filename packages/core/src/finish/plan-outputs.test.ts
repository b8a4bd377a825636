import { describe, expect, it } from "vitest";
import { planOutputs, type OutputWish } from "./plan-outputs.ts";

const files = (...wishes: OutputWish[]): string[] =>
  planOutputs(wishes, "docs/hero").map(
    ({ file, widthPx, heightPx, format }) => `${file} ${widthPx}x${heightPx} ${format}`,
  );

describe("planOutputs", () => {
  it("names files after the master, the preset or the pixels, and the format", () => {
    expect(
      files(
        { preset: "og" },
        { size: "1080x1350" },
        { size: "640x640", format: "webp" },
        { preset: "og", format: "avif" },
      ),
    ).toEqual([
      "docs/hero-og.jpg 1200x630 jpeg",
      "docs/hero-1080x1350.png 1080x1350 png",
      "docs/hero-640x640.webp 640x640 webp",
      "docs/hero-og.avif 1200x630 avif",
    ]);
  });

  it("makes all files of a set", () => {
    expect(files({ preset: "favicon" })).toEqual([
      "docs/hero-favicon.ico 48x48 ico",
      "docs/hero-favicon-apple-touch-180.png 180x180 png",
      "docs/hero-favicon-192.png 192x192 png",
      "docs/hero-favicon-512.png 512x512 png",
    ]);
  });

  it("takes the format from a file's name, and own limits before the place's", () => {
    expect(
      planOutputs([{ preset: "youtube-thumbnail", file: "a.webp", maxKb: 90, focus: "0.5,0.25" }], "x"),
    ).toMatchObject([{ file: "a.webp", format: "webp", maxBytes: 90_000, focus: { x: 0.5, y: 0.25 }, fit: "cover" }]);
    expect(planOutputs([{ preset: "youtube-thumbnail" }], "x")[0]?.maxBytes).toBe(2_000_000);
  });

  it.each<[string, OutputWish[], string, string | undefined]>([
    [
      "an unknown preset",
      [{ preset: "instagram-portait" }],
      "`outputs.0.preset`: there is no preset",
      "Did you mean instagram-portrait?",
    ],
    ["neither preset nor size", [{}], "needs either `preset` or `size`", undefined],
    ["both", [{ preset: "og", size: "1x1" }], "needs either `preset` or `size`", undefined],
    ["no size", [{ size: "1200*630" }], "is not WIDTHxHEIGHT", "For example 1200x630."],
    ["a size of nothing", [{ size: "0x630" }], "is not WIDTHxHEIGHT", undefined],
    ["too many pixels", [{ size: "20000x20000" }], "more than 100 megapixels", undefined],
    ["a focus outside", [{ preset: "og", focus: "1.2,0.5" }], "lies outside the picture", undefined],
    ["a focus of one number", [{ preset: "og", focus: "0.5" }], "is not auto, center or x,y", undefined],
    ["no weight", [{ preset: "og", maxKb: 0 }], "`outputs.0.max_kb`", undefined],
    ["a quality above 100", [{ preset: "og", quality: 101 }], "`outputs.0.quality`", undefined],
    [
      "another name than format",
      [{ preset: "og", file: "a.png", format: "webp" }],
      "named as png and made as webp",
      undefined,
    ],
    ["one name for a set", [{ preset: "favicon", file: "a.png" }], "is 4 files", undefined],
    [
      "the same file twice",
      [{ preset: "og" }, { preset: "og" }],
      "two outputs are written to docs/hero-og.jpg",
      undefined,
    ],
    [
      "the same file in other letters",
      [
        { size: "1x1", file: "A.png" },
        { size: "2x2", file: "a.PNG" },
      ],
      "two outputs are written",
      undefined,
    ],
  ])("%s is refused", (_, wishes, message, hint) => {
    const run = (): unknown => planOutputs(wishes, "docs/hero");
    expect(run).toThrow(message);
    if (hint !== undefined) expect(run).toThrow(hint);
  });
});

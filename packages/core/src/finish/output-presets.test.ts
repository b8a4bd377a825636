import { expect, it } from "vitest";
import { findPreset, OUTPUT_PRESETS } from "./output-presets.ts";

it("has every place of the reference, each file with pixels, a source and a date", () => {
  expect(
    OUTPUT_PRESETS.map(
      ({ name, files }) => `${name} ${files.map(({ widthPx, heightPx }) => `${widthPx}x${heightPx}`).join(" ")}`,
    ),
  ).toEqual([
    "og 1200x630",
    "twitter 1200x600",
    "linkedin 1200x627",
    "facebook 1200x630",
    "instagram-post 1080x1080",
    "instagram-portrait 1080x1350",
    "instagram-story 1080x1920",
    "pinterest 1000x1500",
    "youtube-thumbnail 1280x720",
    "blog-hero 1600x900",
    "readme-banner 1280x640",
    "favicon 48x48 180x180 192x192 512x512",
    "app-icon 1024x1024",
    "print-a4 2480x3508",
    "print-a5 1748x2480",
  ]);
  for (const { source } of OUTPUT_PRESETS) {
    expect(source.document.length).toBeGreaterThan(10);
    expect(source.date).toMatch(/^\d{4}-\d\d-\d\d$/);
  }
});

it("finds one's own preset before the built-in one of the same name", () => {
  const og = findPreset("og");
  if (og === undefined) throw new Error("no og");
  const own = { ...og, title: "Ours" };
  expect(findPreset("og", [own])?.title).toBe("Ours");
  expect(findPreset("nowhere")).toBeUndefined();
});

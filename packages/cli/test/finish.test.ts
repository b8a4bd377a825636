import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { startSimulator } from "@artdesk/simulator";
import { expect, onTestFinished, test } from "vitest";
import { filesBelow, makeFolder, runArtdesk } from "./cli-process.ts";

async function picture(widthPx: number, heightPx: number): Promise<Buffer> {
  return sharp({ create: { width: widthPx, height: heightPx, channels: 3, background: "#3366cc" } })
    .png()
    .toBuffer();
}

interface Report {
  files: {
    path: string;
    widthPx: number;
    heightPx: number;
    format: string;
    sizeBytes: number;
    state: string;
    scale: number;
  }[];
  unmet: { path: string; error: string }[];
  isMarked: boolean;
  model?: string;
  error?: { message: string; hint?: string };
}

async function finish(folder: string, ...args: string[]): Promise<{ code: number | null; report: Report }> {
  const { code, stdout } = await runArtdesk(folder, ["finish", ...args, "--json"]);
  return { code, report: JSON.parse(stdout) as Report };
}

test("cuts presets, pixels and a favicon set from one image, and makes nothing twice", async () => {
  const folder = makeFolder({ "art/hero.png": await picture(1536, 1024) });
  const outputs = ["og", "1080x1350.webp", "instagram-story", "favicon", "640x640.avif"];
  const { code, report } = await finish(folder, "art/hero.png", ...outputs);
  expect(code).toBe(0);
  expect(report.files.map(({ path, widthPx, heightPx, state }) => `${path} ${widthPx}x${heightPx} ${state}`)).toEqual([
    "art/hero-og.jpg 1200x630 made",
    "art/hero-1080x1350.webp 1080x1350 made",
    "art/hero-instagram-story.jpg 1080x1920 made",
    "art/hero-favicon.ico 48x48 made",
    "art/hero-favicon-apple-touch-180.png 180x180 made",
    "art/hero-favicon-192.png 192x192 made",
    "art/hero-favicon-512.png 512x512 made",
    "art/hero-640x640.avif 640x640 made",
  ]);
  for (const { path, widthPx, heightPx, format, sizeBytes } of report.files.filter(
    ({ format: made }) => made !== "ico",
  )) {
    const bytes = readFileSync(join(folder, path));
    const { width, height, format: found } = await sharp(bytes).metadata();
    expect([width, height, bytes.length]).toEqual([widthPx, heightPx, sizeBytes]);
    expect(found).toBe(format === "avif" ? "heif" : format);
  }
  const again = await finish(folder, "art/hero.png", ...outputs);
  expect(again.report.files.every(({ state }) => state === "unchanged")).toBe(true);
});

test("keeps a file that is there with other content, and writes nothing at all", async () => {
  const folder = makeFolder({ "hero.png": await picture(800, 600), "hero-og.jpg": "mine" });
  const { code, report } = await finish(folder, "hero.png", "og", "100x100");
  expect(code).toBe(2);
  expect(report.error?.message).toContain("hero-og.jpg: there already");
  expect(report.error?.hint).toContain("--force");
  expect(filesBelow(folder)).toEqual(["hero-og.jpg", "hero.png"]);
  expect((await finish(folder, "hero.png", "og", "100x100", "--force")).code).toBe(0);
  expect(readFileSync(join(folder, "hero-og.jpg")).length).toBeGreaterThan(100);
});

test("marks what a model made, by the workspace's lock, and nothing whose origin is not known", async () => {
  const world = await startSimulator();
  onTestFinished(() => world.close());
  const folder = makeFolder({ "fox.image.md": "---\nmodel: gpt-image-2\nquality: low\n---\nA red fox.\n" });
  expect((await runArtdesk(folder, ["generate"], world.env)).code).toBe(0);
  const bought = world.statement().totalMicroUsd;
  const { report } = await finish(folder, "fox.png", "og", "--alt", "A red fox.");
  expect([report.isMarked, report.model]).toEqual([true, "gpt-image-2"]);
  const xmp = (await sharp(join(folder, "fox-og.jpg")).metadata()).xmp?.toString() ?? "";
  expect(xmp).toContain("trainedAlgorithmicMedia");
  expect(xmp).toContain("A red fox.");
  expect(world.statement().totalMicroUsd).toBe(bought);
  // A file made from a marked file says it, too.
  expect((await finish(folder, "fox-og.jpg", "100x100")).report.isMarked).toBe(true);
  const off = await finish(folder, "fox.png", "200x200", "--disclosure", "off");
  expect(off.report.isMarked).toBe(false);
  expect((await sharp(join(folder, "fox-200x200.png")).metadata()).xmp).toBeUndefined();
  writeFileSync(join(folder, "photo.png"), await picture(300, 300));
  expect((await finish(folder, "photo.png", "100x100")).report.isMarked).toBe(false);
});

test("tells a weight that cannot be met with the smallest that was reached, makes the rest, and ends with 1", async () => {
  const noise = await sharp({
    create: {
      width: 1200,
      height: 630,
      channels: 3,
      background: "#808080",
      noise: { type: "gaussian", mean: 128, sigma: 60 },
    },
  })
    .png()
    .toBuffer();
  const folder = makeFolder({ "noise.png": noise });
  const { code, report } = await finish(folder, "noise.png", "og", "16x16.png", "--max-kb", "2");
  expect(code).toBe(1);
  expect(report.unmet.map(({ path }) => path)).toEqual(["noise-og.jpg"]);
  expect(report.unmet[0]?.error).toMatch(/cannot be made within 2 kB: the smallest that can be made has \d+ kB/);
  expect(report.files.map(({ path }) => path)).toEqual(["noise-16x16.png"]);
  expect(existsSync(join(folder, "noise-og.jpg"))).toBe(false);
});

test.each([
  ["an unknown preset", ["hero.png", "instagram-portait"], "Did you mean instagram-portrait?"],
  ["no output", ["hero.png"], "og, 1080x1350"],
  ["a focus outside", ["hero.png", "og", "--focus", "2,2"], "outside the picture"],
  ["a folder outside", ["hero.png", "og", "--out", "../elsewhere"], "elsewhere"],
  ["an image outside", ["../hero.png", "og"], "hero.png"],
  ["no image", ["text.png", "og"], "cannot be decoded"],
  ["an image that is not there", ["nowhere.png", "og"], "does not exist"],
])("%s is refused, and nothing is written", async (_, args, words) => {
  const folder = makeFolder({ "hero.png": await picture(64, 64), "text.png": "no picture" });
  const { code, stdout, stderr } = await runArtdesk(folder, ["finish", ...args]);
  expect(code).toBe(2);
  expect(stdout + stderr).toContain(words);
  expect(filesBelow(folder)).toEqual(["hero.png", "text.png"]);
});

test("people read pixels, weight and what was cut away, and the list of presets with sources", async () => {
  const folder = makeFolder({ "hero.png": await picture(600, 600) });
  const { stdout } = await runArtdesk(folder, ["finish", "hero.png", "instagram-story", "og"]);
  expect(stdout).toMatch(/hero-instagram-story\.jpg.*1080x1920.*kB.*44 %/);
  expect(stdout).toContain("was enlarged 3.20 times");
  expect(stdout).toContain("--focus x,y moves the cut");
  const list = await runArtdesk(folder, ["finish", "--list"]);
  expect(list.stdout).toMatch(/pinterest.*1000x1500.*2:3/);
});

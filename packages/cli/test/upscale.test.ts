import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startSimulator } from "@artdesk/simulator";
import { expect, onTestFinished, test } from "vitest";
import { makeFolder, runArtdeskJson } from "./cli-process.ts";

const PHOTO = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAAAAACPAi4CAAAAG0lEQVR4nO3BgQAAAADDoPlT3+AEVQEAAAB8AxBAAAFGOA0dAAAAAElFTkSuQmCC",
  "base64",
);
const promptFile = (lines: string): string =>
  `---\npurpose: draft\noperation: upscale\nreferences: [photo.png]\n${lines}---\nLarger, please.\n`;

test("a prompt file upscales its reference, and pays by the pixels that come back", async () => {
  const simulator = await startSimulator();
  onTestFinished(() => simulator.close());
  const folder = makeFolder({
    "large.image.md": promptFile("factor: 8\noutput: large.png\n"),
    "exact.image.md": promptFile("size: 1024x1024\nmodel: SeedVR\noutput: exact.png\n"),
    "photo.png": PHOTO,
  });
  const { document: plan } = await runArtdeskJson(folder, ["plan"], simulator.env);
  expect(plan.assets.map(({ decision }) => decision?.offers[0]?.model)).toEqual([
    undefined,
    "fal-ai/seedvr/upscale/image",
  ]);
  expect(plan.assets[0]?.error?.message).toMatch(/Cannot make 1024x1024 from 64x64: it enlarges 1 to 10 times, not 16/);

  writeFileSync(join(folder, "exact.image.md"), promptFile("size: 640x640\noutput: exact.png\n"));
  const { code, document } = await runArtdeskJson(folder, ["generate"], simulator.env);
  expect(code).toBe(0);
  expect(document.totals).toMatchObject({ generated: 2, costMicroUsd: 2_000 });
  const widthPx = (name: string): number => readFileSync(join(folder, name)).readUInt32BE(16);
  expect([widthPx("large.png"), widthPx("exact.png")]).toEqual([512, 640]);
  const { entries, totalMicroUsd } = simulator.statement();
  expect(entries.map(({ operation }) => operation)).toEqual(["upscale", "upscale"]);
  expect(totalMicroUsd).toBe(2_000);

  writeFileSync(join(folder, "large.image.md"), promptFile("factor: 9\noutput: large.png\n"));
  const again = await runArtdeskJson(folder, ["generate"], simulator.env);
  expect(again.document.totals).toMatchObject({ generated: 1, unchanged: 1 });
});

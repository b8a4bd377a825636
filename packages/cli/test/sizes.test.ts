import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { startSimulator, type Simulator } from "@artdesk/simulator";
import sharp from "sharp";
import { expect, onTestFinished, test } from "vitest";
import { makeFolder, runArtdeskJson } from "./cli-process.ts";

async function world(...keys: string[]): Promise<{ simulator: Simulator; env: Record<string, string> }> {
  const simulator = await startSimulator();
  onTestFinished(() => simulator.close());
  const env = Object.fromEntries(
    Object.entries(simulator.env).filter(([name]) => !name.includes("KEY") || keys.includes(name)),
  );
  return { simulator, env };
}

const sizeOf = async (folder: string, file: string): Promise<string> => {
  const { width, height, format } = await sharp(readFileSync(join(folder, file))).metadata();
  return `${width}x${height} ${format}`;
};

test.each([
  ["OPENAI_API_KEY", "1200x630", "png", "1200x640"],
  ["OPENAI_API_KEY", "1080x1350", "webp", "1088x1360"],
  ["GEMINI_API_KEY", "1200x630", "png", undefined],
  ["GEMINI_API_KEY", "1080x1350", "webp", undefined],
  ["GEMINI_API_KEY", "1080x1920", "jpg", undefined],
])("with %s, %s as %s is bought once and cut to the pixel", async (key, size, ending, bought) => {
  const { simulator, env } = await world(key);
  const folder = makeFolder({
    "a.image.md": `---\npurpose: social\nsize: ${size}\noutput: a.${ending}\n---\nA single yellow tulip on cream paper, soft daylight, flat illustration.\n`,
  });
  const { document: plan } = await runArtdeskJson(folder, ["plan"], env);
  expect(plan.assets[0]?.cutTo).toBe(size);
  const { code, document } = await runArtdeskJson(folder, ["generate"], env);
  expect([code, document.totals.generated]).toEqual([0, 1]);
  expect(await sizeOf(folder, `a.${ending}`)).toBe(`${size} ${ending === "jpg" ? "jpeg" : ending}`);
  if (bought !== undefined) expect(document.assets[0]?.size).toBe(bought);
  const { images, totalMicroUsd } = simulator.statement();
  expect(images).toBe(1);
  expect(document.totals.costMicroUsd).toBe(totalMicroUsd);
  expect(readdirSync(join(folder, ".artdesk/masters"))).toHaveLength(1);
  const again = await runArtdeskJson(folder, ["generate"], env);
  expect(again.document.totals.unchanged).toBe(1);
  expect((await runArtdeskJson(folder, ["check"])).code).toBe(0);
  expect(simulator.statement().images).toBe(1);
});

test("a size that a model makes is delivered byte for byte, and keeps no master", async () => {
  const { env } = await world("OPENAI_API_KEY");
  const folder = makeFolder({ "a.image.md": "---\nsize: 1024x1024\n---\nA red fox.\n" });
  await runArtdeskJson(folder, ["generate"], env);
  expect(await sizeOf(folder, "a.png")).toBe("1024x1024 png");
  expect(existsSync(join(folder, ".artdesk/masters"))).toBe(false);
});

test("what could not be cut is kept, and delivered by the next run for nothing", async () => {
  const { simulator, env } = await world("OPENAI_API_KEY");
  const folder = makeFolder({
    "a.image.md": "---\nsize: 1200x630\n---\nA red fox.\n",
    ".artdesk/masters": "a file stands where the folder of masters should be",
  });
  const first = await runArtdeskJson(folder, ["generate"], env);
  expect(first.code).toBe(1);
  rmSync(join(folder, ".artdesk/masters"));
  const { document } = await runArtdeskJson(folder, ["generate"], env);
  expect(document.recovered).toEqual(["a"]);
  expect(await sizeOf(folder, "a.png")).toBe("1200x630 png");
  expect(simulator.statement().images).toBe(1);
});

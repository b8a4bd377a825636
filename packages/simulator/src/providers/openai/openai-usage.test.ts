import { describe, expect, test } from "vitest";
import { hasSharedContracts, readSharedContract } from "../../testing/shared-contracts.ts";
import { liveOpenAiModels } from "./openai-models.ts";
import type { OpenAiModel } from "./openai-models.ts";
import {
  outputTokensBound26,
  outputTokensByFormula,
  outputTokensPerImage,
  promptTokens,
  referenceTokens,
} from "./openai-usage.ts";
import type { OpenAiQuality } from "./openai-usage.ts";

interface Vector {
  readonly model: "gpt-image-2" | "gpt-image-2.5";
  readonly quality: OpenAiQuality;
  readonly size: string;
  readonly tokens: number;
}

interface VectorFile {
  readonly published: readonly Vector[];
  readonly computed: readonly Vector[];
  readonly measured_gpt_image_2_6: readonly {
    readonly size: string;
    readonly quality: string;
    readonly tokens: number;
  }[];
}

function pixels(size: string): { widthPx: number; heightPx: number } {
  const [widthPx = 0, heightPx = 0] = size.split("x").map(Number);
  return { widthPx, heightPx };
}

function modelOf(id: string): OpenAiModel {
  const model = liveOpenAiModels(Date.parse("2026-11-23")).find((live) => live.id === id);
  if (!model) throw new Error(`No model ${id}`);
  return model;
}

test.each([
  ["2", "high", "1024x1024", 7024],
  ["2", "high", "1536x1024", 5488],
  ["2", "high", "1792x1024", 5063],
  ["2", "high", "3584x2048", 12329],
  ["2.5", "low", "1024x1024", 196],
  ["2.5", "medium", "1024x1024", 439],
  ["2.5", "high", "1024x1024", 1756],
  ["2.5", "xhigh", "1024x1024", 3122],
  ["2.5", "max", "1024x1024", 7024],
] as const)("published count: gpt-image-%s %s %s is %i tokens", (generation, quality, size, tokens) => {
  expect(outputTokensByFormula(generation, quality, pixels(size))).toBe(tokens);
});

describe.skipIf(!hasSharedContracts())("the token vectors beside the repository", () => {
  test("every vector is reproduced exactly", () => {
    const file = readSharedContract("openai-gpt-image-token-vectors.json") as VectorFile;
    const vectors = [...file.published, ...file.computed];
    expect(vectors.length).toBeGreaterThan(60);
    const counted = vectors.map(({ model, quality, size }) =>
      outputTokensByFormula(model === "gpt-image-2" ? "2" : "2.5", quality, pixels(size)),
    );
    expect(counted).toEqual(vectors.map(({ tokens }) => tokens));
  });

  test("every row measured on 2.6 is the bound of that row", () => {
    const { measured_gpt_image_2_6: rows } = readSharedContract("openai-gpt-image-token-vectors.json") as VectorFile;
    const bounds = rows.map(({ size, quality }) => {
      const isOmitted = quality.startsWith("(omitted");
      return outputTokensBound26(isOmitted ? "auto" : (quality as OpenAiQuality), pixels(size), isOmitted);
    });
    expect(bounds).toEqual(rows.map(({ tokens }) => tokens));
  });
});

test("2.6 bills 80 to 100 percent of its bound, fixed by the key", () => {
  const model = modelOf("gpt-image-2.6-flare");
  const size = pixels("2048x2048");
  const bound = outputTokensBound26("medium", size, true);
  expect(bound).toBe(Math.ceil(892 * 3.4));
  const counts = Array.from({ length: 200 }, (_, index) =>
    outputTokensPerImage(model, "medium", size, ["prompt", index]),
  );
  expect(Math.max(...counts)).toBeLessThanOrEqual(bound);
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(Math.floor(bound * 0.8));
  expect(new Set(counts).size).toBeGreaterThan(50);
  expect(outputTokensPerImage(model, "medium", size, ["prompt", 3])).toBe(counts[3]);
});

test("the generations before gpt-image-2 use OpenAI's table, and auto counts as high", () => {
  for (const id of ["gpt-image-1.5", "chatgpt-image-latest"]) {
    const model = modelOf(id);
    expect(outputTokensPerImage(model, "low", pixels("1024x1024"), [])).toBe(272);
    expect(outputTokensPerImage(model, "medium", pixels("1536x1024"), [])).toBe(1568);
    expect(outputTokensPerImage(model, "auto", pixels("1024x1536"), [])).toBe(6240);
  }
});

test("mini bills its published prices per image: $0.005 to $0.052", () => {
  const mini = modelOf("gpt-image-1-mini");
  const usd = (quality: "low" | "medium" | "high" | "auto", size: string): number =>
    (outputTokensPerImage(mini, quality, pixels(size), []) * 8) / 1_000_000;
  expect(usd("low", "1024x1024")).toBe(0.005);
  expect(usd("medium", "1536x1024")).toBe(0.015);
  expect(usd("auto", "1024x1536")).toBe(0.052);
});

test("prompt tokens are a quarter of the characters, rounded up, plus six", () => {
  expect(promptTokens("a")).toBe(7);
  expect(promptTokens("a".repeat(32_000))).toBe(8006);
});

test.each([
  ["1024x1024", 1024],
  ["256x256", 256],
  ["512x512", 1024],
  ["1024x768", 768],
  ["4000x3000", 1536],
  ["1500x10", 752],
])("a %s reference costs %i tokens", (size, tokens) => {
  expect(referenceTokens(pixels(size))).toBe(tokens);
});

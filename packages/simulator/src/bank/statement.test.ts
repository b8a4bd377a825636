import { expect, test } from "vitest";
import { geminiPrompt, postGemini, postOpenAi, simulatorForTest } from "../testing/simulator-under-test.ts";
import type { GeminiBody, OpenAiBody } from "../testing/simulator-under-test.ts";

// Prices once more, in thousandths of a micro-USD per token, so that the bank is held against a second reading of them.
const OPENAI_NANO_USD: Readonly<
  Record<string, readonly [textIn: number, imageIn: number, textOut: number, imageOut: number]>
> = {
  "gpt-image-2": [5000, 8000, 0, 30_000],
  "gpt-image-2-2026-04-21": [5000, 8000, 0, 30_000],
  "gpt-image-2.5-flare": [5000, 8000, 0, 30_000],
  "gpt-image-2.5-flare-2026-09-08": [5000, 8000, 0, 30_000],
  "gpt-image-2.5-sunburst": [5000, 8000, 0, 30_000],
  "gpt-image-2.5-sunburst-2026-09-08": [5000, 8000, 0, 30_000],
  "gpt-image-2.6-flare": [5000, 8000, 0, 30_000],
  "gpt-image-2.6-sunburst": [5000, 8000, 0, 30_000],
  "gpt-image-1.5": [5000, 8000, 10_000, 32_000],
  "chatgpt-image-latest": [5000, 8000, 10_000, 32_000],
  "gpt-image-1-mini": [2000, 2500, 0, 8000],
};

const GEMINI_NANO_USD: Readonly<Record<string, readonly [textIn: number, textOut: number, imageOut: number]>> = {
  "gemini-3-pro-image": [2000, 12_000, 120_000],
  "gemini-nano-banana-2.1": [1500, 7500, 30_000],
  "gemini-3.1-flash-image": [500, 3000, 60_000],
  "gemini-3.1-flash-lite-image": [250, 1500, 30_000],
};

function settleOpenAi(model: string, usage: OpenAiBody["usage"]): number {
  const [textIn, imageIn, textOut, imageOut] = OPENAI_NANO_USD[model] ?? [0, 0, 0, 0];
  const details = usage.output_tokens_details ?? { image_tokens: usage.output_tokens, text_tokens: 0 };
  const input = usage.input_tokens_details.text_tokens * textIn + usage.input_tokens_details.image_tokens * imageIn;
  return Math.ceil((input + details.text_tokens * textOut + details.image_tokens * imageOut) / 1000);
}

function settleGemini(model: string, usage: GeminiBody["usageMetadata"]): number {
  const [textIn, textOut, imageOut] = GEMINI_NANO_USD[model] ?? [0, 0, 0];
  const images = usage.candidatesTokensDetails?.find(({ modality }) => modality === "IMAGE")?.tokenCount ?? 0;
  const texts = (usage.candidatesTokenCount ?? 0) - images + (usage.thoughtsTokenCount ?? 0);
  return Math.ceil((usage.promptTokenCount * textIn + texts * textOut + images * imageOut) / 1000);
}

test.each([undefined, true, false])(
  "every OpenAI model: the statement is what usage and price say (details: %s)",
  async (openaiOutputDetails) => {
    const simulator = await simulatorForTest({ openaiOutputDetails });
    const settled: [string, number][] = [];
    for (const model of Object.keys(OPENAI_NANO_USD)) {
      const { body } = await postOpenAi(simulator, {
        model,
        prompt: `a fox for ${model}`,
        quality: "medium",
        n: 3,
        output_format: "jpeg",
      });
      settled.push([model, settleOpenAi(model, body.usage)]);
    }
    const { entries, totalMicroUsd } = simulator.statement();
    expect(entries.map(({ model, microUsd }) => [model, microUsd])).toEqual(settled);
    expect(totalMicroUsd).toBe(settled.reduce((total, [, amount]) => total + amount, 0));
    expect(entries.every(({ microUsd }) => microUsd > 0)).toBe(true);
  },
);

test.each([["IMAGE"], ["TEXT", "IMAGE"]])(
  "every Gemini model: the statement is what usage and price say (%s %s)",
  async (...modalities) => {
    const simulator = await simulatorForTest();
    const settled: [string, number][] = [];
    const responseModalities = modalities.filter((modality) => modality !== undefined);
    for (const model of Object.keys(GEMINI_NANO_USD)) {
      for (const prompt of ["a fox", "a longer prompt about a fox", "x"]) {
        const { body } = await postGemini(simulator, model, geminiPrompt(prompt, {}, { responseModalities }));
        settled.push([body.responseId, settleGemini(model, body.usageMetadata)]);
      }
    }
    const { entries, totalMicroUsd } = simulator.statement();
    expect(entries.map(({ requestId, microUsd }) => [requestId, microUsd])).toEqual(settled);
    expect(totalMicroUsd).toBe(settled.reduce((total, [, amount]) => total + amount, 0));
  },
);

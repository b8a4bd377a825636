import { describe, expect, test } from "vitest";
import {
  GEMINI_MODEL,
  geminiRaw,
  OPENAI_CALL,
  openAiRaw,
  simulatorWithFault,
} from "../testing/fault-calls-under-test.ts";
import {
  decodeImage,
  geminiPrompt,
  postGemini,
  postOpenAi,
  simulatorForTest,
} from "../testing/simulator-under-test.ts";
import type { GeminiBody } from "../testing/simulator-under-test.ts";

/** 8 tokens of text in, one low image of 196 tokens. */
const OPENAI_COST = 8 * 5 + 196 * 30;
const OPENAI_INPUT_COST = 8 * 5;

/** Cost of a Gemini answer by its own usage. */
function geminiCost(usage: {
  promptTokenCount: number;
  candidatesTokenCount?: number;
  thoughtsTokenCount?: number;
}): number {
  return Math.ceil(
    usage.promptTokenCount * 1.5 + (usage.candidatesTokenCount ?? 0) * 30 + (usage.thoughtsTokenCount ?? 0) * 7.5,
  );
}

describe("faults that are billed and deliver nothing", () => {
  test.each([
    ["openai", openAiRaw],
    ["gemini", geminiRaw],
  ] as const)("cut_before_headers on %s", async (_name, post) => {
    const simulator = await simulatorWithFault({ kind: "cut_before_headers" });
    expect(await post(simulator)).toEqual({ status: 0, bytes: 0, isCut: true });
    expect(simulator.statement().entries).toMatchObject([{ images: 1, delivered: false }]);
    expect(simulator.calls()).toMatchObject([{ status: null, faultKind: "cut_before_headers" }]);
  });

  test.each([
    ["openai", openAiRaw],
    ["gemini", geminiRaw],
  ] as const)("cut_in_body on %s", async (_name, post) => {
    const simulator = await simulatorWithFault({ kind: "cut_in_body" });
    const cut = await post(simulator);
    const whole = await post(simulator);
    expect(cut).toEqual({ status: 200, bytes: Math.floor(whole.bytes / 2), isCut: true });
    expect(simulator.statement().entries).toMatchObject([
      { images: 1, delivered: false },
      { images: 1, delivered: true },
    ]);
  });

  test("garbage, as HTML and as broken JSON", async () => {
    const simulator = await simulatorForTest();
    simulator.faults([{ kind: "garbage" }, { kind: "garbage", content: "json" }]);
    const send = (): Promise<Response> =>
      fetch(`${simulator.url}/openai/v1/images/generations`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: "Bearer k" },
        body: JSON.stringify(OPENAI_CALL),
      });
    const html = await send();
    expect([html.status, html.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(await html.text()).toContain("<html>");
    const json = await send();
    expect([json.status, json.headers.get("content-type")]).toEqual([200, "application/json"]);
    await expect(json.json()).rejects.toThrow(SyntaxError);
    expect(simulator.statement().entries).toMatchObject([
      { microUsd: OPENAI_COST, delivered: false },
      { microUsd: OPENAI_COST, delivered: false },
    ]);
  });

  test("truncated_base64 is valid JSON and base64 of half a picture", async () => {
    const simulator = await simulatorForTest();
    simulator.faults([{ kind: "truncated_base64", times: 2 }]);
    const openai = await postOpenAi(simulator, OPENAI_CALL);
    const gemini = await postGemini(simulator, GEMINI_MODEL, geminiPrompt("a fox"));
    const images = [
      openai.body.data[0]?.b64_json ?? "",
      gemini.body.candidates[0]?.content?.parts.at(-1)?.inlineData?.data ?? "",
    ];
    for (const base64 of images) {
      expect(base64.length).toBeGreaterThan(1000);
      expect(Buffer.from(base64, "base64").toString("base64")).toBe(base64);
      await expect(decodeImage(base64)).rejects.toThrow("png");
    }
    expect(simulator.statement().entries).toMatchObject([{ delivered: false }, { delivered: false }]);
  });

  test("moderation of a finished image on OpenAI", async () => {
    const simulator = await simulatorWithFault({ kind: "moderation", stage: "output" });
    const { status, body } = await postOpenAi(simulator, OPENAI_CALL);
    expect([status, body.error.code]).toEqual([400, "moderation_blocked"]);
    expect(simulator.statement().entries).toMatchObject([{ images: 1, microUsd: OPENAI_COST, delivered: false }]);
  });

  test("server_error after the work", async () => {
    const simulator = await simulatorWithFault({ kind: "server_error", status: 503, billed: true });
    expect((await postOpenAi(simulator, OPENAI_CALL)).status).toBe(503);
    expect(simulator.statement().entries).toMatchObject([{ images: 1, microUsd: OPENAI_COST, delivered: false }]);
  });
});

describe("answers without an image are billed for what went in and for thinking", () => {
  test("no_image", async () => {
    const simulator = await simulatorForTest();
    simulator.faults([{ kind: "no_image", times: 2 }]);
    const openai = await postOpenAi(simulator, OPENAI_CALL);
    expect([openai.status, openai.body.data, openai.body.usage.output_tokens]).toEqual([200, [], 0]);
    const gemini = await postGemini(simulator, GEMINI_MODEL, geminiPrompt("a fox"));
    expect(gemini.body.candidates).toMatchObject([{ finishReason: "NO_IMAGE" }]);
    expect(gemini.body.candidates[0]?.content).toBeUndefined();
    expect(gemini.body.usageMetadata.candidatesTokenCount).toBeUndefined();
    expect(simulator.statement().entries).toMatchObject([
      { images: 0, microUsd: OPENAI_INPUT_COST, delivered: true },
      { images: 0, microUsd: geminiCost(gemini.body.usageMetadata), delivered: true },
    ]);
    expect(gemini.body.usageMetadata.thoughtsTokenCount).toBeGreaterThan(0);
  });

  test.each(["IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "SAFETY"] as const)(
    "a Gemini refusal with %s",
    async (finishReason) => {
      const simulator = await simulatorWithFault({ kind: "moderation", finishReason });
      const { status, body } = await postGemini(simulator, GEMINI_MODEL, geminiPrompt("a fox"));
      expect([status, body.candidates[0]?.finishReason]).toEqual([200, finishReason]);
      expect(simulator.statement().entries).toMatchObject([
        { images: 0, microUsd: geminiCost(body.usageMetadata), delivered: true },
      ]);
    },
  );

  test("a Gemini prompt that is blocked before any thinking", async () => {
    const simulator = await simulatorWithFault({ kind: "moderation", blockReason: "PROHIBITED_CONTENT" });
    const { status, body } = await postGemini(simulator, GEMINI_MODEL, geminiPrompt("a fox"));
    expect([status, body.promptFeedback, body.candidates]).toEqual([
      200,
      { blockReason: "PROHIBITED_CONTENT" },
      undefined,
    ]);
    expect(simulator.statement()).toMatchObject({ images: 0, totalMicroUsd: Math.ceil(2 * 1.5) });
  });
});

test("partial: one image less is made, sent and billed", async () => {
  const simulator = await simulatorWithFault({ kind: "partial" });
  const { body } = await postOpenAi(simulator, { ...OPENAI_CALL, n: 4 });
  expect(body.data).toHaveLength(3);
  expect(simulator.statement().entries).toMatchObject([
    { images: 3, microUsd: 8 * 5 + 3 * 196 * 30, delivered: "partial" },
  ]);
});

describe("slow answers", () => {
  test("slow and slow_body deliver in the end", async () => {
    const simulator = await simulatorForTest();
    simulator.faults([
      { kind: "slow", delayMs: 30 },
      { kind: "slow_body", durationMs: 30 },
    ]);
    const slow = await openAiRaw(simulator);
    const slowBody = await openAiRaw(simulator);
    expect(slow).toEqual(slowBody);
    expect(slow).toMatchObject({ status: 200, isCut: false });
    expect(simulator.statement().entries).toMatchObject([{ delivered: true }, { delivered: true }]);
  });

  test("a client that gives up has still bought the image", async () => {
    const simulator = await simulatorWithFault({ kind: "slow", delayMs: 3_600_000 });
    const abort = new AbortController();
    const call = postOpenAi(simulator, OPENAI_CALL, "/images/generations", abort.signal);
    await expect.poll(() => simulator.statement().entries.length, { timeout: 20_000 }).toBe(1);
    abort.abort();
    await expect(call).rejects.toThrow("aborted");
    expect(simulator.statement().entries).toMatchObject([{ images: 1, microUsd: OPENAI_COST, delivered: false }]);
  });

  test("a client that gives up in the middle of the body has bought it too", async () => {
    const simulator = await simulatorWithFault({ kind: "slow_body", durationMs: 3_600_000 });
    const abort = new AbortController();
    const call = postOpenAi(simulator, OPENAI_CALL, "/images/generations", abort.signal);
    await expect.poll(() => simulator.calls()[0]?.status, { timeout: 20_000 }).toBe(200);
    abort.abort();
    await expect(call).rejects.toThrow("aborted");
    expect(simulator.statement().entries).toMatchObject([{ images: 1, delivered: false }]);
  });
});

describe("money that nobody asked for, and usage that lies", () => {
  const PRO = "gemini-3-pro-image";
  const imagesIn = (body: GeminiBody): number =>
    body.candidates?.[0]?.content?.parts.filter((part) => "inlineData" in part && part.thought !== true).length ?? 0;

  test("drafts come as image parts, each billed as an image", async () => {
    const simulator = await simulatorWithFault({ kind: "drafts", images: 2 });
    const { body } = await postGemini(simulator, PRO, geminiPrompt("a fox"));
    expect([imagesIn(body), body.candidates?.[0]?.finishReason]).toEqual([3, "STOP"]);
    const { promptTokenCount, candidatesTokenCount = 0, thoughtsTokenCount = 0 } = body.usageMetadata;
    expect(candidatesTokenCount).toBeGreaterThanOrEqual(3 * 1120);
    const textTokens = candidatesTokenCount - 3 * 1120 + thoughtsTokenCount;
    expect(simulator.statement()).toMatchObject({
      images: 3,
      totalMicroUsd: promptTokenCount * 2 + 3 * 1120 * 120 + textTokens * 12,
    });
  });

  test("the limit of a reply ends it, and what was begun is billed", async () => {
    const simulator = await simulatorWithFault({ kind: "drafts", images: 9 });
    const prompt = geminiPrompt("a fox", {}, { responseModalities: ["IMAGE"], maxOutputTokens: 3168 });
    const { body } = await postGemini(simulator, PRO, prompt);
    expect([imagesIn(body), body.candidates?.[0]?.finishReason]).toEqual([2, "MAX_TOKENS"]);
    const { promptTokenCount, candidatesTokenCount = 0, thoughtsTokenCount = 0 } = body.usageMetadata;
    expect(candidatesTokenCount + thoughtsTokenCount).toBe(3168);
    expect(simulator.statement().totalMicroUsd).toBe(
      promptTokenCount * 2 + candidatesTokenCount * 120 + thoughtsTokenCount * 12,
    );
  });

  test("models that do not think send none", async () => {
    const simulator = await simulatorWithFault({ kind: "drafts" });
    const { body } = await postGemini(simulator, "gemini-3.1-flash-lite-image", geminiPrompt("a fox"));
    expect([imagesIn(body), simulator.statement().images]).toEqual([1, 1]);
  });

  test.each([[{ output_tokens: 0 }], ["free of charge"], [null], [undefined]])(
    "a reply states the usage %j, and the bank bills what was made",
    async (usage) => {
      const simulator = await simulatorWithFault({ kind: "usage", usage });
      const { body } = await postOpenAi(simulator, OPENAI_CALL);
      expect([body.data.length, body.usage]).toEqual([1, usage]);
      expect(simulator.statement().totalMicroUsd).toBe(OPENAI_COST);
    },
  );
});

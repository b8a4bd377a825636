import type { Decision, DecisionCreateParams } from "openai/resources/decisions";
import type { ResponseCreateParamsNonStreaming } from "openai/resources/responses/responses";
import { describe, expect, expectTypeOf, it, test } from "vitest";
import { isArtdeskError } from "../../basics/errors.ts";
import { nodeCodec } from "../../node/platform/node-codec.ts";
import type { HttpResponse } from "../../basics/ports.ts";
import { builtInJudges, chooseJudge } from "./built-in-judges.ts";
import { geminiVision } from "./gemini-vision.ts";
import type { Judge } from "./judge.ts";
import { judgeCostMicroUsd, likelyJudgeMicroUsd, worstCaseJudgeMicroUsd } from "./judge-cost.ts";
import { type OpenAiDecisionBody, openAiDecisions } from "./openai-decisions.ts";
import { type OpenAiResponseBody, openAiVision } from "./openai-vision.ts";
import type { Question } from "../../basics/question.ts";

const question = (id: string, text: string): Question => ({ id, text, element: text, kind: "other", parents: [] });
const QUESTIONS = [question("e1", "Is there a cat?"), question("e2", "Is it black?")];
const CALL = { image: { bytes: Uint8Array.of(1, 2, 3), mediaType: "image/png" }, questions: QUESTIONS };

const replyOf = (body: unknown, status = 200): HttpResponse => ({
  status,
  headers: { "x-request-id": "req_1" },
  body: (async function* () {
    yield new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
  })(),
});

const bodyOf = (judge: Judge): Record<string, unknown> =>
  JSON.parse(String(judge.build(CALL, nodeCodec).body)) as Record<string, unknown>;

async function errorOf(judge: Judge, body: unknown): Promise<unknown> {
  const error = await judge.read(replyOf(body), CALL).catch((thrown: unknown) => thrown);
  return isArtdeskError(error) ? [error.code, error.billed, error.usage?.costMicroUsd] : error;
}

test("requests have the types of OpenAI's own package", () => {
  expectTypeOf<OpenAiDecisionBody>().toExtend<DecisionCreateParams>();
  expectTypeOf<OpenAiResponseBody>().toExtend<ResponseCreateParamsNonStreaming>();
});

describe("OpenAI Decisions", () => {
  const usage = {
    input_tokens: 1300,
    input_tokens_details: { cached_tokens: 1000, cache_write_tokens: 0 },
    output_tokens: 7,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 1307,
  };
  it("asks one predicate per question", () => {
    const request = openAiDecisions.build(CALL, nodeCodec);
    expect([request.method, request.path, request.provider]).toEqual(["POST", "/decisions", "openai"]);
    expect(bodyOf(openAiDecisions)["questions"]).toEqual([
      { type: "predicate", name: "e1", instructions: "Is there a cat?" },
      { type: "predicate", name: "e2", instructions: "Is it black?" },
    ]);
  });

  it("takes probabilities, leaves out what was declined, and bills input alone", async () => {
    const answers: Decision["answers"] = [
      { type: "predicate", name: "e1", probability: 0.93 },
      { type: "refusal", name: "e2" },
    ];
    const reply = await openAiDecisions.read(replyOf({ model: "gpt-6-luna", answers, usage }), CALL);
    expect([...reply.answers]).toEqual([["e1", 0.93]]);
    expect(reply.usage && judgeCostMicroUsd(openAiDecisions, reply.usage)).toBe(130);
  });

  it.each([
    [[{ type: "refusal", name: "e1" }], "content_refused"],
    [[{ type: "predicate", name: "e1", probability: 7 }], "bad_response"],
    [[{ type: "predicate", name: "other", probability: 0.5 }], "bad_response"],
    [[], "bad_response"],
    ["soup", "bad_response"],
  ])("says what is wrong with the answers %j, with what they cost", async (answers, code) => {
    expect(await errorOf(openAiDecisions, { answers, usage })).toEqual([code, "yes", 130]);
  });
});

describe("OpenAI vision", () => {
  const usage = {
    input_tokens: 2000,
    input_tokens_details: { cached_tokens: 0, cache_write_tokens: 1000 },
    output_tokens: 40,
  };
  const message = (part: object): object => ({ output: [{ type: "message", content: [part] }], usage });

  it("asks for JSON by a strict schema, with a limit on the reply", () => {
    expect(bodyOf(openAiVision)).toMatchObject({
      text: { format: { type: "json_schema", strict: true } },
      max_output_tokens: openAiVision.maxOutputTokens(2),
      store: false,
    });
  });

  it("reads yes, no and unsure, and bills what was written into the cache at its own rate", async () => {
    const text = JSON.stringify({
      answers: [
        { id: "e1", answer: "yes" },
        { id: "e2", answer: "unsure" },
        { id: "x", answer: "no" },
      ],
    });
    const reply = await openAiVision.read(replyOf(message({ type: "output_text", text })), CALL);
    expect([...reply.answers]).toEqual([
      ["e1", 1],
      ["e2", 0.5],
    ]);
    expect(reply.usage && judgeCostMicroUsd(openAiVision, reply.usage)).toBe(Math.ceil(100 + 125 + 20));
  });

  it.each([
    [message({ type: "refusal", refusal: "No." }), ["content_refused", "yes", 245]],
    [message({ type: "output_text", text: "not JSON" }), ["bad_response", "yes", 245]],
    [{ output: [], usage }, ["bad_response", "yes", 245]],
    [{ output: [] }, ["bad_response", "unknown", undefined]],
    ["{", ["bad_response", "unknown", undefined]],
  ])("says what is wrong with %j", async (body, wanted) => {
    expect(await errorOf(openAiVision, body)).toEqual(wanted);
  });
});

describe("Gemini vision", () => {
  const usageMetadata = { promptTokenCount: 1500, candidatesTokenCount: 30, thoughtsTokenCount: 10 };

  it("asks with a response schema", () => {
    expect(geminiVision.build(CALL, nodeCodec).path).toBe("/v1beta/models/gemini-3.5-flash-lite:generateContent");
    expect(bodyOf(geminiVision)).toMatchObject({
      generationConfig: { responseMimeType: "application/json", maxOutputTokens: geminiVision.maxOutputTokens(2) },
    });
  });

  it("reads the answers and not the thoughts, and bills both", async () => {
    const parts = [
      { text: "Let me see.", thought: true },
      { text: JSON.stringify({ answers: [{ id: "e1", answer: "no" }] }) },
    ];
    const body = { candidates: [{ content: { parts } }], usageMetadata, responseId: "r1" };
    const reply = await geminiVision.read(replyOf(body), CALL);
    expect([[...reply.answers], reply.requestId]).toEqual([[["e1", 0]], "r1"]);
    expect(reply.usage && judgeCostMicroUsd(geminiVision, reply.usage)).toBe(450 + 100);
  });

  it.each([
    [{ candidates: [{ finishReason: "SAFETY" }], usageMetadata }, "content_refused"],
    [{ promptFeedback: { blockReason: "PROHIBITED_CONTENT" }, usageMetadata }, "content_refused"],
    [{ candidates: [{ finishReason: "MAX_TOKENS" }], usageMetadata }, "bad_response"],
  ])("tells a refusal from an empty answer", async (body, code) => {
    expect(await errorOf(geminiVision, body)).toEqual([code, "yes", 550]);
  });
});

describe.each(builtInJudges)("$id", (judge) => {
  it("has a worst case above the likely price", () => {
    expect(worstCaseJudgeMicroUsd(judge, QUESTIONS)).toBeGreaterThan(likelyJudgeMicroUsd(judge, QUESTIONS));
  });

  it.each([
    [401, {}, "auth_failed"],
    [429, { error: { message: "Slow down", code: "rate_limit_exceeded" } }, "rate_limited"],
    [429, { error: { message: "Pay", code: "insufficient_quota" } }, "quota_exhausted"],
    [404, { error: { message: "?" } }, "auth_failed"],
    [500, {}, "unavailable"],
  ])("turns %i into an error that says whether it was billed", async (status, body, code) => {
    const error = await judge.readError(replyOf(body, status));
    expect([error.code, error.billed]).toEqual([code, status === 500 ? "unknown" : "no"]);
  });
});

test("a judge of another family comes first, else any with a key", () => {
  const choose = (makers: string[], keys: string[]): string | undefined =>
    chooseJudge(builtInJudges, makers, (provider) => keys.includes(provider))?.id;
  expect(choose(["openai"], ["openai", "gemini"])).toBe("gemini-vision");
  expect(choose(["gemini"], ["openai", "gemini"])).toBe("openai-decisions");
  expect(choose(["openai"], ["openai"])).toBe("openai-decisions");
  expect(choose(["openai", "gemini"], ["openai", "gemini"])).toBe("openai-decisions");
  expect(choose(["openai"], [])).toBeUndefined();
});

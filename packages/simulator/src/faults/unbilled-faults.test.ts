import { expect, test } from "vitest";
import {
  GEMINI_MODEL,
  geminiRaw,
  OPENAI_CALL,
  openAiRaw,
  simulatorWithFault,
} from "../testing/fault-calls-under-test.ts";
import { geminiPrompt, postGemini, postOpenAi, simulatorForTest } from "../testing/simulator-under-test.ts";

test.each([
  ["retry-after", "2"],
  ["retry-after-ms", "1500"],
  ["none", null],
] as const)("rate_limit with %s", async (header, value) => {
  const simulator = await simulatorWithFault({ kind: "rate_limit", retryAfterMs: 1500, retryAfterHeader: header });
  const { status, headers, body } = await postOpenAi(simulator, OPENAI_CALL);
  expect([status, body.error.code]).toEqual([429, "rate_limit_exceeded"]);
  expect(headers.get("retry-after") ?? headers.get("retry-after-ms")).toBe(value);
  expect(simulator.statement().entries).toEqual([]);
});

test("rate_limit on Gemini", async () => {
  const simulator = await simulatorWithFault({ kind: "rate_limit", retryAfterMs: 34_000 });
  const { status, body } = await postGemini(simulator, GEMINI_MODEL, geminiPrompt("a fox"));
  expect([status, body.error.status]).toEqual([429, "RESOURCE_EXHAUSTED"]);
  expect(body.error.details).toMatchObject([
    {
      "@type": "type.googleapis.com/google.rpc.QuotaFailure",
      violations: [{ quotaId: expect.stringContaining("PerMinute") as string }],
    },
    { "@type": "type.googleapis.com/google.rpc.Help" },
    { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34s" },
  ]);
  expect(simulator.statement().entries).toEqual([]);
});

test("billing_429", async () => {
  const simulator = await simulatorForTest();
  simulator.faults([{ kind: "billing_429", code: "credit_balance_exhausted", times: 2 }]);
  const openai = await postOpenAi(simulator, OPENAI_CALL);
  expect([openai.status, openai.body.error.type, openai.body.error.code]).toEqual([
    429,
    "insufficient_quota",
    "credit_balance_exhausted",
  ]);
  const gemini = await postGemini(simulator, GEMINI_MODEL, geminiPrompt("a fox"));
  expect(gemini.status).toBe(429);
  expect(JSON.stringify(gemini.body.error.details)).toContain("GenerateRequestsPerDayPerProjectPerModel-FreeTier");
  expect(JSON.stringify(gemini.body.error.details)).not.toContain("RetryInfo");
  expect(simulator.statement().entries).toEqual([]);
});

test("auth", async () => {
  const simulator = await simulatorForTest();
  simulator.faults([{ kind: "auth", times: "always" }]);
  const openai = await postOpenAi(simulator, OPENAI_CALL);
  expect([openai.status, openai.body.error.code]).toEqual([401, "invalid_api_key"]);
  const gemini = await postGemini(simulator, GEMINI_MODEL, geminiPrompt("a fox"));
  expect([gemini.status, gemini.body.error.status]).toEqual([400, "INVALID_ARGUMENT"]);
  expect(gemini.body.error.details).toMatchObject([{ reason: "API_KEY_INVALID" }]);
  expect(simulator.statement().entries).toEqual([]);
});

test.each([500, 502, 503] as const)("server_error %i", async (status) => {
  const simulator = await simulatorForTest();
  simulator.faults([{ kind: "server_error", status, times: 2 }]);
  expect((await openAiRaw(simulator)).status).toBe(status);
  expect((await geminiRaw(simulator)).status).toBe(status);
  expect(simulator.statement().entries).toEqual([]);
  expect((await openAiRaw(simulator)).status).toBe(200);
});

test("moderation of a prompt on OpenAI", async () => {
  const simulator = await simulatorWithFault({ kind: "moderation" });
  const { status, body } = await postOpenAi(simulator, OPENAI_CALL);
  expect([status, body.error.code, body.error.type]).toEqual([
    400,
    "moderation_blocked",
    "image_generation_user_error",
  ]);
  expect(body.error.message).toContain("safety_violations=[");
  expect(simulator.statement().entries).toEqual([]);
});

test.each([
  ["openai", openAiRaw],
  ["gemini", geminiRaw],
] as const)("cut_before_work on %s", async (_name, post) => {
  const simulator = await simulatorWithFault({ kind: "cut_before_work" });
  expect(await post(simulator)).toEqual({ status: 0, bytes: 0, isCut: true });
  expect(simulator.statement().entries).toEqual([]);
  expect(simulator.calls()).toMatchObject([{ status: null, faultKind: "cut_before_work" }]);
});

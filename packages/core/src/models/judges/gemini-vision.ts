import type { CallSubject } from "../../wire/reply-error.ts";
import { recordOf } from "../../basics/json-record.ts";
import { tokenCount } from "../../wire/http.ts";
import type { Codec, HttpRequest, HttpResponse } from "../../basics/ports.ts";
import type { Judge, JudgeCall, JudgeUsage } from "./judge.ts";
import { usageOf } from "./judge-cost.ts";
import { judgeRefused, nonsense, readJudgeError, readJudgeJson } from "./judge-reply.ts";
import {
  ANSWERS_SCHEMA,
  JUDGE_INSTRUCTIONS,
  listQuestions,
  QUESTIONS_SCHEMA,
  WRITER_INSTRUCTIONS,
} from "./judge-prompt.ts";
import { type JudgeText, textReplies } from "./text-replies.ts";

const MODEL = "gemini-3.5-flash-lite";

/** Body of `models/MODEL:generateContent` with a response schema (type declarations of npm `@google/genai` 3.1.0). */
export interface GeminiJudgeBody {
  systemInstruction: { parts: readonly { text: string }[] };
  contents: readonly {
    role: "user";
    parts: readonly ({ text: string } | { inlineData: { mimeType: string; data: string } })[];
  }[];
  generationConfig: {
    responseMimeType: "application/json";
    responseJsonSchema: Record<string, unknown>;
    maxOutputTokens: number;
    thinkingConfig: { thinkingLevel: "MINIMAL" };
    mediaResolution: "MEDIA_RESOLUTION_HIGH";
  };
}

const WRITER_TOKENS = 3_000;

/**
 * Google's small vision model with a response schema: yes, no or unsure for each question. Prices: simstudioai/sim pull
 * request 5812, 2026-07-21. An image at high media resolution is 1,120 tokens (Gemini API, media resolution guide); the
 * bound doubles it.
 */
export const geminiVision: Judge = {
  id: "gemini-vision",
  provider: "gemini",
  name: "Gemini 3.5 Flash-Lite",
  model: MODEL,
  prices: { input: 0.3, cachedInput: 0.03, cacheWrite: 0.3, output: 2.5 },
  maxQuestions: 100,
  maxImageTokens: 2_240,
  likelyImageTokens: 1_120,
  overheadBytes: 1_200,
  overheadBytesPerQuestion: 20,
  maxOutputTokens: (questions) => 400 + 40 * questions,
  build: buildRequest,
  read: (response, call) => replies.readReply(response, call),
  readError: (response) => readJudgeError(response, subjectOf(response, undefined)),
  writer: {
    maxOutputTokens: WRITER_TOKENS,
    overheadBytes: 2_500,
    build: (prompt) => request(WRITER_INSTRUCTIONS, [{ text: prompt }], QUESTIONS_SCHEMA, WRITER_TOKENS),
    read: (response) => replies.readQuestions(response),
  },
};

const replies = textReplies(() => geminiVision, readText);

function buildRequest({ image, questions }: JudgeCall, codec: Codec): HttpRequest {
  const inlineData = { mimeType: image.mediaType, data: codec.encodeBase64(image.bytes) };
  return request(
    JUDGE_INSTRUCTIONS,
    [{ inlineData }, { text: listQuestions(questions) }],
    ANSWERS_SCHEMA,
    geminiVision.maxOutputTokens(questions.length),
  );
}

function request(
  instructions: string,
  parts: GeminiJudgeBody["contents"][number]["parts"],
  responseJsonSchema: Record<string, unknown>,
  maxOutputTokens: number,
): HttpRequest {
  const body: GeminiJudgeBody = {
    systemInstruction: { parts: [{ text: instructions }] },
    contents: [{ role: "user", parts }],
    generationConfig: {
      responseMimeType: "application/json",
      responseJsonSchema,
      maxOutputTokens,
      thinkingConfig: { thinkingLevel: "MINIMAL" },
      mediaResolution: "MEDIA_RESOLUTION_HIGH",
    },
  };
  return {
    provider: "gemini",
    method: "POST",
    path: `/v1beta/models/${MODEL}:generateContent`,
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(body),
  };
}

/** The text of a reply. A refusal is a 200 without text, with a reason. */
async function readText(response: HttpResponse): Promise<JudgeText> {
  const reply = await readJudgeJson(response, subjectOf(response, undefined));
  const subject = subjectOf(response, reply["responseId"]);
  const usage = readUsage(reply["usageMetadata"]);
  const booked = usage && usageOf(geminiVision, usage);
  const candidate = recordOf(Array.isArray(reply["candidates"]) ? reply["candidates"][0] : undefined);
  const parts = recordOf(candidate?.["content"])?.["parts"];
  const text = (Array.isArray(parts) ? parts.map(recordOf) : [])
    .filter((part) => part?.["thought"] !== true)
    .map((part) => (typeof part?.["text"] === "string" ? part["text"] : ""))
    .join("");
  if (text !== "") return { text, subject, usage };
  const blockReason = recordOf(reply["promptFeedback"])?.["blockReason"];
  const finishReason = candidate?.["finishReason"];
  const reason = [blockReason, finishReason].find((value) => typeof value === "string") ?? "";
  if (/SAFETY|PROHIBITED|BLOCKLIST|RECITATION|SPII|OTHER/.test(reason)) throw judgeRefused(subject, reason, booked);
  throw nonsense(subject, reason === "" ? "holds no text" : `holds no text (${reason})`, booked);
}

function readUsage(value: unknown): JudgeUsage | undefined {
  const usage = recordOf(value);
  if (!usage) return undefined;
  return {
    inputTokens: tokenCount(usage["promptTokenCount"]),
    cachedTokens: tokenCount(usage["cachedContentTokenCount"]),
    cacheWriteTokens: 0,
    outputTokens: tokenCount(usage["candidatesTokenCount"]) + tokenCount(usage["thoughtsTokenCount"]),
  };
}

function subjectOf(response: HttpResponse, responseId: unknown): CallSubject {
  const requestId = typeof responseId === "string" ? responseId : response.headers["x-request-id"];
  return { provider: "gemini", providerName: "Google Gemini", model: MODEL, requestId };
}

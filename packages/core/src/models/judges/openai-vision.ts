import type { CallSubject } from "../../wire/reply-error.ts";
import { recordOf } from "../../basics/json-record.ts";
import type { Codec, HttpRequest, HttpResponse } from "../../basics/ports.ts";
import type { Judge, JudgeCall } from "./judge.ts";
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
import { LUNA_PRICES, readOpenAiUsage } from "./openai-luna.ts";

/** Body of `POST /responses` with a strict JSON schema (type declarations of npm `openai` 7.57.0, 2026-11-13). */
export interface OpenAiResponseBody {
  model: "gpt-6-luna";
  instructions: string;
  input: {
    role: "user";
    content: ({ type: "input_text"; text: string } | { type: "input_image"; image_url: string; detail: "high" })[];
  }[];
  text: {
    format: { type: "json_schema"; name: string; schema: Record<string, unknown>; strict: true };
  };
  reasoning: { effort: "none" };
  max_output_tokens: number;
  store: false;
}

const WRITER_TOKENS = 3_000;

/** OpenAI's small vision model through the Responses API: yes, no or unsure for each question. */
export const openAiVision: Judge = {
  id: "openai-vision",
  provider: "openai",
  name: "OpenAI GPT-6 Luna",
  model: "gpt-6-luna",
  prices: LUNA_PRICES,
  maxQuestions: 100,
  maxImageTokens: 25_000,
  likelyImageTokens: 1_500,
  overheadBytes: 1_200,
  overheadBytesPerQuestion: 20,
  maxOutputTokens: (questions) => 200 + 40 * questions,
  build: buildRequest,
  read: (response, call) => replies.readReply(response, call),
  readError: (response) => readJudgeError(response, subjectOf(response)),
  writer: {
    maxOutputTokens: WRITER_TOKENS,
    overheadBytes: 2_500,
    build: (prompt) =>
      request({
        instructions: WRITER_INSTRUCTIONS,
        content: [{ type: "input_text", text: prompt }],
        format: { name: "questions", schema: QUESTIONS_SCHEMA },
        maxOutputTokens: WRITER_TOKENS,
      }),
    read: (response) => replies.readQuestions(response),
  },
};

const replies = textReplies(() => openAiVision, readText);

function buildRequest({ image, questions }: JudgeCall, codec: Codec): HttpRequest {
  return request({
    instructions: JUDGE_INSTRUCTIONS,
    content: [
      { type: "input_text", text: listQuestions(questions) },
      {
        type: "input_image",
        image_url: `data:${image.mediaType};base64,${codec.encodeBase64(image.bytes)}`,
        detail: "high",
      },
    ],
    format: { name: "answers", schema: ANSWERS_SCHEMA },
    maxOutputTokens: openAiVision.maxOutputTokens(questions.length),
  });
}

function request(options: {
  instructions: string;
  content: OpenAiResponseBody["input"][number]["content"];
  format: { name: string; schema: Record<string, unknown> };
  maxOutputTokens: number;
}): HttpRequest {
  const body: OpenAiResponseBody = {
    model: "gpt-6-luna",
    instructions: options.instructions,
    input: [{ role: "user", content: options.content }],
    text: { format: { type: "json_schema", ...options.format, strict: true } },
    reasoning: { effort: "none" },
    max_output_tokens: options.maxOutputTokens,
    store: false,
  };
  return {
    provider: "openai",
    method: "POST",
    path: "/responses",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(body),
  };
}

/** The text of a reply; a refusal comes as a content part of its own. */
async function readText(response: HttpResponse): Promise<JudgeText> {
  const subject = subjectOf(response);
  const reply = await readJudgeJson(response, subject);
  const usage = readOpenAiUsage(reply["usage"]);
  const output = Array.isArray(reply["output"]) ? reply["output"].map(recordOf) : [];
  const parts = output.flatMap((item) => (Array.isArray(item?.["content"]) ? item["content"].map(recordOf) : []));
  const booked = usage && usageOf(openAiVision, usage);
  const refusal = parts.find((part) => part?.["type"] === "refusal");
  if (refusal) throw judgeRefused(subject, typeof refusal["refusal"] === "string" ? refusal["refusal"] : "", booked);
  const text = parts.find((part) => part?.["type"] === "output_text")?.["text"];
  if (typeof text !== "string") throw nonsense(subject, "holds no text", booked);
  return { text, subject, usage };
}

function subjectOf(response: HttpResponse): CallSubject {
  return {
    provider: "openai",
    providerName: "OpenAI",
    model: "gpt-6-luna",
    requestId: response.headers["x-request-id"],
  };
}

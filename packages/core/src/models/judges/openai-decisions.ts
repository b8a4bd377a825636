import type { CallSubject } from "../../wire/reply-error.ts";
import { recordOf } from "../../basics/json-record.ts";
import type { Codec, HttpRequest, HttpResponse } from "../../basics/ports.ts";
import type { Judge, JudgeCall, JudgeReply } from "./judge.ts";
import { usageOf } from "./judge-cost.ts";
import { judgeRefused, nonsense, readJudgeError, readJudgeJson } from "./judge-reply.ts";
import { LUNA_PRICES, readOpenAiUsage } from "./openai-luna.ts";

/** Body of `POST /decisions` (type declarations of npm `openai` 7.57.0, 2026-11-13). */
export interface OpenAiDecisionBody {
  model: "gpt-6-luna";
  input: { role: "user"; content: { type: "input_image"; image_url: string; detail: "high" }[] }[];
  questions: { type: "predicate"; name: string; instructions: string }[];
}

/**
 * OpenAI's Decisions API: the probability of yes for each question, without any generated text. $0.10 per 1M input
 * tokens; output, cache reads and cache writes are free (apidog.com/blog/openai-decisions-api, 2026-10-10).
 */
export const openAiDecisions: Judge = {
  id: "openai-decisions",
  provider: "openai",
  name: "OpenAI Decisions",
  model: "gpt-6-luna",
  prices: { ...LUNA_PRICES, cachedInput: 0.1, cacheWrite: 0.1, output: 0 },
  maxQuestions: 400,
  // No figure is published for this model's images; a bound well above OpenAI's largest image budgets.
  maxImageTokens: 25_000,
  likelyImageTokens: 1_500,
  overheadBytes: 200,
  overheadBytesPerQuestion: 60,
  maxOutputTokens: () => 0,
  build: buildRequest,
  read: readReply,
  readError: (response) => readJudgeError(response, subjectOf(response)),
};

function buildRequest({ image, questions }: JudgeCall, codec: Codec): HttpRequest {
  const image_url = `data:${image.mediaType};base64,${codec.encodeBase64(image.bytes)}`;
  const body: OpenAiDecisionBody = {
    model: "gpt-6-luna",
    input: [{ role: "user", content: [{ type: "input_image", image_url, detail: "high" }] }],
    questions: questions.map(({ id, text }) => ({ type: "predicate", name: id, instructions: text })),
  };
  return {
    provider: "openai",
    method: "POST",
    path: "/decisions",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(body),
  };
}

async function readReply(response: HttpResponse, { questions }: JudgeCall): Promise<JudgeReply> {
  const subject = subjectOf(response);
  const reply = await readJudgeJson(response, subject);
  const usage = readOpenAiUsage(reply["usage"]);
  const booked = usage && usageOf(openAiDecisions, usage);
  const listed = Array.isArray(reply["answers"]) ? reply["answers"].map(recordOf) : [];
  const answers = new Map<string, number>();
  for (const { id } of questions) {
    const answer = listed.find((candidate) => candidate?.["name"] === id);
    const probability = answer?.["probability"];
    if (typeof probability === "number" && probability >= 0 && probability <= 1) answers.set(id, probability);
  }
  if (answers.size > 0) return { answers, usage, requestId: subject.requestId };
  const declined = listed.length > 0 && listed.every((answer) => answer?.["type"] === "refusal");
  throw declined ? judgeRefused(subject, "", booked) : nonsense(subject, "answers none of the questions", booked);
}

function subjectOf(response: HttpResponse): CallSubject {
  return {
    provider: "openai",
    providerName: "OpenAI",
    model: "gpt-6-luna",
    requestId: response.headers["x-request-id"],
  };
}

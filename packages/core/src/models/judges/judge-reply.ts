import type { ErrorCode } from "../../basics/error-code.ts";
import { ArtdeskError } from "../../basics/errors.ts";
import { recordOf } from "../../basics/json-record.ts";
import type { Codec, HttpResponse } from "../../basics/ports.ts";
import type { Question, QuestionKind } from "../../basics/question.ts";
import type { Usage } from "../../basics/types.ts";
import { readJsonWithImages } from "../../wire/http.ts";
import {
  type CallSubject,
  modelNotServed,
  oneLine,
  parseErrorBody,
  readErrorBody,
  replyError,
} from "../../wire/reply-error.ts";

/** Reads a JSON reply as an object. Throws `bad_response` or `network`, possibly billed. */
export async function readJudgeJson(
  response: HttpResponse,
  subject: CallSubject,
): Promise<Readonly<Record<string, unknown>>> {
  const { json, problem } = await readJsonWithImages(response, {
    codec: NO_CODEC,
    imageKeys: [],
    subject,
    maxBytes: 4_000_000,
  });
  if (problem) throw problem;
  const reply = recordOf(json);
  if (!reply) throw nonsense(subject, "is not a JSON object", undefined);
  return reply;
}

/** Replies of judges hold no images, so that nothing is ever decoded or hashed. */
const NO_CODEC: Codec = {
  sha256Hex: () => "",
  encodeBase64: () => "",
  decodeBase64Into: () => 0,
};

/** A reply that makes no sense. The provider has billed its tokens all the same. */
export function nonsense(subject: CallSubject, problem: string, usage: Usage | undefined): ArtdeskError {
  return judgeFailure("bad_response", subject, `${subject.providerName}'s answer as a judge ${problem}.`, usage);
}

/** A judge that declines to look at an image or at a prompt. */
export function judgeRefused(subject: CallSubject, why: string, usage: Usage | undefined): ArtdeskError {
  const reason = why === "" ? "" : `: ${oneLine(why)}`;
  return judgeFailure(
    "content_refused",
    subject,
    `${subject.providerName} refused to judge the image${reason}.`,
    usage,
  );
}

function judgeFailure(
  code: ErrorCode,
  subject: CallSubject,
  shortMessage: string,
  usage: Usage | undefined,
): ArtdeskError {
  return new ArtdeskError({
    code,
    shortMessage,
    provider: subject.provider,
    model: subject.model,
    requestId: subject.requestId,
    billed: usage === undefined ? "unknown" : "yes",
    usage,
  });
}

/** 429 (and older 400) codes of OpenAI that mean money, and Google's quotas per day: sending again cannot help. */
const OUT_OF_CREDIT =
  /insufficient_quota|credit_balance_exhausted|spend_limit_exceeded|usage_limit_exceeded|billing_hard_limit_reached|PerDay|FreeTier/;

/** Turns any other reply than 2xx into an error. */
export async function readJudgeError(response: HttpResponse, subject: CallSubject): Promise<ArtdeskError> {
  const body = await readErrorBody(response.body);
  const error = recordOf(parseErrorBody(body)?.["error"]);
  const message = typeof error?.["message"] === "string" ? error["message"] : "";
  if (error?.["code"] === "model_not_found" || response.status === 404)
    return replyError(response, body, subject, modelNotServed(subject));
  if (error?.["code"] === "moderation_blocked")
    return replyError(response, body, subject, { code: "content_refused", billed: "no", message });
  if (/api key not valid|API_KEY_INVALID/i.test(body))
    return replyError(response, body, subject, { code: "auth_failed", billed: "no", message });
  const quotas = body.match(/"quotaId":\s*"([^"]*)"/g) ?? [];
  const isPerMinute = quotas.length > 0 && quotas.every((quota) => quota.includes("PerMinute"));
  if (response.status === 429 && isPerMinute && !/limit: 0\b/.test(message)) {
    const seconds = /"retryDelay":\s*"(\d+(?:\.\d+)?)s"/.exec(body)?.[1];
    const asked = seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1000);
    return replyError(response, body, subject, { code: "rate_limited", billed: "no", message, retryAfterMs: asked });
  }
  if (response.status === 429 && OUT_OF_CREDIT.test(body))
    return replyError(response, body, subject, { code: "quota_exhausted", billed: "no", message });
  return replyError(response, body, subject, { message });
}

const WORDS: Readonly<Record<string, number>> = { yes: 1, no: 0, unsure: 0.5 };

/**
 * Reads `{"answers": [{"id", "answer": "yes" | "no" | "unsure"}]}`. Entries for questions that were not asked, and words
 * that are no answer, do not count. Throws `bad_response` when nothing is left.
 */
export function readAnswers(
  text: string,
  questions: readonly Question[],
  subject: CallSubject,
  usage: Usage | undefined,
): ReadonlyMap<string, number> {
  const asked = new Set(questions.map(({ id }) => id));
  const listed = parseErrorBody(text)?.["answers"];
  const answers = new Map<string, number>();
  for (const entry of Array.isArray(listed) ? listed : []) {
    const { id, answer } = recordOf(entry) ?? {};
    const probability = typeof answer === "string" ? WORDS[answer] : undefined;
    if (typeof id === "string" && asked.has(id) && probability !== undefined) answers.set(id, probability);
  }
  if (answers.size === 0) throw nonsense(subject, "answers none of the questions", usage);
  return answers;
}

/** Most questions that are drawn from one prompt. */
export const MAX_WRITTEN_QUESTIONS = 20;

const KINDS: readonly QuestionKind[] = ["entity", "attribute", "relation", "count", "global", "absence", "other"];

/** Reads `{"questions": [{"id", "question", "kind", "parents"}]}`. Throws `bad_response` when there are none. */
export function readWrittenQuestions(text: string, subject: CallSubject, usage: Usage | undefined): Question[] {
  const listed = parseErrorBody(text)?.["questions"];
  const ids = new Set<string>();
  const questions: Question[] = [];
  for (const entry of (Array.isArray(listed) ? listed : []).slice(0, MAX_WRITTEN_QUESTIONS)) {
    const item = recordOf(entry);
    const id = item?.["id"];
    const wording = item?.["question"];
    if (typeof id !== "string" || typeof wording !== "string" || wording.trim() === "" || ids.has(id)) continue;
    ids.add(id);
    const question = wording.trim().slice(0, 500);
    const parents = Array.isArray(item?.["parents"])
      ? item["parents"].filter((parent) => typeof parent === "string")
      : [];
    const kind = KINDS.find((known) => known === item?.["kind"]) ?? "other";
    questions.push({ id, text: question, element: question, kind, parents: parents.filter((parent) => parent !== id) });
  }
  if (questions.length === 0) throw nonsense(subject, "holds no question", usage);
  return questions;
}

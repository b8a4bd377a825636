import { ArtdeskError, type ArtdeskErrorOptions } from "../../basics/errors.ts";
import { recordOf } from "../../basics/json-record.ts";
import type { Codec, HttpRequest, HttpResponse } from "../../basics/ports.ts";
import type { Usage } from "../../basics/types.ts";
import { readJsonWithImages } from "../../wire/http.ts";
import {
  modelNotServed,
  oneLine,
  parseErrorBody,
  readErrorBody,
  replyError,
  type CallSubject,
  type KnownFailure,
} from "../../wire/reply-error.ts";
import { listOf, readGeminiUsage } from "../adapter/gemini-usage.ts";
import { composeReply, type FoundImage } from "../adapter/compose-reply.ts";
import { defineProvider, type HttpProvider, type ProviderCall, type ProviderReply } from "../adapter/provider.ts";

/** Body of `models/MODEL:generateContent`, v1beta (type declarations of npm `@google/genai` 3.1.0, 2026-11-10). */
export interface GeminiBody {
  contents: readonly { role: "user"; parts: readonly GeminiPart[] }[];
  generationConfig: {
    responseModalities: readonly ["IMAGE"];
    imageConfig: { aspectRatio?: string; imageSize?: string };
    maxOutputTokens?: number;
  };
}

export type GeminiPart = { text: string } | { inlineData: { mimeType: string; data: string } };

/** Google's Gemini API: the image models, also known as Nano Banana. One image per call. */
export const gemini: HttpProvider = defineProvider({
  kind: "http",
  id: "gemini",
  name: "Google Gemini",
  auth: {
    header: "x-goog-api-key",
    prefix: "",
    keyVariable: "GEMINI_API_KEY",
    baseUrlVariable: "GOOGLE_GEMINI_BASE_URL",
    defaultBaseUrl: "https://generativelanguage.googleapis.com",
    keyCheckPath: "/v1beta/models",
  },
  build: buildRequest,
  read: readReply,
  readError,
});

function buildRequest(call: ProviderCall, codec: Codec): HttpRequest {
  const { request, offer } = call;
  const images = request.references.map(({ bytes, mediaType }) => ({
    inlineData: { mimeType: mediaType, data: codec.encodeBase64(bytes) },
  }));
  const maxOutputTokens = outputTokenLimit(call);
  const body: GeminiBody = {
    contents: [{ role: "user", parts: [{ text: request.prompt }, ...images] }],
    generationConfig: {
      responseModalities: ["IMAGE"],
      imageConfig: {
        ...(offer.aspect === undefined ? {} : { aspectRatio: offer.aspect }),
        ...(offer.resolution === undefined ? {} : { imageSize: offer.resolution }),
      },
      ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    },
  };
  return {
    provider: "gemini",
    method: "POST",
    path: `/v1beta/models/${encodeURIComponent(offer.model)}:generateContent`,
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(body),
  };
}

/** Image tokens of the size plus the row's allowance for text and thinking: what makes the worst case a bound. */
function outputTokenLimit({ row, offer }: ProviderCall): number | undefined {
  if (row.price.kind !== "token_table") return undefined;
  const { outputTokens, maxTextTokens } = row.price;
  const imageTokens = outputTokens[`${offer.size}/${offer.quality}`] ?? outputTokens[offer.resolution ?? ""];
  return imageTokens === undefined ? undefined : imageTokens + maxTextTokens;
}

async function readReply(response: HttpResponse, call: ProviderCall, codec: Codec): Promise<ProviderReply> {
  const early = subjectOf(response, call, undefined);
  // Thought signatures can be as long as an image and are needed only to go on with a conversation.
  const { json, problem } = await readJsonWithImages(response, {
    codec,
    imageKeys: ["data"],
    skipKeys: ["thoughtSignature"],
    subject: early,
  });
  // Images of a reply that broke off may be drafts, so none of them is kept.
  if (problem !== undefined) throw problem;
  const reply = recordOf(json);
  const subject = subjectOf(response, call, reply?.["responseId"]);
  const usage = readGeminiUsage(reply?.["usageMetadata"]);
  const candidates = listOf(reply?.["candidates"]).map(recordOf);
  const drawn = candidates.map((candidate) => ({ images: imagesOf(candidate), isCut: isCutOff(candidate) }));
  if (drawn.some(({ images }) => images.length > 0)) {
    // Thinking models send drafts before the image, and bill them; of a reply that was cut everything may be a draft.
    const found = drawn.flatMap(({ images, isCut }) => (isCut ? [] : images.slice(-1)));
    const extras = drawn.flatMap(({ images, isCut }) => (isCut ? images : images.slice(0, -1)));
    const problem = found.length < call.count && drawn.some(({ isCut }) => isCut) ? cutOff(subject, usage) : undefined;
    return composeReply(found, { count: call.count, codec, subject, usage, extras, problem });
  }
  const explanation = explainNoImage(reply, candidates, call.offer.model, usage);
  const isFree = explanation.code === "content_refused" || explanation.isFree;
  const { isFree: _, ...told } = explanation;
  throw new ArtdeskError({
    ...told,
    provider: subject.provider,
    model: subject.model,
    status: response.status,
    requestId: subject.requestId,
    // Input and thinking are billed even when no image comes; the reply then states them.
    billed: usage !== undefined ? "yes" : isFree ? "no" : "unknown",
    usage,
  });
}

/** The limit for the reply struck: what came last may be a draft. */
function isCutOff(candidate: Readonly<Record<string, unknown>> | undefined): boolean {
  return candidate?.["finishReason"] === "MAX_TOKENS";
}

function cutOff(subject: CallSubject, usage: Usage | undefined): ArtdeskError {
  return new ArtdeskError({
    code: "bad_response",
    shortMessage: `Google Gemini's reply for ${subject.model} was cut at its limit: what came may be a draft and is not delivered.`,
    hint: "A shorter or simpler prompt leaves more room for the image.",
    provider: subject.provider,
    model: subject.model,
    requestId: subject.requestId,
    billed: usage === undefined ? "unknown" : "yes",
    usage,
  });
}

/** The images of a candidate that are no thoughts, in order: the last one is the finished image. */
function imagesOf(candidate: Readonly<Record<string, unknown>> | undefined): readonly FoundImage[] {
  return listOf(recordOf(candidate?.["content"])?.["parts"])
    .map(recordOf)
    .filter((part) => part?.["thought"] !== true)
    .map((part) => recordOf(part?.["inlineData"]))
    .filter((data) => data?.["data"] !== undefined)
    .map((data) => {
      const mimeType = data?.["mimeType"];
      return { value: data?.["data"], declaredType: typeof mimeType === "string" ? mimeType : undefined };
    });
}

/** Reasons of `promptFeedback.blockReason` and `finishReason` that are refusals, in plain words. */
const REFUSALS: ReadonlyMap<string, string> = new Map([
  ["SAFETY", "its safety filters object"],
  ["IMAGE_SAFETY", "its safety filters object to the image"],
  ["PROHIBITED_CONTENT", "it counts as prohibited content"],
  ["IMAGE_PROHIBITED_CONTENT", "the image counts as prohibited content"],
  ["BLOCKLIST", "it holds a blocked term"],
  ["SPII", "it may hold personal data"],
  ["RECITATION", "the answer would repeat protected material"],
  ["IMAGE_RECITATION", "the image would repeat protected material"],
]);

/** A reply without an image: a refusal comes with status 200, and so do other failures. */
function explainNoImage(
  reply: Readonly<Record<string, unknown>> | undefined,
  candidates: readonly (Readonly<Record<string, unknown>> | undefined)[],
  model: string,
  usage: Usage | undefined,
): Pick<ArtdeskErrorOptions, "code" | "shortMessage" | "details" | "hint"> & { isFree: boolean } {
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  const blockReason = text(recordOf(reply?.["promptFeedback"])?.["blockReason"]);
  const finishReason = text(candidates[0]?.["finishReason"]);
  const reason = blockReason || finishReason || "no reason given";
  const parts = candidates.flatMap((candidate) => listOf(recordOf(candidate?.["content"])?.["parts"])).map(recordOf);
  const said = parts.filter((part) => part?.["thought"] !== true).map((part) => text(part?.["text"]));
  const details = oneLine(
    [reason, text(candidates[0]?.["finishMessage"]), ...said].filter((line) => line !== "").join(" - "),
  );
  const finishMessage = oneLine(text(candidates[0]?.["finishMessage"]));
  const refusal = REFUSALS.get(reason) ?? (blockReason === "" ? undefined : "no reason is given");
  if (refusal !== undefined) {
    return {
      code: "content_refused",
      shortMessage: `Google Gemini refused this prompt for ${model}: ${refusal} (${reason}).`,
      details,
      hint: "Reword the prompt. Sending it again unchanged will most likely be refused again.",
      isFree: true,
    };
  }
  const spoken = oneLine(said.join(" ").trim());
  if (usage !== undefined && spoken === "" && finishMessage === "" && /^(STOP|no reason given)$/.test(reason)) {
    return {
      code: "unavailable",
      shortMessage: `Google Gemini sent an empty reply for ${model}.`,
      details,
      hint: "It passes by itself: try again.",
      isFree: false,
    };
  }
  const sentence = finishMessage || spoken;
  return {
    code: "bad_response",
    shortMessage: `Google Gemini sent no image for ${model} (${oneLine(reason)}).${sentence === "" ? "" : ` ${sentence}`}`,
    details,
    hint: HINTS_WITHOUT_IMAGE[reason] ?? "Reword the prompt, or say in it that an image is wanted.",
    // An image that was made and could not be shown costs nothing; Google says so in the same reply.
    isFree: reason === "IMAGE_OTHER" || reason === "NO_IMAGE",
  };
}

const HINTS_WITHOUT_IMAGE: Readonly<Record<string, string>> = {
  MAX_TOKENS: "Its text and thinking used up the tokens allowed for the reply: shorten the prompt.",
  IMAGE_OTHER: "Reword the prompt.",
  NO_IMAGE: "Say in the prompt that an image is wanted.",
};

async function readError(response: HttpResponse, call: ProviderCall): Promise<ArtdeskError> {
  const subject = subjectOf(response, call, undefined);
  const body = await readErrorBody(response.body);
  const error = recordOf(parseErrorBody(body)?.["error"]);
  const message = typeof error?.["message"] === "string" ? error["message"] : "";
  const details = listOf(error?.["details"]).map(recordOf);
  const reasons = details.map((detail) => detail?.["reason"]);

  if (
    reasons.includes("API_KEY_INVALID") ||
    /api key (not valid|expired|not found)|location is not supported/i.test(message)
  ) {
    return replyError(response, body, subject, { code: "auth_failed", billed: "no", message });
  }
  if (response.status === 404) {
    // Without Google's error body the address is wrong, not the model.
    return replyError(response, body, subject, error === undefined ? {} : modelNotServed(subject));
  }
  if (response.status === 400 && /billing/i.test(message))
    return replyError(response, body, subject, outOfQuota(message));
  if (response.status !== 429) return replyError(response, body, subject, { message });

  const quotaIds = details
    .flatMap((detail) => listOf(detail?.["violations"]))
    .map((violation) => String(recordOf(violation)?.["quotaId"]));
  // A quota per minute comes back by itself, also that of a free tier; one of 0 never does.
  const isPerMinute =
    quotaIds.length > 0 && quotaIds.every((id) => /PerMinute/.test(id)) && !/limit: 0\b/.test(message);
  const isSpent =
    (!isPerMinute && quotaIds.some((id) => /PerDay|FreeTier/.test(id))) ||
    /spend(ing)? (cap|limit)|credits are depleted/i.test(message);
  if (isSpent) return replyError(response, body, subject, outOfQuota(message));
  return replyError(response, body, subject, {
    code: "rate_limited",
    billed: "no",
    message,
    retryAfterMs: retryDelayMs(details),
  });
}

function outOfQuota(message: string): KnownFailure {
  return {
    code: "quota_exhausted",
    billed: "no",
    message,
    hint: "Image models need a project with billing enabled and quota left; see the limits in Google AI Studio.",
  };
}

/** `google.rpc.RetryInfo`: a protobuf duration such as `34s` or `3.5s`. */
function retryDelayMs(details: readonly (Readonly<Record<string, unknown>> | undefined)[]): number | undefined {
  for (const detail of details) {
    const match = /^(\d+(?:\.\d+)?)s$/.exec(String(detail?.["retryDelay"]));
    if (match !== null) return Math.ceil(Number(match[1]) * 1000);
  }
  return undefined;
}

function subjectOf(response: HttpResponse, call: ProviderCall, responseId: unknown): CallSubject {
  const requestId = typeof responseId === "string" ? responseId : response.headers["x-request-id"];
  return { provider: "gemini", providerName: "Google Gemini", model: call.offer.model, requestId };
}

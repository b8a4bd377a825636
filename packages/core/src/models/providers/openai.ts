import type { ArtdeskError } from "../../basics/errors.ts";
import { recordOf } from "../../basics/json-record.ts";
import type { Codec, HttpRequest, HttpResponse } from "../../basics/ports.ts";
import type { ImageFormat, ImageInput, KnownLimits, Usage } from "../../basics/types.ts";
import { tokenCount } from "../../wire/http.ts";
import {
  modelNotServed,
  oneLine,
  parseErrorBody,
  readErrorBody,
  replyError,
  type CallSubject,
  type KnownFailure,
} from "../../wire/reply-error.ts";
import { editForm, readImagesReply } from "../adapter/images-api.ts";
import { defineProvider, type HttpProvider, type ProviderCall, type ProviderReply } from "../adapter/provider.ts";

/**
 * Body of `POST /images/generations` (type declarations of npm `openai` 7.57.0, 2026-11-13). `quality` is always sent:
 * a model left alone may choose the dearest. `response_format` is never sent: GPT image models refuse it.
 */
export interface OpenAiGenerateBody {
  model: string;
  prompt: string;
  n: number;
  size: string;
  quality: OpenAiQuality;
  output_format: ImageFormat;
  background?: "transparent";
}

/**
 * JSON body of `POST /images/edits` (OpenAI's OpenAPI document of 2026-08-21, `EditImageBodyJsonParam`). That document
 * lists three sizes for it; the API takes every size of the model (recorded 2026-08-12, 1536x864). An image whose data URL
 * would be longer than {@link MAX_DATA_URL_CHARACTERS} goes as `multipart/form-data`, which takes files up to 50 MB.
 */
export interface OpenAiEditBody extends OpenAiGenerateBody {
  /** 1 to 16 images as data URLs. The first is the one that a mask belongs to. */
  images: readonly { image_url: string }[];
  mask?: { image_url: string };
}

export type OpenAiQuality = "low" | "medium" | "high" | "xhigh" | "max" | "auto";

/** Longest data URL that the JSON form of an edit is documented to take: 20 MiB of text. */
const MAX_DATA_URL_CHARACTERS = 20 * 1024 * 1024;

/** 429 (and older 400) codes that mean money, not speed: sending again cannot help. */
const BILLING_CODES: ReadonlySet<string> = new Set([
  "credit_balance_exhausted",
  "organization_spend_limit_exceeded",
  "project_spend_limit_exceeded",
  "organization_usage_limit_exceeded",
  "insufficient_quota",
  "billing_hard_limit_reached",
]);

/** OpenAI's Images API: the GPT image models. */
export const openai: HttpProvider = defineProvider({
  kind: "http",
  id: "openai",
  name: "OpenAI",
  auth: {
    header: "authorization",
    prefix: "Bearer ",
    keyVariable: "OPENAI_API_KEY",
    baseUrlVariable: "OPENAI_BASE_URL",
    defaultBaseUrl: "https://api.openai.com/v1",
  },
  build: buildRequest,
  read: readReply,
  readError,
  readLimits,
});

function buildRequest(call: ProviderCall, codec: Codec): HttpRequest {
  if (call.request.references.length === 0) return jsonRequest("/images/generations", generateBody(call));
  if (fitsIntoJson(call.request)) return jsonRequest("/images/edits", editBody(call, codec));
  const { contentType, body } = editForm(call, { ...generateBody(call) }, "image[]", codec);
  return {
    provider: "openai",
    method: "POST",
    path: "/images/edits",
    headers: { "content-type": contentType, accept: "application/json" },
    body,
  };
}

function fitsIntoJson({ references, mask }: ProviderCall["request"]): boolean {
  return [...references, ...(mask === undefined ? [] : [mask])].every(
    ({ bytes, mediaType }) =>
      `data:${mediaType};base64,`.length + 4 * Math.ceil(bytes.length / 3) <= MAX_DATA_URL_CHARACTERS,
  );
}

function jsonRequest(path: string, body: OpenAiGenerateBody | OpenAiEditBody): HttpRequest {
  const headers = { "content-type": "application/json", accept: "application/json" };
  return { provider: "openai", method: "POST", path, headers, body: JSON.stringify(body) };
}

function generateBody({ request, offer, count }: ProviderCall): OpenAiGenerateBody {
  return {
    model: offer.model,
    prompt: request.prompt,
    n: count,
    size: offer.size,
    // An offer's quality is one that its catalogue row names; the row names only what the model takes.
    quality: offer.quality as OpenAiQuality,
    output_format: request.format,
    ...(request.transparent ? { background: "transparent" } : {}),
  };
}

function editBody(call: ProviderCall, codec: Codec): OpenAiEditBody {
  const { references, mask } = call.request;
  const reference = (input: ImageInput): { image_url: string } => ({
    image_url: `data:${input.mediaType};base64,${codec.encodeBase64(input.bytes)}`,
  });
  return {
    ...generateBody(call),
    images: references.map(reference),
    ...(mask === undefined ? {} : { mask: reference(mask) }),
  };
}

function readReply(response: HttpResponse, call: ProviderCall, codec: Codec): Promise<ProviderReply> {
  return readImagesReply(response, call, codec, subjectOf(response, call), {
    usage: readUsage,
    declaredType(_entry, reply) {
      const format = reply?.["output_format"];
      return typeof format === "string" ? `image/${format}` : undefined;
    },
  });
}

/**
 * Tokens as billed. `output_tokens_details` is optional in the Images API: without it every output token is an image
 * token, which is also the dearer reading.
 */
function readUsage(value: unknown): Usage | undefined {
  const usage = recordOf(value);
  if (usage === undefined) return undefined;
  const input = recordOf(usage["input_tokens_details"]);
  const output = recordOf(usage["output_tokens_details"]);
  const inputImageTokens = tokenCount(input?.["image_tokens"]);
  const outputTokens = tokenCount(usage["output_tokens"]);
  const outputTextTokens = Math.min(outputTokens, tokenCount(output?.["text_tokens"]));
  const result: Usage = {
    inputTextTokens: Math.max(0, tokenCount(usage["input_tokens"]) - inputImageTokens),
    cachedInputTextTokens: 0,
    inputImageTokens,
    cachedInputImageTokens: 0,
    // What is not said to be text is image, and of two readings the dearer one holds.
    outputImageTokens: Math.max(outputTokens - outputTextTokens, tokenCount(output?.["image_tokens"])),
    outputTextTokens,
  };
  // Zeros say nothing: no call takes no tokens.
  return Object.values(result).every((count) => count === 0) ? undefined : result;
}

async function readError(response: HttpResponse, call: ProviderCall): Promise<ArtdeskError> {
  const subject = subjectOf(response, call);
  const body = await readErrorBody(response.body);
  const error = recordOf(parseErrorBody(body)?.["error"]);
  const text = (key: string): string => (typeof error?.[key] === "string" ? error[key] : "");
  const [code, type, message] = [text("code"), text("type"), text("message")];

  if (REFUSAL_CODES.has(code) || REFUSAL_CODES.has(innerCode(error)))
    return replyError(response, body, subject, refusal(error, message, call));
  if (BILLING_CODES.has(code) || type === "insufficient_quota") {
    return replyError(response, body, subject, {
      code: "quota_exhausted",
      billed: "no",
      message,
      hint: "Add credit or raise the spend limit in OpenAI's billing settings.",
    });
  }
  if (/organization must be verified/i.test(message)) {
    return replyError(response, body, subject, {
      code: "auth_failed",
      billed: "no",
      message,
      hint: "Verify the organisation at platform.openai.com/settings/organization/general; access follows within 15 minutes.",
    });
  }
  // The key may not use this model, or nobody may any more: another model has to do it, the same call never will.
  if (code === "model_not_found") return replyError(response, body, subject, modelNotServed(subject));
  if (response.status === 429) {
    const retryAfterMs = retryFromText(response, message);
    return replyError(response, body, subject, { message, retryAfterMs, limits: limitsFromText(message) });
  }
  return replyError(response, body, subject, { message });
}

/** OpenAI's own code, and those of Azure OpenAI, which answers behind the same path (learn.microsoft.com, content filter). */
const REFUSAL_CODES: ReadonlySet<string> = new Set([
  "moderation_blocked",
  "content_policy_violation",
  "contentFilter",
  "content_filter",
  "ResponsibleAIPolicyViolation",
]);

function innerCode(error: Readonly<Record<string, unknown>> | undefined): string {
  const inner = recordOf(error?.["innererror"] ?? error?.["inner_error"])?.["code"];
  return typeof inner === "string" ? inner : "";
}

/**
 * A refusal by the safety system. A prompt that is refused costs nothing; an image that was made and then refused may
 * be on the bill, and OpenAI does not say.
 */
function refusal(
  error: Readonly<Record<string, unknown>> | undefined,
  message: string,
  call: ProviderCall,
): KnownFailure {
  const stage = error?.["moderation_stage"] ?? recordOf(error?.["moderation_details"])?.["moderation_stage"];
  const violations = /safety_violations=\[([^\]]*)\]/.exec(message)?.[1];
  const why = violations === undefined ? "" : ` (${oneLine(violations)})`;
  return {
    code: "content_refused",
    // `unknown` is one of the API's own words for the stage.
    billed: stage === "output" || stage === "unknown" || /generated image/i.test(message) ? "unknown" : "no",
    shortMessage: `OpenAI's safety system refused this prompt for ${call.offer.model}${why}.`,
    hint: "Reword the prompt. Sending it again unchanged will be refused again.",
  };
}

/** Rate-limit messages end with `Please try again in 15ms.` or `... in 1.2s.`; headers win over them. */
function retryFromText(response: HttpResponse, message: string): number | undefined {
  if (response.headers["retry-after"] !== undefined || response.headers["retry-after-ms"] !== undefined)
    return undefined;
  const match = /try again in (?:(\d+)m)?(\d+(?:\.\d+)?)(ms|s)/i.exec(message);
  if (match === null) return undefined;
  const amount = Number(match[2]) * (match[3]?.toLowerCase() === "ms" ? 1 : 1000);
  return Math.ceil(Number(match[1] ?? 0) * 60_000 + amount);
}

/** `... on images per min: Limit 5, Used 5, Requested 1.` and the like for tokens. Input images are counted apart. */
function limitsFromText(message: string): KnownLimits {
  const limit = (what: string): number | undefined => {
    const match = new RegExp(`on ${what} per min[^:]*: Limit (\\d+)`, "i").exec(message);
    return match === null ? undefined : Number(match[1]);
  };
  return { images: limit("images"), tokens: limit("tokens") };
}

/** No header names the images; the tokens tell the account's tier. */
function readLimits(headers: HttpResponse["headers"]): KnownLimits {
  const tokensPerMinute = Number(headers["x-ratelimit-limit-tokens"]);
  return { tokens: Number.isSafeInteger(tokensPerMinute) && tokensPerMinute > 0 ? tokensPerMinute : undefined };
}

function subjectOf(response: HttpResponse, call: ProviderCall): CallSubject {
  return {
    provider: "openai",
    providerName: "OpenAI",
    model: call.offer.model,
    requestId: response.headers["x-request-id"],
  };
}

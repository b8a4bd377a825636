import type { ProviderFixture } from "../../../testing/provider-contract.ts";
import { exampleCall } from "../../../testing/example-call.ts";
import type { PriceRule } from "../../rows/row.ts";

const JSON_HEADERS = { "content-type": "application/json", accept: "application/json" };
const price: PriceRule = {
  kind: "token_table",
  prices: { inputText: 2, cachedInputText: 0.2, inputImage: 2, cachedInputImage: 0.2, outputImage: 120, outputText: 12 },
  outputTokens: { "1K": 1120, "2K": 1120, "4K": 2000 },
  likelyTextTokens: 200,
  maxTextTokens: 3000,
  maxTokensPerReference: 560,
  promptOverheadTokens: 0,
};
const row = { provider: "gemini", id: "gemini-3-pro-image", price } as const;
const offer = {
  provider: "gemini",
  model: "gemini-3-pro-image",
  quality: "standard",
  size: "2528x1696",
  widthPx: 2528,
  heightPx: 1696,
  aspect: "3:2",
  resolution: "2K",
} as const;
const KITE = { bytes: Uint8Array.of(1, 2, 3), mediaType: "image/png", name: "kite.png" };

const failure = (code: number, status: string, message: string, details: readonly object[] = []) => ({
  status: code,
  headers: { "content-type": "application/json; charset=UTF-8" },
  body: { error: { code, message, status, details } },
});
const quota = (quotaId: string) => ({
  "@type": "type.googleapis.com/google.rpc.QuotaFailure",
  violations: [{ quotaMetric: "generativelanguage.googleapis.com/generate_requests_per_model", quotaId }],
});
const QUOTA_TEXT = "You exceeded your current quota, please check your plan and billing details.";
const THINKING_ONLY = { promptTokenCount: 12, totalTokenCount: 252, thoughtsTokenCount: 240, promptTokensDetails: [{ modality: "TEXT", tokenCount: 12 }] };
const THINKING_USAGE = {
  inputTextTokens: 12,
  cachedInputTextTokens: 0,
  inputImageTokens: 0,
  cachedInputImageTokens: 0,
  outputImageTokens: 0,
  outputTextTokens: 240,
};

/** Wire of `generateContent`. Error and refusal bodies as quoted in public issue threads, 2025-06 to 2026-05. */
export const geminiFixture: ProviderFixture = {
  source: { document: "npm @google/genai 3.1.0, genai.d.ts; google/ai/generativelanguage/v1beta protos of 2026-08-22", date: "2026-11-23" },
  requests: [
    {
      name: "one image",
      call: exampleCall({ offer, row }),
      request: {
        provider: "gemini",
        method: "POST",
        path: "/v1beta/models/gemini-3-pro-image:generateContent",
        headers: JSON_HEADERS,
        body: {
          contents: [{ role: "user", parts: [{ text: "A red kite over a meadow" }] }],
          generationConfig: { responseModalities: ["IMAGE"], imageConfig: { aspectRatio: "3:2", imageSize: "2K" }, maxOutputTokens: 4120 },
        },
      },
    },
    {
      name: "a reference and a model priced per image",
      call: exampleCall({ offer, request: { operation: "edit", references: [KITE] } }),
      request: {
        provider: "gemini",
        method: "POST",
        path: "/v1beta/models/gemini-3-pro-image:generateContent",
        headers: JSON_HEADERS,
        body: {
          contents: [{ role: "user", parts: [{ text: "A red kite over a meadow" }, { inlineData: { mimeType: "image/png", data: "AQID" } }] }],
          generationConfig: { responseModalities: ["IMAGE"], imageConfig: { aspectRatio: "3:2", imageSize: "2K" } },
        },
      },
    },
  ],
  call: exampleCall({ offer, row }),
  reply: (images) => ({
    headers: { "content-type": "application/json; charset=UTF-8" },
    body: JSON.stringify({
      candidates: images.map((data, index) => ({
        content: {
          role: "model",
          parts: [
            { text: "Composing the picture.", thought: true },
            { inlineData: { mimeType: "image/png", data: "AAAA" }, thought: true },
            { text: "Here it is." },
            { inlineData: { mimeType: "image/png", data }, thoughtSignature: "b\\/9+".repeat(600) },
          ],
        },
        finishReason: "STOP",
        index,
      })),
      usageMetadata: {
        promptTokenCount: 572,
        candidatesTokenCount: 1125,
        totalTokenCount: 1937,
        promptTokensDetails: [
          { modality: "TEXT", tokenCount: 12 },
          { modality: "IMAGE", tokenCount: 560 },
        ],
        candidatesTokensDetails: [{ modality: "IMAGE", tokenCount: 1120 }],
        thoughtsTokenCount: 240,
      },
      modelVersion: "gemini-3-pro-image",
      responseId: "kAnD4aZx",
    }),
  }),
  usage: {
    inputTextTokens: 12,
    cachedInputTextTokens: 0,
    inputImageTokens: 560,
    cachedInputImageTokens: 0,
    outputImageTokens: 1120,
    outputTextTokens: 245,
  },
  requestId: "kAnD4aZx",
  failures: [
    {
      name: "unauthorized",
      reply: failure(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", [
        { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "API_KEY_INVALID", domain: "googleapis.com" },
      ]),
      expected: { code: "auth_failed", billed: "no" },
    },
    {
      name: "no permission",
      reply: failure(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers."),
      expected: { code: "auth_failed", billed: "no" },
    },
    {
      name: "a place that is not served",
      reply: failure(400, "FAILED_PRECONDITION", "User location is not supported for the API use."),
      expected: { code: "auth_failed", billed: "no" },
    },
    {
      name: "rate limited with a time to wait",
      reply: failure(429, "RESOURCE_EXHAUSTED", QUOTA_TEXT, [
        quota("GenerateRequestsPerMinutePerProjectPerModel"),
        { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34.5s" },
      ]),
      expected: { code: "rate_limited", billed: "no", retryAfterMs: 34_500 },
    },
    {
      name: "rate limited without details",
      reply: failure(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
      expected: { code: "rate_limited", billed: "no" },
    },
    {
      name: "out of credit",
      reply: failure(429, "RESOURCE_EXHAUSTED", QUOTA_TEXT, [
        quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier"),
        { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34s" },
      ]),
      expected: { code: "quota_exhausted", billed: "no" },
    },
    {
      name: "day quota of a paid project used up",
      reply: failure(429, "RESOURCE_EXHAUSTED", QUOTA_TEXT, [quota("GenerateRequestsPerDayPerProjectPerModel")]),
      expected: { code: "quota_exhausted", billed: "no" },
    },
    {
      name: "server error",
      reply: failure(500, "INTERNAL", "An internal error has occurred."),
      expected: { code: "unavailable", billed: "unknown" },
    },
    {
      name: "overloaded",
      reply: failure(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
      expected: { code: "unavailable", billed: "no" },
    },
    {
      name: "deadline exceeded",
      reply: failure(504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
      expected: { code: "timeout", billed: "unknown" },
    },
    {
      name: "refusal",
      reply: {
        body: {
          candidates: [{ finishReason: "IMAGE_SAFETY", finishMessage: "Unable to show the generated image.", index: 0 }],
          usageMetadata: THINKING_ONLY,
        },
      },
      expected: { code: "content_refused", billed: "yes", usage: THINKING_USAGE, shortMessage: /safety filters object to the image \(IMAGE_SAFETY\)/ },
    },
    {
      name: "refusal for prohibited content",
      reply: { body: { candidates: [{ finishReason: "IMAGE_PROHIBITED_CONTENT", index: 0 }], usageMetadata: THINKING_ONLY } },
      expected: { code: "content_refused", billed: "yes", usage: THINKING_USAGE },
    },
    {
      name: "refusal of the prompt itself, without tokens",
      reply: { body: { promptFeedback: { blockReason: "OTHER" }, usageMetadata: { promptTokenCount: 0, totalTokenCount: 0 } } },
      expected: { code: "content_refused", billed: "no", shortMessage: /OTHER/ },
    },
    {
      name: "no image",
      reply: {
        body: {
          candidates: [{ content: { parts: [{ text: "A kite is a bird." }] }, finishReason: "NO_IMAGE", index: 0 }],
          usageMetadata: THINKING_ONLY,
        },
      },
      expected: { code: "bad_response", billed: "yes", usage: THINKING_USAGE, shortMessage: /NO_IMAGE/ },
    },
    {
      name: "tokens used up before the image",
      reply: {
        body: { candidates: [{ content: { parts: [{ inlineData: { mimeType: "image/png", data: "AAAA" }, thought: true }] }, finishReason: "MAX_TOKENS" }], usageMetadata: THINKING_ONLY },
      },
      expected: { code: "bad_response", billed: "yes", usage: THINKING_USAGE, shortMessage: /MAX_TOKENS/ },
    },
    {
      name: "a reason that nobody has heard of",
      reply: { body: { candidates: [{ finishReason: "FUTURE_REASON" }] } },
      expected: { code: "bad_response", billed: "unknown", shortMessage: /FUTURE_REASON/ },
    },
    {
      name: "unknown model",
      reply: failure(404, "NOT_FOUND", "models/gemini-3-pro-image is not found for API version v1beta."),
      expected: { code: "auth_failed", billed: "no", shortMessage: /does not serve gemini-3-pro-image/ },
    },
    {
      name: "wrong base URL",
      reply: { status: 404, body: "404 page not found" },
      expected: { code: "bad_response", billed: "no" },
    },
    {
      name: "empty list",
      reply: { body: { candidates: [] } },
      expected: { code: "bad_response", billed: "unknown" },
    },
    {
      name: "garbage",
      reply: { headers: { "content-type": "text/html" }, body: "<!doctype html><title>Sign in</title>" },
      expected: { code: "bad_response", billed: "unknown" },
    },
  ],
};

import type { ImagesResponse } from "openai/resources/images";
import type { ProviderFixture } from "../../../testing/provider-contract.ts";
import { exampleCall } from "../../../testing/example-call.ts";

const JSON_HEADERS = { "content-type": "application/json", accept: "application/json" };
const offer = { provider: "openai", model: "gpt-image-2", quality: "medium", size: "1536x1024", widthPx: 1536, heightPx: 1024 } as const;
const row = { provider: "openai", id: "gpt-image-2" } as const;
const KITE = { bytes: Uint8Array.of(1, 2, 3), mediaType: "image/png", name: "kite.png" };
const MEADOW = { bytes: Uint8Array.of(4, 5), mediaType: "image/jpeg", name: "meadow.jpg" };

const failure = (status: number, error: Record<string, unknown>, headers: Record<string, string> = {}) => ({
  status,
  headers: { "content-type": "application/json", "x-request-id": "req_failed", ...headers },
  body: { error: { param: null, ...error } },
});

/** Wire of the Images API. Error bodies as quoted in public issue threads, 2025-04 to 2026-09. */
export const openaiFixture: ProviderFixture = {
  source: { document: "npm openai 7.57.0, resources/images.d.ts; openai-openapi openapi.json of 2026-08-21", date: "2026-11-23" },
  requests: [
    {
      name: "one image",
      call: exampleCall({ offer, row }),
      request: {
        provider: "openai",
        method: "POST",
        path: "/images/generations",
        headers: JSON_HEADERS,
        body: { model: "gpt-image-2", prompt: "A red kite over a meadow", n: 1, size: "1536x1024", quality: "medium", output_format: "png" },
      },
    },
    {
      name: "four transparent images as WebP",
      call: exampleCall({
        offer: { ...offer, model: "gpt-image-2.5-sunburst", quality: "high", size: "2048x2048" },
        row: { ...row, id: "gpt-image-2.5-sunburst" },
        count: 4,
        request: { transparent: true, format: "webp" },
      }),
      request: {
        provider: "openai",
        method: "POST",
        path: "/images/generations",
        headers: JSON_HEADERS,
        body: {
          model: "gpt-image-2.5-sunburst",
          prompt: "A red kite over a meadow",
          n: 4,
          size: "2048x2048",
          quality: "high",
          output_format: "webp",
          background: "transparent",
        },
      },
    },
    {
      name: "an edit with two references and a mask",
      call: exampleCall({ offer, row, request: { operation: "edit", references: [KITE, MEADOW], mask: KITE } }),
      request: {
        provider: "openai",
        method: "POST",
        path: "/images/edits",
        headers: JSON_HEADERS,
        body: {
          model: "gpt-image-2",
          prompt: "A red kite over a meadow",
          n: 1,
          size: "1536x1024",
          quality: "medium",
          output_format: "png",
          images: [{ image_url: "data:image/png;base64,AQID" }, { image_url: "data:image/jpeg;base64,BAU=" }],
          mask: { image_url: "data:image/png;base64,AQID" },
        },
      },
    },
  ],
  call: exampleCall({ offer, row }),
  reply: (images) => ({
    headers: { "content-type": "application/json", "x-request-id": "req_0123" },
    body: JSON.stringify({
      created: 1_795_000_000,
      background: "opaque",
      data: images.map((b64_json) => ({ b64_json })),
      output_format: "png",
      quality: "medium",
      size: "1536x1024",
      usage: {
        input_tokens: 450,
        input_tokens_details: { image_tokens: 438, text_tokens: 12 },
        output_tokens: 1372,
        output_tokens_details: { image_tokens: 1360, text_tokens: 12 },
        total_tokens: 1822,
      },
    } satisfies ImagesResponse),
  }),
  usage: {
    inputTextTokens: 12,
    cachedInputTextTokens: 0,
    inputImageTokens: 438,
    cachedInputImageTokens: 0,
    outputImageTokens: 1360,
    outputTextTokens: 12,
  },
  requestId: "req_0123",
  failures: [
    {
      name: "unauthorized",
      reply: failure(401, { message: "Incorrect API key provided.", type: "invalid_request_error", code: "invalid_api_key" }),
      expected: { code: "auth_failed", billed: "no" },
    },
    {
      name: "organisation not verified (403)",
      reply: failure(403, { message: "Your organization must be verified to use the model `gpt-image-2`.", type: "invalid_request_error", code: null }),
      expected: { code: "auth_failed", billed: "no", shortMessage: /verified/ },
    },
    {
      name: "rate limited with a time to wait",
      reply: failure(429, { message: "Rate limit reached.", type: "rate_limit_error", code: "rate_limit_exceeded" }, { "retry-after": "2" }),
      expected: { code: "rate_limited", billed: "no", retryAfterMs: 2000 },
    },
    {
      name: "rate limited with a time to wait in the text only",
      reply: failure(429, {
        message: "Rate limit reached for gpt-image-2 on input-images per min: Limit 4000, Used 4000, Requested 1. Please try again in 15ms.",
        type: "rate_limit_error",
        code: "rate_limit_exceeded",
      }),
      expected: { code: "rate_limited", billed: "no", retryAfterMs: 15 },
    },
    ...[
      "credit_balance_exhausted",
      "organization_spend_limit_exceeded",
      "project_spend_limit_exceeded",
      "organization_usage_limit_exceeded",
      "insufficient_quota",
    ].map((code, index) => ({
      name: index === 0 ? "out of credit" : `out of credit (${code})`,
      reply: failure(429, { message: "You exceeded your current quota.", type: "insufficient_quota", code }),
      expected: { code: "quota_exhausted", billed: "no" } as const,
    })),
    {
      name: "out of credit (400, older form)",
      reply: failure(400, { message: "Billing hard limit has been reached", type: "image_generation_user_error", code: "billing_hard_limit_reached" }),
      expected: { code: "quota_exhausted", billed: "no" },
    },
    {
      name: "server error",
      reply: failure(500, { message: "The server had an error while processing your request.", type: "server_error", code: "server_error" }),
      expected: { code: "unavailable", billed: "unknown" },
    },
    {
      name: "bad gateway with an HTML page",
      reply: { status: 502, headers: { "content-type": "text/html" }, body: "<html><h1>502 Bad Gateway</h1></html>" },
      expected: { code: "unavailable", billed: "unknown" },
    },
    {
      name: "overloaded",
      reply: failure(503, { message: "The engine is currently overloaded, please try again later.", type: "server_error", code: null }),
      expected: { code: "unavailable", billed: "no" },
    },
    {
      name: "refusal",
      reply: failure(400, {
        message: "Your request was rejected by the safety system. safety_violations=[violence].",
        type: "image_generation_user_error",
        code: "moderation_blocked",
      }),
      expected: { code: "content_refused", billed: "no", shortMessage: /violence/ },
    },
    {
      name: "refusal after the image was made",
      reply: failure(400, {
        message: "Your request was rejected by the safety system.",
        type: "image_generation_user_error",
        code: "moderation_blocked",
        moderation_details: { categories: ["violence"], moderation_stage: "output" },
      }),
      expected: { code: "content_refused", billed: "unknown" },
    },
    {
      name: "unknown model",
      reply: failure(404, {
        message: "The model 'gpt-image-2' does not exist or you do not have access to it.",
        type: "invalid_request_error",
        code: "model_not_found",
      }),
      expected: { code: "auth_failed", billed: "no", shortMessage: /does not serve gpt-image-2/ },
    },
    {
      name: "wrong base URL",
      reply: { status: 404, body: "404 page not found" },
      expected: { code: "bad_response", billed: "no" },
    },
    {
      name: "invalid size",
      reply: failure(400, { message: "Invalid size '17x17'.", type: "invalid_request_error", param: "size", code: "invalid_value" }),
      expected: { code: "invalid_request", billed: "no", shortMessage: /Invalid size '17x17'/ },
    },
    {
      name: "empty list",
      reply: { body: { created: 1, data: [] } },
      expected: { code: "bad_response", billed: "unknown" },
    },
    {
      name: "garbage",
      reply: { headers: { "content-type": "text/html" }, body: "<!doctype html><title>Sign in</title>" },
      expected: { code: "bad_response", billed: "unknown" },
    },
    {
      name: "an empty body",
      reply: { body: "" },
      expected: { code: "bad_response", billed: "unknown", shortMessage: /empty reply/ },
    },
  ],
};

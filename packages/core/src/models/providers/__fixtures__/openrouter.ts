import type { ProviderFixture } from "../../../testing/provider-contract.ts";
import { exampleCall } from "../../../testing/example-call.ts";

const JSON_HEADERS = { "content-type": "application/json", accept: "application/json" };
const offer = {
  provider: "openrouter",
  model: "bytedance-seed/seedream-4.5",
  quality: "default",
  size: "2048x2048",
  widthPx: 2048,
  heightPx: 2048,
} as const;
const row = { provider: "openrouter", id: "bytedance-seed/seedream-4.5", formats: ["png", "jpeg"] } as const;
const KITE = { bytes: Uint8Array.of(1, 2, 3), mediaType: "image/png", name: "kite.png" };
const MEADOW = { bytes: Uint8Array.of(4, 5), mediaType: "image/jpeg", name: "meadow.jpg" };

const failure = (
  status: number,
  message: string,
  { metadata, headers = {} }: { metadata?: object; headers?: Record<string, string> } = {},
) => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: { error: { code: status, message, ...(metadata && { metadata }) } },
});

/** Wire of the Images API. Error bodies: the SDK's error types and openrouter.ai/docs/api-reference/errors. */
export const openrouterFixture: ProviderFixture = {
  source: { document: "npm @openrouter/sdk 1.3.19; openrouter.ai/docs/api/api-reference/images", date: "2026-11-24" },
  requests: [
    {
      name: "one image of a model without quality steps",
      call: exampleCall({ offer, row }),
      request: {
        provider: "openrouter",
        method: "POST",
        path: "/images",
        headers: JSON_HEADERS,
        body: {
          model: "bytedance-seed/seedream-4.5",
          prompt: "A red kite over a meadow",
          n: 1,
          size: "2048x2048",
          output_format: "png",
        },
      },
    },
    {
      name: "shape and class, a quality, transparent, of a model with one format",
      call: exampleCall({
        offer: {
          ...offer,
          model: "google/gemini-3-pro-image",
          quality: "high",
          size: "1264x848",
          aspect: "3:2",
          resolution: "1K",
        },
        row: { ...row, formats: ["png"] },
        count: 3,
        request: { transparent: true },
      }),
      request: {
        provider: "openrouter",
        method: "POST",
        path: "/images",
        headers: JSON_HEADERS,
        body: {
          model: "google/gemini-3-pro-image",
          prompt: "A red kite over a meadow",
          n: 3,
          aspect_ratio: "3:2",
          resolution: "1K",
          quality: "high",
          background: "transparent",
        },
      },
    },
    {
      name: "an edit with two references",
      call: exampleCall({ offer, row, request: { operation: "edit", references: [KITE, MEADOW], format: "jpeg" } }),
      request: {
        provider: "openrouter",
        method: "POST",
        path: "/images",
        headers: JSON_HEADERS,
        body: {
          model: "bytedance-seed/seedream-4.5",
          prompt: "A red kite over a meadow",
          n: 1,
          size: "2048x2048",
          output_format: "jpeg",
          input_references: [
            { type: "image_url", image_url: { url: "data:image/png;base64,AQID" } },
            { type: "image_url", image_url: { url: "data:image/jpeg;base64,BAU=" } },
          ],
        },
      },
    },
  ],
  call: exampleCall({ offer, row }),
  reply: (images) => ({
    headers: { "content-type": "application/json", "x-generation-id": "gen-0123" },
    body: JSON.stringify({
      created: 1_795_000_000,
      data: images.map((b64_json) => ({ b64_json, media_type: "image/png" })),
      usage: { prompt_tokens: 12, completion_tokens: 4175, total_tokens: 4187, cost: 0.0336 },
    }),
  }),
  usage: {
    inputTextTokens: 12,
    cachedInputTextTokens: 0,
    inputImageTokens: 0,
    cachedInputImageTokens: 0,
    outputImageTokens: 4175,
    outputTextTokens: 0,
    costMicroUsd: 33_600,
  },
  requestId: "gen-0123",
  failures: [
    {
      name: "unauthorized",
      reply: failure(401, "No auth credentials found"),
      expected: { code: "auth_failed", billed: "no", shortMessage: /No auth credentials found/ },
    },
    {
      name: "rate limited with a time to wait",
      reply: failure(429, "Rate limit exceeded", { headers: { "retry-after": "3" } }),
      expected: { code: "rate_limited", billed: "no", retryAfterMs: 3000 },
    },
    {
      name: "out of credit",
      reply: failure(402, "Insufficient credits. Add more using https://openrouter.ai/settings/credits"),
      expected: { code: "quota_exhausted", billed: "no", shortMessage: /Insufficient credits/ },
    },
    {
      name: "server error",
      reply: failure(500, "Internal Server Error"),
      expected: { code: "unavailable", billed: "unknown" },
    },
    {
      name: "a provider behind it failed (502)",
      reply: failure(502, "Provider returned error", { metadata: { provider_name: "Seed", raw: "{}" } }),
      expected: { code: "unavailable", billed: "unknown" },
    },
    {
      name: "a provider behind it is overloaded (529)",
      reply: failure(529, "Provider overloaded"),
      expected: { code: "unavailable", billed: "no" },
    },
    {
      name: "the network's edge gave up (524)",
      reply: failure(524, "Request timed out. Please try again later."),
      expected: { code: "unavailable", billed: "unknown" },
    },
    {
      name: "refusal",
      reply: failure(403, "Input was flagged", {
        metadata: { reasons: ["violence"], flagged_input: "A red kite", provider_name: "Seed", model_slug: "x" },
      }),
      expected: { code: "content_refused", billed: "no", shortMessage: /refused this prompt.*violence/ },
    },
    {
      name: "forbidden for another reason",
      reply: failure(403, "This key may not use this model"),
      expected: { code: "auth_failed", billed: "no" },
    },
    {
      name: "unknown model",
      reply: failure(404, "No endpoints found for bytedance-seed/seedream-4.5."),
      expected: { code: "auth_failed", billed: "no", shortMessage: /does not serve bytedance-seed\/seedream-4.5/ },
    },
    {
      name: "a model id that never was",
      reply: failure(400, "seedream is not a valid model ID"),
      expected: { code: "auth_failed", billed: "no", shortMessage: /does not serve/ },
    },
    {
      name: "a wrong address",
      reply: { status: 404, headers: { "content-type": "text/html" }, body: "<!doctype html>" },
      expected: { code: "bad_response", billed: "no" },
    },
    {
      name: "invalid request",
      reply: failure(400, "n: this model makes one image per request"),
      expected: { code: "invalid_request", billed: "no", shortMessage: /one image per request/ },
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
  ],
};

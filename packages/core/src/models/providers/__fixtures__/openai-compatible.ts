import type { ProviderFixture } from "../../../testing/provider-contract.ts";
import { exampleCall } from "../../../testing/example-call.ts";

const JSON_HEADERS = { "content-type": "application/json", accept: "application/json" };
const offer = { provider: "openai-compatible", model: "flux-schnell", quality: "default" } as const;
const row = { provider: "openai-compatible", id: "flux-schnell", formats: ["png"] } as const;

const failure = (status: number, error: unknown, headers: Record<string, string> = {}) => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: { error },
});

/** Wire of the OpenAI Images API as LocalAI, Ollama and Azure OpenAI document it. */
export const openaiCompatibleFixture: ProviderFixture = {
  source: { document: "localai.io/features/image-generation; Azure OpenAI image generation reference", date: "2026-11-24" },
  requests: [
    {
      name: "an image of a local model",
      call: exampleCall({ offer, row, count: 2 }),
      request: {
        provider: "openai-compatible",
        method: "POST",
        path: "/images/generations",
        headers: JSON_HEADERS,
        body: {
          model: "flux-schnell",
          prompt: "A red kite over a meadow",
          n: 2,
          size: "1024x1024",
          response_format: "b64_json",
        },
      },
    },
    {
      name: "a GPT image model on Azure, with a format, a quality and parameters of its row",
      call: exampleCall({
        offer: { ...offer, model: "my-deployment", quality: "high" },
        row: { ...row, formats: ["png", "jpeg"], parameters: { response_format: null, moderation: "low", step: 20 } },
        request: { format: "jpeg", transparent: true },
      }),
      request: {
        provider: "openai-compatible",
        method: "POST",
        path: "/images/generations",
        headers: JSON_HEADERS,
        body: {
          model: "my-deployment",
          prompt: "A red kite over a meadow",
          n: 1,
          size: "1024x1024",
          quality: "high",
          output_format: "jpeg",
          background: "transparent",
          moderation: "low",
          step: 20,
        },
      },
    },
  ],
  call: exampleCall({ offer, row }),
  reply: (images) => ({
    headers: { "content-type": "application/json", "x-request-id": "local-7" },
    body: JSON.stringify({
      created: 1_795_000_000,
      data: images.map((b64_json) => ({ b64_json })),
      usage: { input_tokens: 20, input_tokens_details: { text_tokens: 8, image_tokens: 12 }, output_tokens: 300, total_tokens: 320 },
    }),
  }),
  usage: {
    inputTextTokens: 8,
    cachedInputTextTokens: 0,
    inputImageTokens: 12,
    cachedInputImageTokens: 0,
    outputImageTokens: 300,
    outputTextTokens: 0,
  },
  requestId: "local-7",
  failures: [
    {
      name: "unauthorized",
      reply: failure(401, { message: "Access denied due to invalid subscription key", code: "401" }),
      expected: { code: "auth_failed", billed: "no", shortMessage: /subscription key/ },
    },
    {
      name: "rate limited with a time to wait",
      reply: failure(429, { message: "Too many requests" }, { "retry-after": "7" }),
      expected: { code: "rate_limited", billed: "no", retryAfterMs: 7000 },
    },
    {
      name: "out of credit",
      reply: failure(429, { message: "Quota", type: "insufficient_quota", code: null }),
      expected: { code: "quota_exhausted", billed: "no" },
    },
    {
      name: "server error",
      reply: failure(500, { message: "could not load model", type: "" }),
      expected: { code: "unavailable", billed: "unknown", shortMessage: /could not load model/ },
    },
    {
      name: "refusal",
      reply: failure(400, { message: "Your request was rejected", code: "content_policy_violation" }),
      expected: { code: "content_refused", billed: "no" },
    },
    {
      name: "unknown model",
      reply: failure(404, "model 'flux-schnell' not found"),
      expected: { code: "auth_failed", billed: "no", shortMessage: /does not serve flux-schnell/ },
    },
    {
      name: "a server that does not know response_format",
      reply: failure(400, { message: "Unknown parameter: 'response_format'.", code: "unknown_parameter" }),
      expected: { code: "invalid_request", billed: "no", shortMessage: /response_format/ },
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

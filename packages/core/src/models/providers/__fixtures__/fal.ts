import type { ImageFormat, Operation } from "../../../basics/types.ts";
import { exampleCall } from "../../../testing/example-call.ts";
import type { FakeReply } from "../../../testing/fake-http.ts";
import type { JobProviderFixture } from "../../../testing/job-provider-contract.ts";
import type { ProviderCall } from "../../adapter/provider.ts";

const HEADERS = { "content-type": "application/json", accept: "application/json" };
const REQUEST_ID = "764cabcf-b745-4b3e-ae38-1200304cf45b";
const photo = { bytes: new Uint8Array([1, 2, 3]), mediaType: "image/png", name: "photo.png" };
const PHOTO_URL = "data:image/png;base64,AQID";
const prompt = "A red kite over a meadow";
const image_size = { width: 1024, height: 1024 };

/** A call of one of fal's models. */
export function falCall(
  model: string,
  options: { operation?: Operation; count?: number; aspect?: string; factor?: number; format?: ImageFormat } = {},
): ProviderCall {
  const { operation = "generate", count, aspect, factor, format } = options;
  return exampleCall({
    request: {
      operation,
      references: operation === "generate" ? [] : [photo],
      ...(format === undefined ? {} : { format }),
    },
    offer: { provider: "fal", model, aspect, factor },
    ...(count === undefined ? {} : { count }),
  });
}

function request(name: string, call: ProviderCall, endpoint: string, body: object): JobProviderFixture["requests"][number] {
  return {
    name,
    call,
    request: { provider: "fal", method: "POST", path: `/${endpoint}`, headers: HEADERS, body },
  };
}

const SEEDREAM = "fal-ai/bytedance/seedream/v4.5";
const WAN = "fal-ai/wan/v2.7/pro";
const upscale = (model: string, factor: number, format?: ImageFormat): ProviderCall =>
  falCall(model, { operation: "upscale", factor, ...(format === undefined ? {} : { format }) });
const state = (status: string): FakeReply => ({ status: status === "COMPLETED" ? 200 : 202, body: { status, request_id: REQUEST_ID } });
const BASE = "GET /fal-ai/bytedance/requests/764cabcf-b745-4b3e-ae38-1200304cf45b";

/** Replies in the shapes of fal's documents and of npm `@fal-ai/client`. */
export const falFixture: JobProviderFixture = {
  source: { document: "docs.fal.ai, Queue API; npm @fal-ai/client 1.10.1", date: "2026-11-23" },
  requests: [
    request("Seedream", falCall(SEEDREAM, { count: 2 }), `${SEEDREAM}/text-to-image`, { prompt, image_size, num_images: 2 }),
    request("Seedream edit", falCall(SEEDREAM, { operation: "edit" }), `${SEEDREAM}/edit`, {
      prompt,
      image_size,
      num_images: 1,
      image_urls: [PHOTO_URL],
    }),
    request("Wan", falCall(WAN, { count: 3 }), `${WAN}/text-to-image`, { prompt, image_size, max_images: 3 }),
    request("Wan edit", falCall(WAN, { operation: "edit" }), `${WAN}/edit`, {
      prompt,
      image_size,
      num_images: 1,
      image_urls: [PHOTO_URL],
    }),
    request(
      "Kontext",
      falCall("fal-ai/flux-kontext/dev", { operation: "edit", aspect: "3:2", format: "jpeg" }),
      "fal-ai/flux-kontext/dev",
      { prompt, image_url: PHOTO_URL, num_images: 1, resolution_mode: "3:2", output_format: "jpeg" },
    ),
    ...[
      "fal-ai/bytedance/dreamina/v3.1/text-to-image",
      "fal-ai/stable-diffusion-v3-medium",
      "fal-ai/hunyuan-image/v2.1/text-to-image",
    ].map((model) => request(model, falCall(model), model, { prompt, image_size, num_images: 1 })),
    request("Recraft", falCall("fal-ai/recraft-20b"), "fal-ai/recraft-20b", { prompt, image_size }),
    request("SeedVR", upscale("fal-ai/seedvr/upscale/image", 2.5, "jpeg"), "fal-ai/seedvr/upscale/image", {
      image_url: PHOTO_URL,
      upscale_mode: "factor",
      upscale_factor: 2.5,
      output_format: "jpg",
    }),
    request("ESRGAN", upscale("fal-ai/esrgan", 4), "fal-ai/esrgan", {
      image_url: PHOTO_URL,
      scale: 4,
      output_format: "png",
    }),
    request("Topaz", upscale("fal-ai/topaz/upscale/image", 2), "fal-ai/topaz/upscale/image", {
      image_url: PHOTO_URL,
      upscale_factor: 2,
      output_format: "png",
    }),
    request("Recraft crisp", upscale("fal-ai/recraft/upscale/crisp", 2), "fal-ai/recraft/upscale/crisp", {
      image_url: PHOTO_URL,
    }),
    request("Clarity", upscale("fal-ai/clarity-upscaler", 2), "fal-ai/clarity-upscaler", {
      image_url: PHOTO_URL,
      upscale_factor: 2,
    }),
  ],
  call: falCall(SEEDREAM),
  submitted: {
    body: {
      status: "IN_QUEUE",
      request_id: REQUEST_ID,
      response_url: `https://queue.fal.run/fal-ai/bytedance/requests/${REQUEST_ID}`,
      status_url: `https://queue.fal.run/fal-ai/bytedance/requests/${REQUEST_ID}/status`,
      cancel_url: `https://queue.fal.run/fal-ai/bytedance/requests/${REQUEST_ID}/cancel`,
      queue_position: 0,
    },
  },
  job: { id: REQUEST_ID, model: SEEDREAM },
  questions: [`${BASE}/status`, `${BASE}/status`, `${BASE}/status`, BASE],
  replies: (urls) => [
    state("IN_QUEUE"),
    state("IN_PROGRESS"),
    state("COMPLETED"),
    {
      headers: { "x-fal-billable-units": "1.0" },
      body: { images: urls.map((url) => ({ url, content_type: "image/png" })), seed: 7 },
    },
  ],
  billedUnits: 1,
  failures: [
    {
      name: "unauthorized",
      reply: { status: 401, body: { detail: "Cannot access application. Authentication is required." } },
      expected: { code: "auth_failed", billed: "no" },
    },
    {
      name: "rate limited with a time to wait",
      reply: { status: 429, headers: { "retry-after": "3" }, body: { detail: "Too many concurrent requests" } },
      expected: { code: "rate_limited", billed: "no", retryAfterMs: 3000 },
    },
    {
      name: "out of credit",
      reply: { status: 403, body: { detail: "User is locked. Reason: Exhausted balance." } },
      expected: { code: "quota_exhausted", billed: "no" },
    },
    {
      name: "payment required",
      reply: { status: 402, body: { detail: "Payment required" } },
      expected: { code: "quota_exhausted", billed: "no" },
    },
    {
      name: "server error",
      reply: { status: 500, body: { detail: "Internal Server Error" } },
      expected: { code: "unavailable", billed: "unknown" },
    },
    {
      name: "wrong input",
      reply: {
        status: 422,
        body: { detail: [{ loc: ["body", "image_size", "width"], msg: "Input should be a number", type: "type_error" }] },
      },
      expected: { code: "invalid_request", billed: "no", shortMessage: /image_size\.width: Input should be a number/ },
    },
    {
      name: "garbage",
      reply: { body: "<html>hello</html>" },
      expected: { code: "bad_response", billed: "unknown" },
    },
    {
      name: "unknown model",
      reply: { status: 404, body: { detail: "Application 'image-9' not found" } },
      expected: { code: "auth_failed", billed: "no", shortMessage: /does not serve/ },
    },
  ],
  endings: [
    {
      name: "refusal",
      replies: [
        state("COMPLETED"),
        {
          status: 422,
          body: { detail: [{ loc: ["body", "prompt"], msg: "Flagged by a content checker", type: "content_policy_violation" }] },
        },
      ],
      expected: { code: "content_refused", billed: "no", shortMessage: /Flagged by a content checker/ },
    },
    {
      name: "blacked out",
      replies: [state("COMPLETED"), { body: { images: [{ url: "https://v3.fal.media/1.png" }], has_nsfw_concepts: [true] } }],
      expected: { code: "content_refused", billed: "unknown" },
    },
    {
      name: "failed on a server",
      replies: [state("COMPLETED"), { status: 500, body: { detail: "Internal Server Error" } }],
      expected: { code: "unavailable", billed: "no" },
    },
    {
      name: "empty list",
      replies: [state("COMPLETED"), { body: { images: [] } }],
      expected: { code: "bad_response", billed: "unknown" },
    },
    {
      name: "unknown state",
      replies: [state("DAYDREAMING")],
      expected: { code: "bad_response", billed: "unknown", shortMessage: /DAYDREAMING/ },
    },
    {
      name: "key taken away",
      replies: [{ status: 401, body: { detail: "Authentication is required" } }],
      expected: { code: "auth_failed", billed: "unknown" },
    },
  ],
  cancel: `PUT /fal-ai/bytedance/requests/${REQUEST_ID}/cancel`,
};

import { exampleCall } from "../../../testing/example-call.ts";
import type { FakeReply } from "../../../testing/fake-http.ts";
import type { JobProviderFixture } from "../../../testing/job-provider-contract.ts";

const HEADERS = { "content-type": "application/json", accept: "application/json" };
const ID = "gm3qorzdhgbfurvjtvhg6dckhu";
const KONTEXT = "prunaai/flux-kontext-fast";
const SEEDREAM = "bytedance/seedream-4.5";
const photo = { bytes: new Uint8Array([1, 2, 3]), mediaType: "image/png", name: "photo.png" };
const PHOTO_URL = "data:image/png;base64,AQID";
const prompt = "A red kite over a meadow";

const generate = exampleCall({
  offer: { provider: "replicate", model: SEEDREAM, aspect: "1:1", resolution: "2K", size: "2048x2048" },
});
const edit = exampleCall({
  request: { operation: "edit", references: [photo], format: "jpeg" },
  offer: { provider: "replicate", model: KONTEXT, aspect: "3:2", resolution: "1K", size: "1248x832" },
});

/** A prediction as Replicate shows it. */
export function prediction(changes: object = {}): Readonly<Record<string, unknown>> {
  return {
    id: ID,
    model: SEEDREAM,
    version: "hidden",
    input: { prompt },
    logs: "",
    output: null,
    data_removed: false,
    error: null,
    source: "api",
    status: "starting",
    created_at: "2026-11-23T12:00:00.000Z",
    urls: {
      get: `https://api.replicate.com/v1/predictions/${ID}`,
      cancel: `https://api.replicate.com/v1/predictions/${ID}/cancel`,
    },
    ...changes,
  };
}

const reply = (changes: object): FakeReply => ({ body: prediction(changes) });
const QUESTION = `GET /predictions/${ID}`;

/** Replies in the shapes of Replicate's HTTP reference and of npm `replicate`. */
export const replicateFixture: JobProviderFixture = {
  source: { document: "replicate.com/docs/reference/http; npm replicate 1.4.0", date: "2026-11-23" },
  requests: [
    {
      name: "Seedream",
      call: generate,
      request: {
        provider: "replicate",
        method: "POST",
        path: `/models/${SEEDREAM}/predictions`,
        headers: HEADERS,
        body: { input: { prompt, aspect_ratio: "1:1", size: "2K", sequential_image_generation: "disabled" } },
      },
    },
    {
      name: "Kontext",
      call: edit,
      request: {
        provider: "replicate",
        method: "POST",
        path: `/models/${KONTEXT}/predictions`,
        headers: HEADERS,
        body: { input: { prompt, img_cond_path: PHOTO_URL, aspect_ratio: "3:2", output_format: "jpg" } },
      },
    },
  ],
  call: generate,
  submitted: { status: 201, body: prediction() },
  job: { id: ID, model: SEEDREAM },
  questions: [QUESTION, QUESTION, QUESTION],
  replies: (urls) => [reply({}), reply({ status: "processing" }), reply({ status: "succeeded", output: urls })],
  billedUnits: undefined,
  failures: [
    {
      name: "unauthorized",
      reply: { status: 401, body: { title: "Unauthenticated", detail: "You did not pass an authentication token" } },
      expected: { code: "auth_failed", billed: "no" },
    },
    {
      name: "rate limited with a time to wait",
      reply: { status: 429, body: { detail: "Request was throttled. Your rate limit resets in ~30s." } },
      expected: { code: "rate_limited", billed: "no", retryAfterMs: 30_000 },
    },
    {
      name: "out of credit",
      reply: { status: 402, body: { title: "Insufficient credit", detail: "You have insufficient credit" } },
      expected: { code: "quota_exhausted", billed: "no" },
    },
    {
      name: "server error",
      reply: { status: 500, body: { detail: "Internal server error" } },
      expected: { code: "unavailable", billed: "unknown" },
    },
    {
      name: "wrong input",
      reply: { status: 422, body: { title: "Input validation failed", detail: "- input.prompt: required", status: 422 } },
      expected: { code: "invalid_request", billed: "no", shortMessage: /input\.prompt: required/ },
    },
    { name: "garbage", reply: { body: "<html>hello</html>" }, expected: { code: "bad_response", billed: "unknown" } },
    {
      name: "unknown model",
      reply: { status: 404, body: { detail: "The requested resource could not be found.", status: 404 } },
      expected: { code: "auth_failed", billed: "no", shortMessage: /does not serve/ },
    },
  ],
  endings: [
    {
      name: "refusal",
      replies: [reply({ status: "failed", error: "The input was flagged as sensitive (E005)" })],
      expected: { code: "content_refused", billed: "no" },
    },
    {
      name: "failed",
      replies: [reply({ status: "failed", error: "CUDA out of memory" })],
      expected: { code: "unavailable", billed: "no", shortMessage: /CUDA out of memory/ },
    },
    { name: "aborted", replies: [reply({ status: "aborted" })], expected: { code: "unavailable", billed: "no" } },
    { name: "canceled", replies: [reply({ status: "canceled" })], expected: { code: "aborted", billed: "unknown" } },
    {
      name: "empty list",
      replies: [reply({ status: "succeeded", output: [] })],
      expected: { code: "bad_response", billed: "unknown" },
    },
    {
      name: "files deleted",
      replies: [reply({ status: "succeeded", output: null, data_removed: true })],
      expected: { code: "bad_response", billed: "unknown", shortMessage: /one hour/ },
    },
  ],
  cancel: undefined,
};

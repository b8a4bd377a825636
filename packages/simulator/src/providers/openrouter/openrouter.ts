import { Base64Text, htmlReply, jsonReply, type Reply, type WireRequest } from "../../basics/wire.ts";
import { type Answer, freeAnswer } from "../../desk/answer.ts";
import type { Desk } from "../../desk/desk.ts";
import type { SimulatedProvider } from "../../desk/provider.ts";
import { truncateBase64 } from "../../images/image-studio.ts";
import { type Outcome, type PaidJob, runPaidJob } from "../../jobs/paid-job.ts";
import {
  describeOpenRouterEndpoints,
  describeOpenRouterModel,
  OPENROUTER_MODELS,
  openRouterMicroUsd,
} from "./openrouter-models.ts";
import { type OpenRouterRequest, readOpenRouterRequest } from "./openrouter-request.ts";

type Headers = Readonly<Record<string, string>>;

/** OpenRouter's Images API: images, the list of image models, and what each endpoint costs. */
export const openrouter: SimulatedProvider = {
  name: "openrouter",
  basePath: "/openrouter/api/v1",
  keyHeaders: ["authorization"],
  environment: (origin) => ({
    OPENROUTER_BASE_URL: `${origin}/openrouter/api/v1`,
    OPENROUTER_API_KEY: "sim-openrouter",
  }),
  answer,
  failure: (status, message) => errorReply(status, message),
};

async function answer(request: WireRequest, desk: Desk): Promise<Answer> {
  const route = `${request.method} ${request.path}`;
  if (route === "GET /images/models") {
    return freeAnswer(jsonReply(200, { data: OPENROUTER_MODELS.map(describeOpenRouterModel) }));
  }
  if (route === "GET /models") {
    const data = OPENROUTER_MODELS.map(({ id, name, created }) => ({ id, name, created }));
    return freeAnswer(jsonReply(200, { data }));
  }
  const endpoints = /^GET \/images\/models\/([^/]+\/[^/]+)\/endpoints$/.exec(route);
  if (endpoints) {
    const model = OPENROUTER_MODELS.find(({ id }) => id === decodeURIComponent(endpoints[1] ?? ""));
    return freeAnswer(model ? jsonReply(200, describeOpenRouterEndpoints(model)) : errorReply(404, "Model not found"));
  }
  if (!/^Bearer\s+\S+$/i.test(request.headers["authorization"] ?? ""))
    return freeAnswer(errorReply(401, "No auth credentials found"));
  if (route === "GET /key") return freeAnswer(jsonReply(200, { data: { label: "sim", usage: 0, limit: null } }));
  if (route !== "POST /images") return freeAnswer(errorReply(404, "Not Found"));
  const checked = await readOpenRouterRequest(request.body);
  if ("status" in checked) return freeAnswer(errorReply(checked.status, checked.message));
  return runPaidJob(imageJob(checked, `gen-${desk.nextId()}`, desk), desk);
}

/** @param metadata - what OpenRouter adds to some errors: reasons of a refusal, the provider behind it. */
function errorReply(status: number, message: string, metadata?: object, headers: Headers = {}): Reply {
  return jsonReply(status, { error: { code: status, message, ...(metadata && { metadata }) } }, headers);
}

function imageJob(request: OpenRouterRequest, requestId: string, desk: Desk): PaidJob {
  const headers = { "x-generation-id": requestId };
  const { model, prompt, operation, images } = request;
  return {
    provider: "openrouter",
    model: model.id,
    operation,
    prompt,
    requestId,
    images,
    complete: (made) => complete(request, made, headers, desk),
    moderate: (): Outcome => ({
      reply: async () =>
        errorReply(
          403,
          "Input was flagged by moderation",
          {
            reasons: ["violence"],
            flagged_input: prompt.slice(0, 100),
            provider_name: model.providerName,
            model_slug: model.id,
          },
          headers,
        ),
    }),
    rateLimited: ({ retryAfterMs, retryAfterHeader }) => {
      const wait = retryAfterHeader === "none" ? {} : { "retry-after": String(Math.ceil(retryAfterMs / 1000)) };
      return errorReply(429, "Rate limit exceeded", undefined, { ...headers, ...wait });
    },
    outOfCredit: () =>
      errorReply(
        402,
        "Insufficient credits. Add more using https://openrouter.ai/settings/credits",
        undefined,
        headers,
      ),
    unauthorized: () => errorReply(401, "User not found.", undefined, headers),
    serverError: (status) =>
      status === 502
        ? htmlReply(502, "502 Bad Gateway")
        : errorReply(status, status === 503 ? "No provider is available" : "Internal Server Error", undefined, headers),
  };
}

function complete(request: OpenRouterRequest, made: number, headers: Headers, desk: Desk): Outcome {
  const { model, prompt, operation, widthPx, heightPx, quality, format, transparent } = request;
  const microUsd = made * openRouterMicroUsd(model, widthPx, heightPx);
  const tokens = { prompt_tokens: Math.ceil(prompt.length / 4), completion_tokens: made * 4175 };
  return {
    // OpenRouter bills for images that were made: a success without one costs nothing.
    bill: made === 0 ? undefined : { images: made, microUsd },
    reply: async ({ truncateImages }) => {
      const data = await Promise.all(
        Array.from({ length: made }, async (_, index) => {
          const order = { model: model.id, operation, prompt, widthPx, heightPx, quality, index, format, transparent };
          const base64 = await desk.images.base64(order);
          const b64_json = new Base64Text(truncateImages ? truncateBase64(base64) : base64);
          return { b64_json, media_type: `image/${format}` };
        }),
      );
      const usage = {
        ...tokens,
        total_tokens: tokens.prompt_tokens + tokens.completion_tokens,
        cost: microUsd / 1_000_000,
        is_byok: false,
      };
      return jsonReply(200, { created: Math.floor(desk.nowMs() / 1000), data, usage }, headers);
    },
  };
}

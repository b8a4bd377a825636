import { costMicroUsd } from "../../bank/bank.ts";
import { digestInteger } from "../../basics/digest.ts";
import { Base64Text, jsonReply } from "../../basics/wire.ts";
import type { ParsedBody, Reply, WireRequest } from "../../basics/wire.ts";
import { freeAnswer } from "../../desk/answer.ts";
import type { Answer } from "../../desk/answer.ts";
import type { Desk } from "../../desk/desk.ts";
import type { SimulatedProvider } from "../../desk/provider.ts";
import { truncateBase64 } from "../../images/image-studio.ts";
import { runPaidJob } from "../../jobs/paid-job.ts";
import type { Outcome, PaidJob } from "../../jobs/paid-job.ts";
import { answerBatches } from "./openai-batches.ts";
import * as errors from "./openai-errors.ts";
import { readJudgeCall } from "./openai-judge.ts";
import { isRetiredOpenAiModel, liveOpenAiModels } from "./openai-models.ts";
import type { OpenAiModel } from "./openai-models.ts";
import { readEdit, readGeneration } from "./openai-request.ts";
import type { OpenAiImageRequest } from "./openai-request.ts";
import { openAiCharges, outputTokensPerImage, promptTokens, referenceTokens } from "./openai-usage.ts";
import type { OpenAiUsage } from "./openai-usage.ts";

type Headers = Readonly<Record<string, string>>;

/** OpenAI's Images API: generations, edits (JSON and multipart) and the model list. */
export const openai: SimulatedProvider = {
  name: "openai",
  basePath: "/openai/v1",
  keyHeaders: ["authorization"],
  environment: (origin) => ({ OPENAI_BASE_URL: `${origin}/openai/v1`, OPENAI_API_KEY: "sim-openai" }),
  answer,
  failure: (status, message) =>
    errors.openAiErrorReply(
      { status, message, type: status < 500 ? "invalid_request_error" : "server_error", param: null, code: null },
      {},
    ),
};

async function answer(request: WireRequest, desk: Desk): Promise<Answer> {
  const requestId = `req_${desk.nextId()}`;
  const headers = responseHeaders(requestId, desk);
  const refuse = (error: errors.OpenAiError): Answer => freeAnswer(errors.openAiErrorReply(error, headers));
  const key = /^Bearer\s+(\S+)$/i.exec(request.headers["authorization"] ?? "")?.[1];
  if (!key) return refuse(errors.missingKey);
  const route = `${request.method} ${request.path}`;
  if (route === "GET /models") {
    const models = liveOpenAiModels(desk.nowMs()).map(describeModel);
    return freeAnswer(jsonReply(200, { object: "list", data: models }, headers));
  }
  if (route.startsWith("GET /models/"))
    return refuse404OrModel(decodeURIComponent(request.path.slice("/models/".length)), headers, desk);
  const batchAnswer = await answerBatches(request, headers, desk, (path, body, lineId, lineDesk) =>
    answerImages(path, { kind: "json", value: body }, lineId, headers, lineDesk),
  );
  if (batchAnswer) return batchAnswer;
  if (route === "POST /decisions" || route === "POST /responses") {
    const path = request.path === "/decisions" ? "/decisions" : "/responses";
    const textHeaders = { ...headers, ...limitHeaders(desk) };
    const checked = await readJudgeCall(path, request.body, requestId, textHeaders, desk);
    return "error" in checked ? refuse(checked.error) : runPaidJob(checked.job, desk);
  }
  if (route !== "POST /images/generations" && route !== "POST /images/edits") {
    return refuse({
      status: 404,
      message: `Invalid URL (${route})`,
      type: "invalid_request_error",
      param: null,
      code: null,
    });
  }
  return answerImages(request.path, request.body, requestId, headers, desk);
}

async function answerImages(
  path: string,
  body: ParsedBody,
  requestId: string,
  headers: Headers,
  desk: Desk,
): Promise<Answer> {
  const checked = path === "/images/edits" ? await readEdit(body, desk.nowMs()) : readGeneration(body, desk.nowMs());
  if ("error" in checked) return freeAnswer(errors.openAiErrorReply(checked.error, headers));
  return runPaidJob(imageJob(checked.request, requestId, headers, desk), desk);
}

function refuse404OrModel(id: string, headers: Headers, desk: Desk): Answer {
  const model = liveOpenAiModels(desk.nowMs()).find((live) => live.id === id);
  if (model) return freeAnswer(jsonReply(200, describeModel(model), headers));
  return freeAnswer(errors.openAiErrorReply(errors.modelNotFound(id, isRetiredOpenAiModel(id, desk.nowMs())), headers));
}

function describeModel(model: OpenAiModel): unknown {
  const createdSeconds = Date.parse(`${model.createdOn}T00:00:00Z`) / 1000;
  return {
    id: model.id,
    object: "model",
    created: createdSeconds,
    owned_by: "system",
    shutdown_date: model.shutdownOn,
  };
}

function responseHeaders(requestId: string, desk: Desk): Headers {
  return {
    "x-request-id": requestId,
    "openai-version": "2020-10-01",
    "openai-processing-ms": String(desk.latencyMs + digestInteger(20, 60, requestId)),
  };
}

/** Replies to text carry the account's limits; none of twelve recorded replies with images did. */
function limitHeaders(desk: Desk): Headers {
  const tokensPerMinute = tokensOfTier(desk.rateLimiter.imagesPerMinute);
  return {
    "x-ratelimit-limit-requests": "10000",
    "x-ratelimit-remaining-requests": "9999",
    "x-ratelimit-reset-requests": "6ms",
    "x-ratelimit-limit-tokens": String(tokensPerMinute),
    "x-ratelimit-remaining-tokens": String(tokensPerMinute - 1_000),
    "x-ratelimit-reset-tokens": `${Math.ceil(60_000_000 / tokensPerMinute)}ms`,
  };
}

/** Tokens per minute of the published tier with so many images per minute; many without a limit. */
function tokensOfTier(imagesPerMinute: number | undefined): number {
  const tiers = new Map([
    [5, 100_000],
    [20, 250_000],
    [50, 800_000],
    [150, 3_000_000],
    [250, 8_000_000],
  ]);
  return tiers.get(imagesPerMinute ?? 0) ?? 150_000_000;
}

function imageJob(request: OpenAiImageRequest, requestId: string, headers: Headers, desk: Desk): PaidJob {
  const { model, prompt, operation, images } = request;
  const withDetails = desk.openaiOutputDetails ?? true;
  return {
    provider: "openai",
    model: model.id,
    operation,
    prompt,
    requestId,
    images,
    complete: (made) => complete(request, made, withDetails, headers, desk),
    moderate: (fault): Outcome => {
      const reply = async (): Promise<Reply> => errors.moderationReply(fault, headers);
      return fault.stage === "output"
        ? { bill: complete(request, images, withDetails, headers, desk).bill, reply }
        : { reply };
    },
    rateLimited: (fault) => errors.rateLimitReply(fault, model.id, headers),
    outOfCredit: (fault) => errors.outOfCreditReply(fault, headers),
    unauthorized: () => errors.openAiErrorReply(errors.wrongKey, headers),
    serverError: (status) => errors.serverErrorReply(status, headers),
  };
}

function complete(
  request: OpenAiImageRequest,
  made: number,
  withDetails: boolean,
  headers: Headers,
  desk: Desk,
): Outcome {
  const usage = countUsage(request, made, withDetails, desk.seed);
  return {
    bill: { images: made, microUsd: costMicroUsd(openAiCharges(request.model, usage)) },
    reply: async ({ truncateImages }) => {
      const data = await drawImages(request, made, truncateImages, desk);
      return jsonReply(
        200,
        {
          created: Math.floor(desk.nowMs() / 1000),
          background: request.transparent ? "transparent" : "opaque",
          data,
          output_format: request.format,
          quality: request.quality === "auto" ? "high" : request.quality,
          size: `${request.size.widthPx}x${request.size.heightPx}`,
          usage: describeUsage(usage, withDetails),
        },
        headers,
      );
    },
  };
}

function countUsage(request: OpenAiImageRequest, made: number, withDetails: boolean, seed: number): OpenAiUsage {
  const { model, prompt, quality, size, references } = request;
  let imageOut = 0;
  let textOut = 0;
  for (let index = 0; index < made; index += 1) {
    const key = [seed, model.id, prompt, quality, size.widthPx, size.heightPx, index];
    imageOut += outputTokensPerImage(model, quality, size, key);
    // Text output is priced apart in this generation only, and only the details can say so.
    if (withDetails && model.generation === "1.5") textOut += digestInteger(126, 334, "text", ...key);
  }
  const imageIn = references.reduce((total, reference) => total + referenceTokens(reference), 0);
  return { textIn: promptTokens(prompt), imageIn, textOut, imageOut };
}

function describeUsage({ textIn, imageIn, textOut, imageOut }: OpenAiUsage, withDetails: boolean): unknown {
  return {
    input_tokens: textIn + imageIn,
    input_tokens_details: { text_tokens: textIn, image_tokens: imageIn },
    output_tokens: imageOut + textOut,
    ...(withDetails ? { output_tokens_details: { image_tokens: imageOut, text_tokens: textOut } } : {}),
    total_tokens: textIn + imageIn + imageOut + textOut,
  };
}

async function drawImages(
  request: OpenAiImageRequest,
  made: number,
  truncate: boolean,
  desk: Desk,
): Promise<{ b64_json: Base64Text }[]> {
  const { model, operation, prompt, size, quality, format, transparent, compressionPercent } = request;
  return Promise.all(
    Array.from({ length: made }, async (_, index) => {
      const order = {
        model: model.id,
        operation,
        prompt,
        ...size,
        quality,
        index,
        format,
        transparent,
        compressionPercent,
      };
      const base64 = await desk.images.base64(order);
      return { b64_json: new Base64Text(truncate ? truncateBase64(base64) : base64) };
    }),
  );
}

import { costMicroUsd } from "../../bank/bank.ts";
import { digest, digestInteger } from "../../basics/digest.ts";
import { Base64Text, jsonReply } from "../../basics/wire.ts";
import type { Reply, WireRequest } from "../../basics/wire.ts";
import { freeAnswer } from "../../desk/answer.ts";
import type { Answer } from "../../desk/answer.ts";
import type { Desk } from "../../desk/desk.ts";
import type { SimulatedProvider } from "../../desk/provider.ts";
import type { ModerationFault } from "../../faults/fault.ts";
import { truncateBase64 } from "../../images/image-studio.ts";
import { runPaidJob } from "../../jobs/paid-job.ts";
import type { Outcome, PaidJob } from "../../jobs/paid-job.ts";
import { answerGeminiBatches, createGeminiBatch } from "./gemini-batches.ts";
import * as errors from "./gemini-errors.ts";
import { GEMINI_JUDGE_MODEL, readGeminiJudgeCall } from "./gemini-judge.ts";
import { geminiCharges, geminiModels, geminiPixels } from "./gemini-models.ts";
import type { GeminiModel, GeminiUsage } from "./gemini-models.ts";
import { readGenerateContent } from "./gemini-request.ts";
import type { GeminiImageRequest } from "./gemini-request.ts";

/** Google's generateContent for image models, and the model list, below /v1beta and /v1. */
export const gemini: SimulatedProvider = {
  name: "gemini",
  basePath: "/gemini",
  keyHeaders: ["x-goog-api-key"],
  environment: (origin) => ({ GOOGLE_GEMINI_BASE_URL: `${origin}/gemini/v1beta`, GEMINI_API_KEY: "sim-gemini" }),
  answer,
  failure: (status, message) =>
    errors.geminiErrorReply({ code: status, status: status < 500 ? "INVALID_ARGUMENT" : "INTERNAL", message }),
};

const SPOKEN_TEXT = "Here is the image you asked for.";
const THOUGHT_TEXT = "Composing the picture: subject first, then light and colour.";

/** Everything one call needs on its way to a reply. */
interface Call {
  readonly request: GeminiImageRequest;
  readonly model: GeminiModel;
  readonly responseId: string;
  readonly desk: Desk;
}

async function answer(wire: WireRequest, desk: Desk): Promise<Answer> {
  const responseId = Buffer.from(desk.nextId(), "hex").toString("base64url");
  const refuse = (error: errors.GeminiError): Answer => freeAnswer(errors.geminiErrorReply(error));
  const key = wire.headers["x-goog-api-key"] ?? wire.query.get("key") ?? "";
  if (key.trim() === "") return refuse(errors.missingKey);
  // Google's own client (3.1.0) asks for v1, and appends it even to a base URL that ends in v1beta: all are served.
  const path = wire.path.replace(/^(\/v1beta|\/v1){1,2}(?=\/)/, "");
  if (wire.method === "GET" && path === "/models") {
    return freeAnswer(jsonReply(200, { models: geminiModels().map(describeModel) }, responseHeaders(desk)));
  }
  const batchAnswer = await answerGeminiBatches(wire.method, path, desk);
  if (batchAnswer) return batchAnswer;
  const route = /^\/models\/([^/:]+)(?::([A-Za-z]+))?$/.exec(path);
  const id = decodeURIComponent(route?.[1] ?? "");
  if (wire.method === "POST" && id === GEMINI_JUDGE_MODEL && route?.[2] === "generateContent") {
    const checked = await readGeminiJudgeCall(wire.body, responseId, responseHeaders(desk), desk);
    return "error" in checked ? refuse(checked.error) : runPaidJob(checked.job, desk);
  }
  const model = geminiModels().find((known) => known.id === id);
  if (!model) return refuse(errors.modelNotFound(id));
  if (wire.method === "GET" && route?.[2] === undefined)
    return freeAnswer(jsonReply(200, describeModel(model), responseHeaders(desk)));
  if (wire.method === "POST" && route?.[2] === "streamGenerateContent") {
    return refuse(errors.invalidArgument("Streaming is not simulated: use generateContent."));
  }
  if (wire.method === "POST" && route?.[2] === "batchGenerateContent") {
    return createGeminiBatch(wire, model.id, desk, async (body, lineId, lineDesk) => {
      const line = await readGenerateContent({ kind: "json", value: body }, model);
      if ("error" in line) return refuse(line.error);
      return runPaidJob(imageJob({ request: line.request, model, responseId: lineId, desk: lineDesk }), lineDesk);
    });
  }
  if (wire.method !== "POST" || route?.[2] !== "generateContent") return refuse(errors.modelNotFound(id));
  const checked = await readGenerateContent(wire.body, model);
  if ("error" in checked) return refuse(checked.error);
  return runPaidJob(imageJob({ request: checked.request, model, responseId, desk }), desk);
}

function describeModel(model: GeminiModel): unknown {
  return {
    name: `models/${model.id}`,
    version: "1.0",
    displayName: model.displayName,
    inputTokenLimit: 65_536,
    outputTokenLimit: 32_768,
    supportedGenerationMethods: ["generateContent"],
  };
}

function responseHeaders(desk: Desk): Readonly<Record<string, string>> {
  return { "content-type": "application/json; charset=UTF-8", "server-timing": `gfet4t7; dur=${desk.latencyMs + 20}` };
}

function imageJob(call: Call): PaidJob {
  const { request, model, responseId } = call;
  return {
    provider: "gemini",
    model: model.id,
    operation: request.references > 0 ? "edit" : "generate",
    prompt: request.prompt,
    requestId: responseId,
    images: 1,
    complete: (made, drafts = 0) =>
      made > 0
        ? drawn(call, model.thinks ? drafts : 0)
        : withoutImage(call, "NO_IMAGE", "The model did not produce an image."),
    moderate: (fault) => refused(call, fault),
    rateLimited: (fault) => errors.rateLimitReply(fault, model.id),
    outOfCredit: (fault) => errors.outOfCreditReply(fault, model.id),
    unauthorized: () => errors.geminiErrorReply(errors.wrongKey),
    serverError: (status) => errors.serverErrorReply(status),
  };
}

/** Drafts, then the image: each takes an image's tokens. Where the limit of the reply strikes, what is begun is billed. */
function drawn(call: Call, drafts: number): Outcome {
  const { request, model } = call;
  const perImage = model.imageTokens[request.imageSize] ?? 0;
  const whole = countUsage(call, {
    imageOut: perImage * (drafts + 1),
    textOut: request.wantsText ? textTokens(SPOKEN_TEXT) : 0,
  });
  const room = Math.max(0, request.maxOutputTokens - whole.thoughts - whole.textOut);
  const usage = { ...whole, imageOut: Math.min(whole.imageOut, room) };
  const images = Math.min(drafts + 1, Math.floor(room / perImage));
  const finishReason = images > drafts ? "STOP" : "MAX_TOKENS";
  return outcome(call, usage, images, async (truncate) => {
    const parts = await makeParts(call, images, truncate);
    return { candidates: [{ content: { parts, role: "model" }, finishReason, index: 0 }] };
  });
}

/** A candidate without an image: input and thinking are billed. */
function withoutImage(call: Call, finishReason: string, finishMessage: string): Outcome {
  const usage = countUsage(call, { imageOut: 0, textOut: 0 });
  return outcome(call, usage, 0, async () => ({ candidates: [{ finishReason, finishMessage, index: 0 }] }));
}

function refused(call: Call, fault: ModerationFault): Outcome {
  if (fault.blockReason === undefined) {
    return withoutImage(
      call,
      fault.finishReason,
      "Unable to show the generated image. The prompt may violate Google's policies. Try rephrasing the prompt.",
    );
  }
  const usage: GeminiUsage = { ...countUsage(call, { imageOut: 0, textOut: 0 }), thoughts: 0 };
  return outcome(call, usage, 0, async () => ({ promptFeedback: { blockReason: fault.blockReason } }));
}

function outcome(
  call: Call,
  usage: GeminiUsage,
  images: number,
  result: (truncate: boolean) => Promise<object>,
): Outcome {
  const { model, responseId, desk } = call;
  return {
    bill: { images, microUsd: costMicroUsd(geminiCharges(model, usage)) },
    reply: async ({ truncateImages }): Promise<Reply> => {
      const body = {
        ...(await result(truncateImages)),
        usageMetadata: describeUsage(usage),
        modelVersion: model.id,
        responseId,
      };
      return jsonReply(200, body, responseHeaders(desk));
    },
  };
}

function countUsage(call: Call, output: Pick<GeminiUsage, "imageOut" | "textOut">): GeminiUsage {
  const { request, model, desk } = call;
  return {
    ...output,
    textIn: textTokens(request.prompt),
    imageIn: request.references * model.referenceTokens,
    thoughts: model.thinks ? digestInteger(80, 240, "thoughts", desk.seed, model.id, request.prompt) : 0,
  };
}

/** About four characters (UTF-16 units) to a token, rounded up. */
function textTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

function describeUsage({ textIn, imageIn, imageOut, textOut, thoughts }: GeminiUsage): unknown {
  const modality = (name: string, tokenCount: number): object[] =>
    tokenCount > 0 ? [{ modality: name, tokenCount }] : [];
  const hasOutput = imageOut + textOut > 0;
  return {
    promptTokenCount: textIn + imageIn,
    ...(hasOutput ? { candidatesTokenCount: imageOut + textOut } : {}),
    totalTokenCount: textIn + imageIn + imageOut + textOut + thoughts,
    promptTokensDetails: [...modality("TEXT", textIn), ...modality("IMAGE", imageIn)],
    ...(hasOutput ? { candidatesTokensDetails: [...modality("IMAGE", imageOut), ...modality("TEXT", textOut)] } : {}),
    ...(thoughts > 0 ? { thoughtsTokenCount: thoughts } : {}),
  };
}

/** Thoughts first (a text and a draft at half the size), then text if asked for, then as many images as were made. */
async function makeParts(call: Call, images: number, truncate: boolean): Promise<object[]> {
  const { request, model, responseId } = call;
  const size = geminiPixels(request.aspectRatio, request.imageSize);
  const parts: object[] = [];
  if (model.thinks && request.showsThoughts) {
    const draft = { widthPx: Math.round(size.widthPx / 2), heightPx: Math.round(size.heightPx / 2) };
    parts.push({ text: THOUGHT_TEXT, thought: true });
    parts.push({ inlineData: await drawInline(call, draft, "draft", false), thought: true });
  }
  if (request.wantsText) parts.push({ text: SPOKEN_TEXT });
  const signature = model.thinks ? { thoughtSignature: digest("signature", responseId).toString("base64") } : {};
  for (let index = 0; index < images; index += 1) {
    const inlineData = await drawInline(call, size, request.imageSize, truncate, index);
    parts.push({ inlineData, ...(index === images - 1 && signature) });
  }
  return parts;
}

async function drawInline(
  { request, model, desk }: Call,
  size: { readonly widthPx: number; readonly heightPx: number },
  quality: string,
  truncate: boolean,
  index = 0,
): Promise<object> {
  const base64 = await desk.images.base64({
    model: model.id,
    operation: request.references > 0 ? "edit" : "generate",
    prompt: request.prompt,
    ...size,
    quality,
    index,
    format: model.mediaType === "image/png" ? "png" : "jpeg",
  });
  return { mimeType: model.mediaType, data: new Base64Text(truncate ? truncateBase64(base64) : base64) };
}

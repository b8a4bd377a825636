import type { ArtdeskError } from "../../basics/errors.ts";
import { recordOf } from "../../basics/json-record.ts";
import type { Codec, HttpRequest, HttpResponse } from "../../basics/ports.ts";
import type { Usage } from "../../basics/types.ts";
import { tokenCount } from "../../wire/http.ts";
import {
  modelNotServed,
  parseErrorBody,
  readErrorBody,
  replyError,
  type CallSubject,
  type KnownFailure,
} from "../../wire/reply-error.ts";
import { editForm, readImagesReply } from "../adapter/images-api.ts";
import { defineProvider, type HttpProvider, type ProviderCall, type ProviderReply } from "../adapter/provider.ts";

type Fields = Readonly<Record<string, string | number | boolean>>;

/**
 * Any server that speaks the OpenAI Images API: LocalAI, Ollama, bridges to ComfyUI, Azure OpenAI. Its address, extra
 * headers and models come from artdesk.yml. `response_format: b64_json` is sent, because such servers answer with links
 * otherwise; the GPT image models (Azure) refuse it, so their rows leave it out with `parameters: {response_format: null}`.
 */
export const openaiCompatible: HttpProvider = defineProvider({
  kind: "http",
  id: "openai-compatible",
  name: "OpenAI-compatible server",
  modelsByHand: true,
  auth: {
    header: "authorization",
    prefix: "Bearer ",
    keyVariable: "OPENAI_COMPATIBLE_API_KEY",
    baseUrlVariable: "OPENAI_COMPATIBLE_BASE_URL",
    defaultBaseUrl: "",
  },
  build: buildRequest,
  read: readReply,
  readError,
});

function buildRequest(call: ProviderCall, codec: Codec): HttpRequest {
  const fields = fieldsOf(call);
  if (call.request.references.length > 0) {
    const { contentType, body } = editForm(
      call,
      fields,
      call.request.references.length === 1 ? "image" : "image[]",
      codec,
    );
    return requestOf("/images/edits", contentType, body);
  }
  return requestOf("/images/generations", "application/json", JSON.stringify(fields));
}

function requestOf(path: string, contentType: string, body: string | Uint8Array): HttpRequest {
  const headers = { "content-type": contentType, accept: "application/json" };
  return { provider: "openai-compatible", method: "POST", path, headers, body };
}

/** The row's own parameters come last: they win. */
function fieldsOf({ request, offer, row, count }: ProviderCall): Fields {
  const fields: Record<string, string | number | boolean | null> = {
    model: offer.model,
    prompt: request.prompt,
    n: count,
    size: offer.size,
    response_format: "b64_json",
    ...(offer.quality === "default" ? {} : { quality: offer.quality }),
    ...(row.formats.length > 1 ? { output_format: request.format } : {}),
    ...(request.transparent ? { background: "transparent" } : {}),
    ...row.parameters,
  };
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])),
  );
}

function readReply(response: HttpResponse, call: ProviderCall, codec: Codec): Promise<ProviderReply> {
  const subject = subjectOf(response, call);
  return readImagesReply(response, call, codec, subject, { usage: readUsage });
}

/** Tokens, for the books; the price of such a model is the user's own, per image. */
function readUsage(value: unknown): Usage | undefined {
  const usage = recordOf(value);
  if (usage === undefined) return undefined;
  const inputImageTokens = tokenCount(recordOf(usage["input_tokens_details"])?.["image_tokens"]);
  return {
    inputTextTokens: Math.max(0, tokenCount(usage["input_tokens"]) - inputImageTokens),
    cachedInputTextTokens: 0,
    inputImageTokens,
    cachedInputImageTokens: 0,
    outputImageTokens: tokenCount(usage["output_tokens"]),
    outputTextTokens: 0,
  };
}

async function readError(response: HttpResponse, call: ProviderCall): Promise<ArtdeskError> {
  const subject = subjectOf(response, call);
  const body = await readErrorBody(response.body);
  const parsed = parseErrorBody(body);
  // Some servers send `{error: "words"}` instead of OpenAI's object.
  const error = recordOf(parsed?.["error"]) ?? { message: parsed?.["error"] };
  const text = (key: string): string => (typeof error[key] === "string" ? error[key] : "");
  return replyError(response, body, subject, explain(response.status, text, subject));
}

const REFUSALS: ReadonlySet<string> = new Set([
  "moderation_blocked",
  "content_policy_violation",
  "contentFilter",
  "content_filter",
]);

function explain(status: number, text: (key: string) => string, subject: CallSubject): KnownFailure {
  const [code, message] = [text("code"), text("message")];
  if (REFUSALS.has(code)) {
    return {
      code: "content_refused",
      billed: "no",
      shortMessage: `The server refused this prompt for ${subject.model}.`,
      message,
      hint: "Reword the prompt. Sending it again unchanged will be refused again.",
    };
  }
  if (code === "insufficient_quota" || text("type") === "insufficient_quota") {
    return { code: "quota_exhausted", billed: "no", message };
  }
  if (code === "model_not_found" || code === "DeploymentNotFound" || /model.*not found/i.test(message))
    return modelNotServed(subject);
  if (status === 400 && /response_format/.test(message)) {
    return { message, hint: "Leave it out: `parameters: { response_format: null }` in the model's row." };
  }
  return { message };
}

function subjectOf({ headers }: HttpResponse, call: ProviderCall): CallSubject {
  return {
    provider: "openai-compatible",
    providerName: "The OpenAI-compatible server",
    model: call.offer.model,
    requestId: headers["x-request-id"] ?? headers["apim-request-id"],
  };
}

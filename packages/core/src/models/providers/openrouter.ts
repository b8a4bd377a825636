import type { ArtdeskError } from "../../basics/errors.ts";
import { recordOf } from "../../basics/json-record.ts";
import type { Codec, HttpRequest, HttpResponse } from "../../basics/ports.ts";
import type { ImageFormat, Usage } from "../../basics/types.ts";
import { tokenCount } from "../../wire/http.ts";
import {
  modelNotServed,
  oneLine,
  parseErrorBody,
  readErrorBody,
  replyError,
  type CallSubject,
  type KnownFailure,
} from "../../wire/reply-error.ts";
import { readImagesReply } from "../adapter/images-api.ts";
import { defineProvider, type HttpProvider, type ProviderCall, type ProviderReply } from "../adapter/provider.ts";

/**
 * Body of `POST /images` (type declarations of npm `@openrouter/sdk` 1.3.19, models/imagegenerationrequest). Explicit
 * pixels are authoritative there; a shape with a class goes as `aspect_ratio` and `resolution`, never both ways at once.
 */
export interface OpenRouterBody {
  model: string;
  prompt: string;
  n: number;
  size?: string;
  aspect_ratio?: string;
  resolution?: string;
  quality?: string;
  output_format?: ImageFormat;
  background?: "transparent";
  /** At most 16 images as data URLs. */
  input_references?: readonly { type: "image_url"; image_url: { url: string } }[];
}

/** OpenRouter's Images API: many models behind one key. Each reply states its price. */
export const openrouter: HttpProvider = defineProvider({
  kind: "http",
  id: "openrouter",
  name: "OpenRouter",
  auth: {
    header: "authorization",
    prefix: "Bearer ",
    keyVariable: "OPENROUTER_API_KEY",
    baseUrlVariable: "OPENROUTER_BASE_URL",
    defaultBaseUrl: "https://openrouter.ai/api/v1",
    // The lists of models are open to everyone.
    keyCheckPath: "/key",
  },
  build: buildRequest,
  read: readReply,
  readError,
});

function buildRequest(call: ProviderCall, codec: Codec): HttpRequest {
  const headers = { "content-type": "application/json", accept: "application/json" };
  const body = JSON.stringify(bodyOf(call, codec));
  return { provider: "openrouter", method: "POST", path: "/images", headers, body };
}

function bodyOf({ request, offer, row, count }: ProviderCall, codec: Codec): OpenRouterBody {
  const { resolution, aspect } = offer;
  const references = request.references.map(({ bytes, mediaType }) => ({
    type: "image_url" as const,
    image_url: { url: `data:${mediaType};base64,${codec.encodeBase64(bytes)}` },
  }));
  return {
    model: offer.model,
    prompt: request.prompt,
    n: count,
    ...(resolution === undefined || aspect === undefined
      ? { size: offer.size }
      : { aspect_ratio: aspect, resolution: resolution }),
    // `default` is this catalogue's word for a model without quality steps; the API would refuse it.
    ...(offer.quality === "default" ? {} : { quality: offer.quality }),
    // A model that writes one format only has no such parameter.
    ...(row.formats.length > 1 ? { output_format: request.format } : {}),
    ...(request.transparent ? { background: "transparent" } : {}),
    ...(references.length > 0 ? { input_references: references } : {}),
  };
}

function readReply(response: HttpResponse, call: ProviderCall, codec: Codec): Promise<ProviderReply> {
  const subject = subjectOf(response, call);
  return readImagesReply(response, call, codec, subject, {
    usage: readUsage,
    // An upstream's failure may come inside a 200: its code is then the status.
    failure(reply) {
      const error = recordOf(reply?.["error"]);
      if (error === undefined) return undefined;
      const stated = Number(error["code"]);
      const status = Number.isInteger(stated) && stated >= 400 && stated <= 599 ? stated : 502;
      const known = { billed: "no" as const, ...explain(status, error, subject) };
      return replyError({ ...response, status }, JSON.stringify({ error }), subject, known);
    },
    declaredType(entry) {
      const mediaType = entry?.["media_type"];
      return typeof mediaType === "string" ? mediaType : undefined;
    },
  });
}

/** Tokens, and the price in USD when it is stated: that one is what OpenRouter takes from the account. */
function readUsage(value: unknown): Usage | undefined {
  const usage = recordOf(value);
  if (usage === undefined) return undefined;
  const output = recordOf(usage["completion_tokens_details"]);
  const outputTokens = tokenCount(usage["completion_tokens"]);
  const outputImageTokens = output === undefined ? outputTokens : tokenCount(output["image_tokens"]);
  const cost = costOf(usage);
  return {
    inputTextTokens: tokenCount(usage["prompt_tokens"]),
    cachedInputTextTokens: 0,
    inputImageTokens: 0,
    cachedInputImageTokens: 0,
    outputImageTokens: Math.min(outputImageTokens, outputTokens),
    outputTextTokens: Math.max(0, outputTokens - outputImageTokens),
    ...(cost !== undefined && { costMicroUsd: cost }),
  };
}

/**
 * `usage.cost` is what leaves the OpenRouter account. With a key of one's own at the model's maker (`is_byok`) that is
 * OpenRouter's fee only, and the maker's bill (`cost_details.upstream_inference_cost`) comes on top. Rounded up to whole
 * micro-USD.
 */
function costOf(usage: Readonly<Record<string, unknown>>): number | undefined {
  const cost = usage["cost"];
  // Beyond reason is no price. Nothing is one of a reply without an image; of an image the books do not believe it.
  if (typeof cost !== "number" || !(cost >= 0 && cost < MOST_USD)) return undefined;
  const upstream = usage["is_byok"] === true ? recordOf(usage["cost_details"])?.["upstream_inference_cost"] : 0;
  return (
    roundedUp(cost) + (typeof upstream === "number" && upstream > 0 && upstream < MOST_USD ? roundedUp(upstream) : 0)
  );
}

/** No image costs more. USD. */
const MOST_USD = 10_000;

/** 0.0336 USD is 33,600 micro-USD, though 0.0336 * 1,000,000 is a little more in binary. */
function roundedUp(usd: number): number {
  return Math.ceil(Number((usd * 1_000_000).toFixed(3)));
}

async function readError(response: HttpResponse, call: ProviderCall): Promise<ArtdeskError> {
  const subject = subjectOf(response, call);
  const body = await readErrorBody(response.body);
  const error = recordOf(parseErrorBody(body)?.["error"]);
  return replyError(response, body, subject, explain(response.status, error, subject));
}

/** What an error body adds to its status: `{error: {code, message, metadata}}`, with the status as `code`. */
function explain(
  status: number,
  error: Readonly<Record<string, unknown>> | undefined,
  subject: CallSubject,
): KnownFailure {
  const message = typeof error?.["message"] === "string" ? error["message"] : "";
  const metadata = recordOf(error?.["metadata"]);
  const reasons = refusalReasons(metadata);
  if (reasons !== undefined) {
    return {
      code: "content_refused",
      billed: "no",
      shortMessage: `OpenRouter refused this prompt for ${subject.model}${reasons.length > 0 ? ` (${oneLine(reasons.join(", "))})` : ""}.`,
      hint: "Reword the prompt. Sending it again unchanged will be refused again.",
    };
  }
  if (
    status === 402 ||
    (status === 429 && /exceeded your current quota|insufficient.?(quota|credit|balance)/i.test(message))
  ) {
    return {
      code: "quota_exhausted",
      billed: "no",
      message,
      hint: "Add credits at openrouter.ai/settings/credits, or raise the key's limit.",
    };
  }
  const isUnknownModel = status === 404 ? error !== undefined : /not a valid model|no endpoints found/i.test(message);
  return isUnknownModel ? modelNotServed(subject) : { message };
}

/** Why a request was moderated: a list, or the reason with which the model's maker stopped (recorded 2026-10-01). */
function refusalReasons(metadata: Readonly<Record<string, unknown>> | undefined): readonly string[] | undefined {
  if (Array.isArray(metadata?.["reasons"])) return metadata["reasons"].filter(isText);
  const blocked = [metadata?.["block_reason"], metadata?.["finish_reason"]].filter(isText);
  return blocked.some((reason) => REFUSED.test(reason)) ? [...new Set(blocked)] : undefined;
}

const REFUSED = /SAFETY|PROHIBITED|BLOCKLIST|SPII|RECITATION|MODERATION|content_filter/i;

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function subjectOf(response: HttpResponse, call: ProviderCall): CallSubject {
  return {
    provider: "openrouter",
    providerName: "OpenRouter",
    model: call.offer.model,
    requestId: response.headers["x-generation-id"] ?? response.headers["x-request-id"],
  };
}

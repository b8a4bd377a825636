import { ArtdeskError } from "../../basics/errors.ts";
import { recordOf } from "../../basics/json-record.ts";
import type { Codec, HttpRequest, HttpResponse } from "../../basics/ports.ts";
import type { ImageInput, Operation } from "../../basics/types.ts";
import {
  modelNotServed,
  oneLine,
  parseErrorBody,
  readErrorBody,
  replyError,
  type CallSubject,
  type KnownFailure,
} from "../../wire/reply-error.ts";
import {
  defineProvider,
  type JobFile,
  type JobProvider,
  type JobStep,
  type ProviderCall,
  type ProviderJob,
} from "../adapter/provider.ts";

/**
 * fal.ai's queue (docs.fal.ai, Queue API, 2026-11-23): a POST gives a request id, GETs tell its state and result. fal
 * bills successful outputs only, never server errors or waiting (docs.fal.ai, Model API pricing, 2026-11-23), so that
 * withdrawing is free.
 */
export const fal: JobProvider = defineProvider({
  kind: "job",
  id: "fal",
  name: "fal.ai",
  auth: {
    header: "authorization",
    prefix: "Key ",
    keyVariable: "FAL_KEY",
    baseUrlVariable: "FAL_BASE_URL",
    defaultBaseUrl: "https://queue.fal.run",
    // docs.fal.ai/platform-apis/v1/models/pricing (2026-11-24): needs a key, and is free.
    platform: {
      baseUrlVariable: "FAL_PLATFORM_BASE_URL",
      defaultBaseUrl: "https://api.fal.ai/v1",
      keyCheckPath: "/models/pricing?endpoint_id=fal-ai/esrgan",
    },
  },
  build: buildRequest,
  readSubmitted,
  status: (job) => ({
    request: jobRequest(job, "GET", "/status"),
    read: (response) => readStatus(response, job),
  }),
  cancel: (job) => jobRequest(job, "PUT", "/cancel"),
  readError,
});

/** What an endpoint takes. */
interface Endpoint {
  /** Behind the model's id. */
  suffix?: string;
  input: (call: ProviderCall, images: readonly string[]) => object;
}

const sized = ({ request, offer }: ProviderCall): object => ({
  prompt: request.prompt,
  image_size: { width: offer.widthPx, height: offer.heightPx },
});
const counted = (call: ProviderCall): object => ({ ...sized(call), num_images: call.count });
const jpegOrPng = ({ request }: ProviderCall): string => (request.format === "jpeg" ? "jpeg" : "png");

const GENERATE: Endpoint = { input: counted };
const EDIT: Endpoint = { input: (call, images) => ({ ...counted(call), image_urls: images }) };
const UPSCALE: Endpoint = {
  input: ({ offer }, [image]) => ({ image_url: image, upscale_factor: offer.factor }),
};

const KONTEXT: Endpoint = {
  input: (call, [image]) => ({
    prompt: call.request.prompt,
    image_url: image,
    num_images: call.count,
    resolution_mode: call.offer.aspect ?? "match_input",
    output_format: jpegOrPng(call),
  }),
};
const SEEDVR: Endpoint = {
  input: ({ request, offer }, [image]) => ({
    image_url: image,
    upscale_mode: "factor",
    upscale_factor: offer.factor,
    output_format: request.format === "jpeg" ? "jpg" : request.format,
  }),
};
const ESRGAN: Endpoint = {
  input: (call, [image]) => ({ image_url: image, scale: call.offer.factor, output_format: jpegOrPng(call) }),
};

/** Where a model differs from the usual fields (type declarations of npm `@fal-ai/client` 1.10.1). */
const ENDPOINTS: ReadonlyMap<string, Partial<Record<Operation, Endpoint>>> = new Map(
  Object.entries({
    "fal-ai/bytedance/seedream/v4.5": {
      generate: { ...GENERATE, suffix: "/text-to-image" },
      edit: { ...EDIT, suffix: "/edit" },
    },
    "fal-ai/wan/v2.7/pro": {
      generate: { suffix: "/text-to-image", input: (call) => ({ ...sized(call), max_images: call.count }) },
      edit: { ...EDIT, suffix: "/edit" },
    },
    "fal-ai/flux-kontext/dev": { edit: KONTEXT },
    "fal-ai/recraft-20b": { generate: { input: sized } },
    "fal-ai/seedvr/upscale/image": { upscale: SEEDVR },
    "fal-ai/esrgan": { upscale: ESRGAN },
    "fal-ai/topaz/upscale/image": {
      upscale: { input: (call, images) => ({ ...UPSCALE.input(call, images), output_format: jpegOrPng(call) }) },
    },
    "fal-ai/recraft/upscale/crisp": { upscale: { input: (_call, [image]) => ({ image_url: image }) } },
  } satisfies Record<string, Partial<Record<Operation, Endpoint>>>),
);

const USUAL: Readonly<Record<Operation, Endpoint>> = { generate: GENERATE, edit: EDIT, upscale: UPSCALE };

function buildRequest(call: ProviderCall, codec: Codec): HttpRequest {
  const { request, offer } = call;
  const endpoint = ENDPOINTS.get(offer.model)?.[request.operation] ?? USUAL[request.operation];
  const images = request.references.map((image) => dataUrl(image, codec));
  return {
    provider: "fal",
    method: "POST",
    path: `/${encodePath(offer.model)}${endpoint.suffix ?? ""}`,
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(endpoint.input(call, images)),
  };
}

function dataUrl({ bytes, mediaType }: ImageInput, codec: Codec): string {
  return `data:${mediaType};base64,${codec.encodeBase64(bytes)}`;
}

function encodePath(id: string): string {
  return id.split("/").map(encodeURIComponent).join("/");
}

/** Requests are kept under the first two parts of the endpoint's id. */
function jobRequest(job: ProviderJob, method: "GET" | "PUT", end: string): HttpRequest {
  const app = job.model.split("/").slice(0, 2).map(encodeURIComponent).join("/");
  const path = `/${app}/requests/${encodeURIComponent(job.id)}${end}`;
  return { provider: "fal", method, path, headers: { accept: "application/json" } };
}

async function readSubmitted(response: HttpResponse, call: ProviderCall): Promise<ProviderJob> {
  const body = await readErrorBody(response.body);
  const id = parseErrorBody(body)?.["request_id"];
  if (typeof id === "string" && id !== "") return { id, model: call.offer.model };
  throw new ArtdeskError({
    code: "bad_response",
    shortMessage: `fal.ai took the request for ${call.offer.model} but named no request id.`,
    details: oneLine(body),
    hint: "The image may have been billed.",
    provider: "fal",
    model: call.offer.model,
    status: response.status,
    billed: "unknown",
  });
}

async function readStatus(response: HttpResponse, job: ProviderJob): Promise<JobStep> {
  const body = await readErrorBody(response.body);
  if (response.status > 299) throw replyError(response, body, subjectOf(job), { message: detailOf(body).message });
  const status = parseErrorBody(body)?.["status"];
  if (status === "IN_QUEUE" || status === "IN_PROGRESS") return { kind: "wait" };
  if (status !== "COMPLETED") throw unreadable(job, `the state "${oneLine(String(status))}"`);
  const question = { request: jobRequest(job, "GET", ""), read: (result: HttpResponse) => readResult(result, job) };
  return { kind: "ask", question };
}

async function readResult(response: HttpResponse, job: ProviderJob): Promise<JobStep> {
  const body = await readErrorBody(response.body, RESULT_BYTES);
  const reply = parseErrorBody(body);
  if (response.status > 299) {
    // The result of a failed job is its own error; a gateway's error has no detail, and says nothing about the job.
    const isOwn = reply?.["detail"] !== undefined && response.status !== 401 && response.status !== 429;
    const error = replyError(response, body, subjectOf(job), isOwn ? failedJob(body) : {});
    if (isOwn) return { kind: "failed", error };
    throw error;
  }
  const images = Array.isArray(reply?.["images"]) ? reply["images"] : [reply?.["image"]];
  const flags = reply?.["has_nsfw_concepts"];
  if (Array.isArray(flags) && flags.length > 0 && flags.every((flag) => flag === true)) {
    return { kind: "failed", error: replyError(response, "", subjectOf(job), BLACKED_OUT) };
  }
  const files = images.map(recordOf).flatMap((image): JobFile[] => {
    const url = image?.["url"];
    const type = image?.["content_type"];
    return typeof url === "string" ? [{ url, declaredType: typeof type === "string" ? type : undefined }] : [];
  });
  if (files.length === 0) throw unreadable(job, "a result without images");
  const units = Number(response.headers["x-fal-billable-units"]);
  return { kind: "done", files, billedUnits: units >= 0 ? units : undefined };
}

/** Results hold addresses, not images. */
const RESULT_BYTES = 4 * 1024 * 1024;

const BLACKED_OUT: KnownFailure = {
  code: "content_refused",
  billed: "unknown",
  shortMessage: "fal.ai blacked the image out: its safety checker objects.",
  hint: "Reword the prompt. Sending it again unchanged will most likely be refused again.",
};

/** `detail` is a sentence, or a list of mistakes with their places. */
function detailOf(body: string): { message: string; types: readonly string[] } {
  const detail = parseErrorBody(body)?.["detail"];
  if (typeof detail === "string") return { message: detail, types: [] };
  const entries = (Array.isArray(detail) ? detail : []).map(recordOf);
  const sentences = entries.map((entry) => {
    const place = Array.isArray(entry?.["loc"]) ? `${entry["loc"].slice(1).join(".")}: ` : "";
    return `${place}${typeof entry?.["msg"] === "string" ? entry["msg"] : ""}`;
  });
  return { message: sentences.join("; "), types: entries.map((entry) => String(entry?.["type"])) };
}

/** Types of mistakes that lie with fal or its partners, whatever the status (docs.fal.ai, errors, 2026-11). */
const NOT_THE_USERS =
  /^(downstream_service|internal_server|generation_timeout|startup_timeout|runner_|server_|request_timeout)/;

/** A job that failed is free, whatever its status. */
function failedJob(body: string): KnownFailure {
  const { message, types } = detailOf(body);
  if (types.some((type) => NOT_THE_USERS.test(type))) return { code: "unavailable", message, billed: "no" };
  if (types.includes("content_policy_violation")) return { ...refusal(message), billed: "no" };
  return { message, billed: "no" };
}

function refusal(message: string): KnownFailure {
  return {
    code: "content_refused",
    billed: "no",
    shortMessage: `fal.ai refused this prompt. ${oneLine(message)}`,
    hint: "Reword the prompt. Sending it again unchanged will most likely be refused again.",
  };
}

function unreadable(job: ProviderJob, what: string): ArtdeskError {
  const shortMessage = `fal.ai answered with ${what} for ${job.model}.`;
  return new ArtdeskError({ code: "bad_response", shortMessage, provider: "fal", model: job.model, billed: "unknown" });
}

async function readError(response: HttpResponse, call: ProviderCall): Promise<ArtdeskError> {
  const subject = subjectOf({ id: response.headers["x-fal-request-id"], model: call.offer.model });
  const body = await readErrorBody(response.body);
  const { message, types } = detailOf(body);
  if (types.includes("content_policy_violation")) return replyError(response, body, subject, refusal(message));
  if (types.some((type) => NOT_THE_USERS.test(type)))
    return replyError(response, body, subject, { code: "unavailable", message, billed: "no" });
  // A key without credit is locked, which comes as 403.
  if (response.status === 403 && /balance|credit/i.test(message))
    return replyError(response, body, subject, { code: "quota_exhausted", message });
  if (response.status === 404 && message !== "") return replyError(response, body, subject, modelNotServed(subject));
  return replyError(response, body, subject, { message });
}

function subjectOf(job: { id: string | undefined; model: string }): CallSubject {
  return { provider: "fal", providerName: "fal.ai", model: job.model, requestId: job.id };
}

import { ArtdeskError } from "../../basics/errors.ts";
import type { Codec, HttpRequest, HttpResponse } from "../../basics/ports.ts";
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
  type JobProvider,
  type JobStep,
  type ProviderCall,
  type ProviderJob,
} from "../adapter/provider.ts";

/**
 * Replicate's predictions (npm `replicate` 1.4.0; replicate.com/docs, 2026-11-23). The reply is not waited for
 * (`Prefer: wait`): the id must be known before the work begins to cost. Failed and aborted predictions are free,
 * canceled ones are charged (replicate.com/changelog, 2025-10-16), so that none is ever canceled. Files are deleted
 * after an hour.
 */
export const replicate: JobProvider = defineProvider({
  kind: "job",
  id: "replicate",
  name: "Replicate",
  auth: {
    header: "authorization",
    prefix: "Bearer ",
    keyVariable: "REPLICATE_API_TOKEN",
    baseUrlVariable: "REPLICATE_BASE_URL",
    defaultBaseUrl: "https://api.replicate.com/v1",
    // replicate.com/docs/reference/http, account.get (2026-11-24).
    keyCheckPath: "/account",
  },
  build: buildRequest,
  readSubmitted,
  status: (job) => ({
    request: {
      provider: "replicate",
      method: "GET",
      path: `/predictions/${encodeURIComponent(job.id)}`,
      headers: { accept: "application/json" },
    },
    read: (response) => readPrediction(response, job),
  }),
  cancel: undefined,
  readError,
});

/** Largest data URL that an input takes; larger files would have to lie at an address. */
const MAX_DATA_URL_CHARACTERS = 256_000;

type Input = (call: ProviderCall, images: readonly string[]) => object;

const usualInput: Input = ({ request, offer }, images) => ({
  prompt: request.prompt,
  aspect_ratio: offer.aspect ?? "1:1",
  ...(images.length === 0 ? {} : { image_input: images }),
});

/** Input fields per model: every model on Replicate has its own. */
const INPUTS: ReadonlyMap<string, Input> = new Map<string, Input>([
  [
    "bytedance/seedream-4.5",
    (call, images) => ({
      ...usualInput(call, images),
      size: call.offer.resolution ?? "2K",
      sequential_image_generation: "disabled",
    }),
  ],
  [
    "prunaai/flux-kontext-fast",
    ({ request, offer }, [image]) => ({
      prompt: request.prompt,
      img_cond_path: image,
      aspect_ratio: offer.aspect ?? "match_input_image",
      output_format: request.format === "jpeg" ? "jpg" : request.format,
    }),
  ],
]);

function buildRequest(call: ProviderCall, codec: Codec): HttpRequest {
  const { request, offer } = call;
  const images = request.references.map(({ bytes, mediaType, name }) => {
    const url = `data:${mediaType};base64,${codec.encodeBase64(bytes)}`;
    if (url.length <= MAX_DATA_URL_CHARACTERS) return url;
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: `Replicate takes images of at most 190 kB in a request, and ${name} has ${Math.ceil(bytes.length / 1000)} kB.`,
      hint: "Make the reference smaller, or choose a model of another provider.",
      provider: "replicate",
      model: offer.model,
    });
  });
  const input = (INPUTS.get(offer.model) ?? usualInput)(call, images);
  return {
    provider: "replicate",
    method: "POST",
    path: `/models/${offer.model.split("/").map(encodeURIComponent).join("/")}/predictions`,
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ input }),
  };
}

async function readSubmitted(response: HttpResponse, call: ProviderCall): Promise<ProviderJob> {
  const body = await readErrorBody(response.body, PREDICTION_BYTES);
  const id = parseErrorBody(body)?.["id"];
  if (typeof id === "string" && id !== "") return { id, model: call.offer.model };
  throw new ArtdeskError({
    code: "bad_response",
    shortMessage: `Replicate took the request for ${call.offer.model} but named no prediction.`,
    details: oneLine(body),
    hint: "The image may have been billed.",
    provider: "replicate",
    model: call.offer.model,
    status: response.status,
    billed: "unknown",
  });
}

/** A prediction repeats its input, with the images that went in. */
const PREDICTION_BYTES = 8 * 1024 * 1024;

async function readPrediction(response: HttpResponse, job: ProviderJob): Promise<JobStep> {
  const body = await readErrorBody(response.body, PREDICTION_BYTES);
  const subject = subjectOf(job);
  const prediction = parseErrorBody(body);
  if (response.status > 299) throw replyError(response, body, subject, describeFailure(response, body, subject));
  const failed = (known: KnownFailure): JobStep => ({
    kind: "failed",
    error: replyError({ ...response, status: 200 }, "", subject, known),
  });
  const status = prediction?.["status"];
  if (status === "starting" || status === "processing") return { kind: "wait" };
  if (status === "succeeded")
    return readOutput(prediction?.["output"], prediction?.["data_removed"] === true, failed, job);
  if (status === "failed") return failed(failedPrediction(prediction?.["error"]));
  if (status === "aborted") {
    const shortMessage = "Replicate gave the prediction up before it began.";
    return failed({ code: "unavailable", billed: "no", shortMessage });
  }
  if (status === "canceled") {
    const shortMessage = "The prediction was canceled at Replicate, which charges for the time it ran.";
    return failed({ code: "aborted", billed: "unknown", shortMessage });
  }
  throw unreadable(job, `the state "${oneLine(String(status))}"`);
}

function readOutput(
  output: unknown,
  isRemoved: boolean,
  failed: (known: KnownFailure) => JobStep,
  job: ProviderJob,
): JobStep {
  const urls = (Array.isArray(output) ? output : [output]).filter((url) => typeof url === "string");
  if (urls.length > 0) return { kind: "done", files: urls.map((url) => ({ url })), billedUnits: undefined };
  if (!isRemoved) throw unreadable(job, "a result without images");
  const shortMessage = "Replicate has deleted the prediction's images: it keeps them for one hour.";
  return failed({ code: "bad_response", billed: "unknown", shortMessage });
}

function failedPrediction(error: unknown): KnownFailure {
  const message = typeof error === "string" ? error : "";
  if (/nsfw|safety|sensitive|flagged|moderat|E005/i.test(message)) {
    return {
      code: "content_refused",
      billed: "no",
      shortMessage: `Replicate refused this prompt. ${oneLine(message)}`,
      hint: "Reword the prompt. Sending it again unchanged will most likely be refused again.",
    };
  }
  return { code: "unavailable", billed: "no", shortMessage: `The prediction failed at Replicate. ${oneLine(message)}` };
}

function unreadable(job: ProviderJob, what: string): ArtdeskError {
  const shortMessage = `Replicate answered with ${what} for ${job.model}.`;
  return new ArtdeskError({
    code: "bad_response",
    shortMessage,
    provider: "replicate",
    model: job.model,
    billed: "unknown",
  });
}

/** `detail`, sometimes with a `title`; a throttled reply names its wait in words only. */
function describeFailure(response: HttpResponse, body: string, subject: CallSubject): KnownFailure {
  const detail = parseErrorBody(body)?.["detail"];
  const message = typeof detail === "string" ? detail : "";
  if (response.status === 404 && message !== "") return modelNotServed(subject);
  if (response.status !== 429) return { message };
  const seconds = /resets in ~?(\d+(?:\.\d+)?)\s*s/i.exec(message)?.[1];
  return { message, ...(seconds === undefined ? {} : { retryAfterMs: Math.ceil(Number(seconds) * 1000) }) };
}

async function readError(response: HttpResponse, call: ProviderCall): Promise<ArtdeskError> {
  const subject = subjectOf({ id: undefined, model: call.offer.model });
  const body = await readErrorBody(response.body);
  return replyError(response, body, subject, describeFailure(response, body, subject));
}

function subjectOf(job: { id: string | undefined; model: string }): CallSubject {
  return { provider: "replicate", providerName: "Replicate", model: job.model, requestId: job.id };
}

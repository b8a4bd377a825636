import type { ImageOrder } from "../../images/image-studio.ts";
import { freeAnswer } from "../../desk/answer.ts";
import type { Answer } from "../../desk/answer.ts";
import type { Desk } from "../../desk/desk.ts";
import type { SimulatedProvider } from "../../desk/provider.ts";
import { cancelJob, fileAnswer, fileUrls, submitJob } from "../../jobs/queued-job.ts";
import type { JobDraft, QueuedJob } from "../../desk/job-shelf.ts";
import { jsonReply } from "../../basics/wire.ts";
import type { Reply, WireRequest } from "../../basics/wire.ts";
import { FAL_ENDPOINTS, mistakesIn } from "./fal-endpoints.ts";
import { pixelsOf } from "../../images/image-probe.ts";
import { NAMED_SIZES } from "./fal-fields.ts";
import type { FalEndpoint, FieldMistake } from "./fal-endpoints.ts";

/** fal.ai's queue: submit, status, result, cancel, and the file store. Bills successful outputs only. */
export const fal: SimulatedProvider = {
  name: "fal",
  basePath: "/fal",
  keyHeaders: ["authorization"],
  environment: (origin) => ({ FAL_BASE_URL: `${origin}/fal`, FAL_KEY: "sim-fal" }),
  answer,
  failure: (status, message) => detail(status, message),
};

function detail(
  status: number,
  message: string | readonly FieldMistake[],
  headers: Record<string, string> = {},
): Reply {
  return jsonReply(status, { detail: message }, headers);
}

async function answer(wire: WireRequest, desk: Desk): Promise<Answer> {
  const file = /^\/files\/([^/]+)\/(\d+)\.\w+$/.exec(wire.path);
  if (file && wire.method === "GET") {
    const owner = desk.jobs.find("fal", file[1] ?? "");
    return (owner && (await fileAnswer(owner, Number(file[2]), desk))) ?? freeAnswer(detail(404, "Not Found"));
  }
  if (!/^Key .+/.test(wire.headers["authorization"] ?? "")) {
    return freeAnswer(detail(401, "Cannot access application. Authentication is required to access this application."));
  }
  const known = /^\/([^/]+\/[^/]+)\/requests\/([^/]+)(\/status|\/cancel)?$/.exec(wire.path);
  if (known) {
    const job = desk.jobs.find("fal", known[2] ?? "");
    if (!job?.model.startsWith(`${known[1]}`)) return freeAnswer(detail(404, "Request not found"));
    return freeAnswer(answerAboutJob(wire, job, known[3], desk));
  }
  if (wire.method === "GET" && wire.path === "/models/pricing") return freeAnswer(listPrices(wire));
  const id = wire.path.slice(1);
  const endpoint = FAL_ENDPOINTS.get(id);
  if (!endpoint || wire.method !== "POST") return freeAnswer(detail(404, `Application '${id}' not found`));
  return submit(wire, id, endpoint, desk);
}

/** Prices of the endpoints that are asked for, as fal.ai's platform API lists them (docs.fal.ai, Model API pricing, 2026-11-23). */
function listPrices({ query }: WireRequest): Reply {
  const ids = query.getAll("endpoint_id").flatMap((value) => value.split(","));
  const prices = ids.flatMap((id) => {
    const price = FAL_ENDPOINTS.get(id)?.price;
    const unit = price?.per === "megapixel" ? "megapixels" : "images";
    return price ? [{ endpoint_id: id, unit_price: price.microUsd / 1_000_000, unit, currency: "USD" }] : [];
  });
  if (prices.length < ids.length) return detail(404, "Endpoint not found");
  return jsonReply(200, { prices, next_cursor: null, has_more: false });
}

async function submit(wire: WireRequest, id: string, endpoint: FalEndpoint, desk: Desk): Promise<Answer> {
  if (wire.body.kind !== "json" || typeof wire.body.value !== "object" || wire.body.value === null) {
    return freeAnswer(detail(422, [{ loc: ["body"], msg: "Input should be a valid dictionary", type: "dict_type" }]));
  }
  const body = wire.body.value as Record<string, unknown>;
  const mistakes = mistakesIn(body, endpoint);
  if (mistakes.length > 0) return freeAnswer(detail(422, mistakes));
  const draft = await draftJob(body, id, endpoint, desk);
  if ("loc" in draft) return freeAnswer(detail(422, [draft]));
  return submitJob(draft, desk, {
    accepted: (job) => describeAccepted(job, originOf(wire)),
    rateLimited: (waitMs) =>
      detail(429, "Too many concurrent requests", { "retry-after": String(Math.ceil(waitMs / 1000)) }),
    outOfCredit: () =>
      detail(403, "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing."),
    unauthorized: () => detail(401, "Invalid Key"),
    serverError: (status) => detail(status, "Internal Server Error"),
  }).answer;
}

async function draftJob(
  body: Readonly<Record<string, unknown>>,
  id: string,
  endpoint: FalEndpoint,
  desk: Desk,
): Promise<JobDraft | FieldMistake> {
  const pictures = [body["image_urls"] ?? body["image_url"] ?? []].flat();
  const sources = await Promise.all(pictures.map(pixelsOf));
  const broken = sources.findIndex((source) => source === undefined);
  if (broken >= 0)
    return { loc: ["body", "image_url", broken], msg: "Failed to load the image", type: "image_load_error" };
  const [source] = sources;
  const count = endpoint.countField === undefined ? 1 : Number(body[endpoint.countField] ?? 1);
  const size = sizeOf(body, endpoint, source);
  const format = body["output_format"] ?? "png";
  const orders = Array.from({ length: count }, (_, index): ImageOrder => ({
    model: id,
    operation: endpoint.operation,
    prompt: typeof body["prompt"] === "string" ? body["prompt"] : "",
    ...size,
    quality: "default",
    index,
    format: format === "jpeg" || format === "jpg" ? "jpeg" : format === "webp" ? "webp" : "png",
  }));
  const units = endpoint.price.per === "image" ? 1 : Math.ceil((size.widthPx * size.heightPx) / 1_000_000);
  const requestId = desk.nextId().replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  return {
    provider: "fal",
    model: id,
    operation: endpoint.operation,
    prompt: typeof body["prompt"] === "string" ? body["prompt"] : "",
    id: requestId,
    input: body,
    orders,
    microUsdPerImage: units * endpoint.price.microUsd,
    billedUnits: units,
  };
}

const KONTEXT_PIXELS: Readonly<Record<string, readonly [number, number]>> = {
  "1:1": [1024, 1024],
  "3:2": [1248, 832],
  "2:3": [832, 1248],
  "4:3": [1184, 880],
  "3:4": [880, 1184],
  "16:9": [1392, 752],
  "9:16": [752, 1392],
  "21:9": [1568, 672],
};

function sizeOf(
  body: Readonly<Record<string, unknown>>,
  endpoint: FalEndpoint,
  source: { widthPx: number; heightPx: number } | undefined,
): { widthPx: number; heightPx: number } {
  if (endpoint.operation === "upscale" && source) {
    const factor = endpoint.factorField === undefined ? 4 : Number(body[endpoint.factorField] ?? 2);
    return { widthPx: Math.round(source.widthPx * factor), heightPx: Math.round(source.heightPx * factor) };
  }
  const size = body["image_size"];
  const { width, height } = (typeof size === "object" && size !== null ? size : {}) as Record<string, number>;
  if (width !== undefined && height !== undefined) return { widthPx: width, heightPx: height };
  const named = NAMED_SIZES[String(size)] ?? KONTEXT_PIXELS[String(body["resolution_mode"])];
  if (named) return { widthPx: named[0], heightPx: named[1] };
  return source ?? { widthPx: 1024, heightPx: 1024 };
}

function originOf(wire: WireRequest): string {
  return `http://${wire.headers["host"] ?? "127.0.0.1"}/fal`;
}

function describeAccepted(job: QueuedJob, origin: string): Reply {
  const address = `${origin}/${job.model.split("/").slice(0, 2).join("/")}/requests/${job.id}`;
  return jsonReply(200, {
    status: "IN_QUEUE",
    request_id: job.id,
    response_url: address,
    status_url: `${address}/status`,
    cancel_url: `${address}/cancel`,
    queue_position: 0,
  });
}

function answerAboutJob(wire: WireRequest, job: QueuedJob, what: string | undefined, desk: Desk): Reply {
  const open = job.state === "queued" ? "IN_QUEUE" : job.state === "running" ? "IN_PROGRESS" : undefined;
  if (what === "/cancel") {
    if (wire.method !== "PUT") return detail(405, "Method Not Allowed");
    const isCanceled = cancelJob(job, desk, false);
    return jsonReply(isCanceled ? 202 : 400, { status: isCanceled ? "CANCELLATION_REQUESTED" : "ALREADY_COMPLETED" });
  }
  if (wire.method !== "GET") return detail(405, "Method Not Allowed");
  if (what === "/status") return jsonReply(open ? 202 : 200, { status: open ?? "COMPLETED", request_id: job.id });
  if (open) return detail(400, "Request is still in progress");
  if (job.state === "canceled") return detail(499, "Request was cancelled");
  if (job.state === "failed") {
    const msg = "The content could not be processed because it contained material flagged by a content checker.";
    return detail(422, [{ loc: ["body", "prompt"], msg, type: "content_policy_violation" }]);
  }
  const files = fileUrls(job, originOf(wire)).map((url, index) => {
    const order = job.orders[index];
    return { url, content_type: `image/${order?.format}`, width: order?.widthPx, height: order?.heightPx };
  });
  const isSingle = job.operation === "upscale";
  const units = job.stated === undefined ? job.orders.length * job.billedUnits : job.stated.units;
  return jsonReply(200, isSingle && files[0] ? { image: files[0] } : { images: files, seed: 1 }, {
    ...(units !== undefined && { "x-fal-billable-units": typeof units === "string" ? units : JSON.stringify(units) }),
    "x-fal-request-id": job.id,
  });
}

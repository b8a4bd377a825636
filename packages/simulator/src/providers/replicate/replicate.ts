import { jsonReply } from "../../basics/wire.ts";
import type { Reply, WireRequest } from "../../basics/wire.ts";
import { freeAnswer } from "../../desk/answer.ts";
import type { Answer } from "../../desk/answer.ts";
import type { Desk } from "../../desk/desk.ts";
import type { JobDraft, QueuedJob } from "../../desk/job-shelf.ts";
import type { SimulatedProvider } from "../../desk/provider.ts";
import { pixelsOf } from "../../images/image-probe.ts";
import type { ImageOrder } from "../../images/image-studio.ts";
import { cancelJob, fileAnswer, fileUrls, submitJob } from "../../jobs/queued-job.ts";

/** Replicate's predictions: create, get, cancel, and files that vanish after an hour. Canceled ones are charged. */
export const replicate: SimulatedProvider = {
  name: "replicate",
  basePath: "/replicate/v1",
  keyHeaders: ["authorization"],
  environment: (origin) => ({ REPLICATE_BASE_URL: `${origin}/replicate/v1`, REPLICATE_API_TOKEN: "sim-replicate" }),
  answer,
  failure: (status, message) => problem(status, "Error", message),
};

const HOUR_MS = 3_600_000;
const MAX_DATA_URL_CHARACTERS = 256_000;

interface Model {
  readonly operation: "generate" | "edit";
  /** Field of the images that go in. */
  readonly imageField: string;
  readonly imagesRequired: boolean;
  readonly fields: Readonly<Record<string, readonly string[] | "any">>;
  readonly pixels: (input: Readonly<Record<string, unknown>>) => readonly [number, number];
  /** Made up: Replicate's prices stand on its site only. */
  readonly microUsd: number;
}

const SHAPES: Readonly<Record<string, readonly [number, number]>> = {
  match_input_image: [1024, 1024],
  "1:1": [1024, 1024],
  "3:2": [1248, 832],
  "2:3": [832, 1248],
  "4:3": [1184, 880],
  "3:4": [880, 1184],
  "16:9": [1392, 752],
  "9:16": [752, 1392],
  "21:9": [1568, 672],
};

const MODELS: ReadonlyMap<string, Model> = new Map<string, Model>([
  [
    "prunaai/flux-kontext-fast",
    {
      operation: "edit",
      imageField: "img_cond_path",
      imagesRequired: true,
      fields: {
        prompt: "any",
        img_cond_path: "any",
        aspect_ratio: Object.keys(SHAPES),
        output_format: ["png", "jpg", "webp"],
        seed: "any",
      },
      pixels: ({ aspect_ratio: shape }) => (typeof shape === "string" ? SHAPES[shape] : undefined) ?? [1024, 1024],
      microUsd: 5_000,
    },
  ],
  [
    "bytedance/seedream-4.5",
    {
      operation: "generate",
      imageField: "image_input",
      imagesRequired: false,
      fields: {
        prompt: "any",
        image_input: "any",
        size: ["2K", "4K"],
        aspect_ratio: ["match_input_image", "1:1"],
        sequential_image_generation: ["disabled", "auto"],
        max_images: "any",
      },
      pixels: ({ size }) => (size === "4K" ? [4096, 4096] : [2048, 2048]),
      microUsd: 40_000,
    },
  ],
]);

function problem(status: number, title: string, message: string): Reply {
  return jsonReply(status, { title, detail: message, status });
}

async function answer(wire: WireRequest, desk: Desk): Promise<Answer> {
  const file = /^\/files\/([^/]+)\/(\d+)\.\w+$/.exec(wire.path);
  if (file && wire.method === "GET") {
    const owner = desk.jobs.find("replicate", file[1] ?? "");
    const found = owner && !isRemoved(owner, desk) ? await fileAnswer(owner, Number(file[2]), desk) : undefined;
    return (
      found ??
      freeAnswer({ status: 404, headers: { "content-type": "text/plain" }, chunks: [Buffer.from("Not Found")] })
    );
  }
  if (!/^Bearer .+/.test(wire.headers["authorization"] ?? "")) {
    return freeAnswer(problem(401, "Unauthenticated", "You did not pass a valid authentication token"));
  }
  if (wire.method === "GET" && wire.path === "/account")
    return freeAnswer(jsonReply(200, { type: "user", username: "sim", name: "Simulator", github_url: "" }));
  const asked = /^\/predictions\/([^/]+)(\/cancel)?$/.exec(wire.path);
  if (asked) {
    const job = desk.jobs.find("replicate", asked[1] ?? "");
    if (!job) return freeAnswer(notFound());
    if (wire.method !== (asked[2] ? "POST" : "GET"))
      return freeAnswer(problem(405, "Method not allowed", "Not allowed."));
    if (asked[2]) cancelJob(job, desk, true);
    return freeAnswer(describe(job, 200, wire, desk));
  }
  if (wire.method === "GET" && wire.path === "/account")
    return freeAnswer(jsonReply(200, { type: "user", username: "sim", name: "Simulator", github_url: null }));
  const named = /^\/models\/(([^/]+)\/([^/]+))$/.exec(wire.path);
  if (named && wire.method === "GET" && MODELS.has(named[1] ?? "")) {
    const [, id, owner, name] = named;
    const url = `https://replicate.com/${id}`;
    return freeAnswer(jsonReply(200, { url, owner, name, visibility: "public", run_count: 0, latest_version: null }));
  }
  const created = /^\/models\/([^/]+\/[^/]+)\/predictions$/.exec(wire.path);
  const model = MODELS.get(created?.[1] ?? "");
  if (!model || wire.method !== "POST") return freeAnswer(notFound());
  return create(wire, created?.[1] ?? "", model, desk);
}

function notFound(): Reply {
  return problem(404, "Not found", "The requested resource could not be found.");
}

async function create(wire: WireRequest, id: string, model: Model, desk: Desk): Promise<Answer> {
  const body = wire.body.kind === "json" ? wire.body.value : undefined;
  const input = (body as { input?: unknown } | undefined)?.input;
  if (typeof input !== "object" || input === null) return freeAnswer(invalid("input: required"));
  const draft = await draftJob(input as Record<string, unknown>, id, model, desk);
  if (typeof draft === "string") return freeAnswer(invalid(draft));
  const waitSeconds = preferredWait(wire.headers["prefer"]);
  if (waitSeconds === undefined) return freeAnswer(invalid("Prefer: wait takes 1 to 60 seconds"));
  const { answer: accepted, job } = submitJob(draft, desk, {
    accepted: (taken) => describe(taken, 201, wire, desk),
    rateLimited: (waitMs) =>
      jsonReply(429, {
        detail: `Request was throttled. Your rate limit resets in ~${Math.ceil(waitMs / 1000)}s.`,
        status: 429,
      }),
    outOfCredit: () => problem(402, "Insufficient credit", "You have insufficient credit to run this model."),
    unauthorized: () => problem(401, "Unauthenticated", "You did not pass a valid authentication token"),
    serverError: (status) => problem(status, "Internal server error", "Something went wrong."),
  });
  if (!job || waitSeconds === 0 || accepted.delivery.how !== "whole") return accepted;
  await Promise.race([job.ended, desk.timers.wait(waitSeconds * 1000)]);
  return { ...accepted, reply: describe(job, job.endedAtMs === undefined ? 202 : 201, wire, desk) };
}

/** Seconds of `Prefer: wait`; 0 without it. */
function preferredWait(header: string | undefined): number | undefined {
  if (header === undefined) return 0;
  const seconds = /^wait(?:=(\d+))?$/.exec(header.trim());
  const value = Number(seconds?.[1] ?? 60);
  return seconds && value >= 1 && value <= 60 ? value : undefined;
}

function invalid(message: string): Reply {
  return problem(422, "Input validation failed", `- ${message}\n`);
}

async function draftJob(
  input: Readonly<Record<string, unknown>>,
  id: string,
  model: Model,
  desk: Desk,
): Promise<JobDraft | string> {
  for (const [field, value] of Object.entries(input)) {
    const rule = model.fields[field];
    if (rule === undefined) return `input.${field}: Additional property ${field} is not allowed`;
    if (rule !== "any" && !rule.some((option) => option === value))
      return `input.${field}: must be one of ${rule.join(", ")}`;
  }
  const { prompt } = input;
  if (typeof prompt !== "string" || prompt === "") return "input.prompt: required";
  const pictures = [input[model.imageField] ?? []].flat();
  if (model.imagesRequired && pictures.length === 0) return `input.${model.imageField}: required`;
  for (const picture of pictures) {
    if (typeof picture === "string" && picture.length > MAX_DATA_URL_CHARACTERS)
      return `input.${model.imageField}: data URL is larger than 256kb`;
    if ((await pixelsOf(picture)) === undefined) return `input.${model.imageField}: Does not match format 'uri'`;
  }
  const [widthPx, heightPx] = model.pixels(input);
  const format = input["output_format"];
  const operation = pictures.length > 0 ? "edit" : model.operation;
  const order: ImageOrder = {
    model: id,
    operation,
    prompt,
    widthPx,
    heightPx,
    quality: "default",
    index: 0,
    format: format === "jpg" ? "jpeg" : format === "webp" ? "webp" : "png",
  };
  const jobId = BigInt(`0x${desk.nextId()}`).toString(36).padStart(26, "0").slice(0, 26);
  return {
    provider: "replicate",
    model: id,
    operation,
    prompt,
    id: jobId,
    input,
    orders: [order],
    microUsdPerImage: model.microUsd,
    billedUnits: 1,
  };
}

function isRemoved(job: QueuedJob, desk: Desk): boolean {
  return job.endedAtMs !== undefined && desk.nowMs() - job.endedAtMs >= HOUR_MS;
}

function describe(job: QueuedJob, status: number, wire: WireRequest, desk: Desk): Reply {
  const origin = `http://${wire.headers["host"] ?? "127.0.0.1"}/replicate/v1`;
  const removed = isRemoved(job, desk);
  const states = {
    queued: "starting",
    running: "processing",
    succeeded: "succeeded",
    failed: "failed",
    canceled: "canceled",
  };
  const done = job.endedAtMs === undefined ? {} : { completed_at: new Date(job.endedAtMs).toISOString() };
  return jsonReply(status, {
    id: job.id,
    model: job.model,
    version: "hidden",
    input: removed ? {} : job.input,
    logs: "",
    output: job.state === "succeeded" && !removed ? fileUrls(job, origin) : null,
    data_removed: removed,
    error: job.state === "failed" ? "The input or output was flagged as sensitive. Please try again (E005)" : null,
    source: "api",
    status: states[job.state],
    created_at: new Date(job.createdAtMs).toISOString(),
    ...done,
    urls: { get: `${origin}/predictions/${job.id}`, cancel: `${origin}/predictions/${job.id}/cancel` },
  });
}

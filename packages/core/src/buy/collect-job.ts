import { DISPOSITIONS } from "../basics/error-code.ts";
import { ArtdeskError, isArtdeskError } from "../basics/errors.ts";
import type { AbortSignalLike, Http } from "../basics/ports.ts";
import type { ReceivedImage } from "../basics/types.ts";
import { fetchFile, type FileHost } from "./fetch-file.ts";
import type { JobProvider, JobQuestion, JobStep, ProviderJob } from "../models/adapter/provider.ts";

const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 5_000;
/** For one question; a job's own time is limited by the deadline. */
const QUESTION_TIMEOUT_MS = 30_000;
const CANCEL_TIMEOUT_MS = 10_000;

export interface JobLimits {
  /** Images asked for; further ones are not fetched. */
  count: number;
  /** When to stop waiting, in milliseconds since 1970-01-01 UTC. */
  deadlineMs: number;
  signal?: AbortSignalLike | undefined;
}

/** What a finished job delivered. */
export interface CollectedJob {
  images: readonly ReceivedImage[];
  /** What the provider says it billed, in the unit of the model's price. */
  billedUnits: number | undefined;
  /** Why images are missing or could not be fetched. `billed: "unknown"`. */
  problem: ArtdeskError | undefined;
}

/**
 * Waits for a job and fetches its images. Asking is free, so it goes on through errors that may pass until the deadline.
 * When the signal aborts, a job that can be withdrawn for free is withdrawn.
 *
 * @throws ArtdeskError with the job's id: a definite end with its own `billed`, anything else with `billed: "unknown"`,
 * after which the same job can be collected again.
 */
export async function collectJob(
  host: FileHost,
  provider: JobProvider,
  job: ProviderJob,
  limits: JobLimits,
): Promise<CollectedJob> {
  try {
    const done = await waitForJob(host, provider, job, limits);
    return await fetchFiles(host, provider, done, limits);
  } catch (error) {
    throw withJob(error, provider, job);
  }
}

type DoneStep = Extract<JobStep, { kind: "done" }>;

/** A definite end, apart from errors that leave it open. */
class JobFailed extends Error {
  readonly failure: ArtdeskError;

  constructor(failure: ArtdeskError) {
    super(failure.message);
    this.failure = failure;
  }
}

async function waitForJob(
  { http, clock }: FileHost,
  provider: JobProvider,
  job: ProviderJob,
  { deadlineMs, signal }: JobLimits,
): Promise<DoneStep> {
  let question: JobQuestion = provider.status(job);
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    if (signal?.aborted) throw await withdraw(http, provider, job);
    const timeoutMs = Math.min(QUESTION_TIMEOUT_MS, deadlineMs - clock.nowMs());
    if (timeoutMs <= 0) throw notInTime(provider);
    const step = await ask(http, question, timeoutMs, signal);
    if (!isArtdeskError(step)) {
      if (step.kind === "done") return step;
      if (step.kind === "failed") throw new JobFailed(step.error);
      question = step.kind === "ask" ? step.question : provider.status(job);
      if (step.kind === "ask") continue;
    } else if (step.code !== "aborted" && !mayPass(step)) {
      throw step;
    }
    const waitMs = Math.max(pauseMs, isArtdeskError(step) ? (step.retryAfterMs ?? 0) : 0);
    await clock.sleep(Math.min(waitMs, Math.max(1, deadlineMs - clock.nowMs())), signal);
    pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 1.5);
  }
}

async function ask(
  http: Http,
  question: JobQuestion,
  timeoutMs: number,
  signal: AbortSignalLike | undefined,
): Promise<JobStep | ArtdeskError> {
  try {
    return await question.read(await http.send(question.request, { timeoutMs, signal }));
  } catch (error) {
    if (isArtdeskError(error)) return error;
    throw error;
  }
}

function mayPass(error: ArtdeskError): boolean {
  return DISPOSITIONS[error.code] === "retry_same";
}

/** Withdraws where that is free. Whether it came in time, only a later question can tell. */
async function withdraw(http: Http, provider: JobProvider, job: ProviderJob): Promise<ArtdeskError> {
  if (provider.cancel !== undefined) {
    try {
      const response = await http.send(provider.cancel(job), { timeoutMs: CANCEL_TIMEOUT_MS });
      for await (const _chunk of response.body) break;
    } catch {
      return stopped(provider);
    }
  }
  return stopped(provider);
}

function stopped(provider: JobProvider): ArtdeskError {
  return new ArtdeskError({
    code: "aborted",
    shortMessage: `Stopped while ${provider.name} was at work.`,
    hint: "The next run asks what became of the job.",
  });
}

function notInTime(provider: JobProvider): ArtdeskError {
  return new ArtdeskError({
    code: "timeout",
    shortMessage: `${provider.name} has not finished the job in time.`,
    hint: "The next run asks for the same job again.",
  });
}

async function fetchFiles(
  host: FileHost,
  provider: JobProvider,
  { files, billedUnits }: DoneStep,
  limits: JobLimits,
): Promise<CollectedJob> {
  const images: ReceivedImage[] = [];
  let problem: ArtdeskError | undefined;
  for (const file of files.slice(0, limits.count)) {
    const image = await fetchFile(host, provider, file, limits);
    if (isArtdeskError(image)) problem ??= image;
    else images.push(image);
  }
  if (problem === undefined && images.length < limits.count) {
    problem = new ArtdeskError({
      code: "bad_response",
      shortMessage: `${provider.name} made ${images.length} of ${limits.count} images.`,
      hint: "The delivered images are kept; run again to make the missing ones.",
      provider: provider.id,
      billed: "unknown",
    });
  }
  if (images.length === 0 && problem !== undefined) throw problem;
  return { images, billedUnits, problem };
}

/** Names the job in the error; an open end may be billed, whatever the error says of its own request. */
function withJob(cause: unknown, provider: JobProvider, job: ProviderJob): ArtdeskError {
  const known = cause instanceof JobFailed ? cause.failure : isArtdeskError(cause) ? cause : undefined;
  return new ArtdeskError({
    code: known?.code ?? "bad_response",
    shortMessage: known?.shortMessage ?? `${provider.name}'s answer about the job could not be read.`,
    details: known?.details ?? (cause instanceof Error ? cause.message : String(cause)),
    hint: known?.hint,
    provider: provider.id,
    model: job.model,
    status: known?.status,
    requestId: job.id,
    retryAfterMs: known?.retryAfterMs,
    billed: cause instanceof JobFailed ? cause.failure.billed : "unknown",
    usage: known?.usage,
    cause,
  });
}

import type { PublishedLimits } from "../../models/rows/published-limits.ts";
import { concurrencyOf, decide, grant, limitOf, type Verdict } from "./admission.ts";
import type { LaneNeed } from "./lane-limits.ts";
import type { LaneState } from "./lane-state.ts";
import { nextJob, type OrderedJob, serve } from "./order-jobs.ts";

/** Another process that waits gets this long to take its share of a window. */
const SHARE_PAUSE_MS = 100;
/** Processes that share a window take it in so many rounds, so that each has its turn with its most pressing jobs. */
const TURNS_PER_WINDOW = 4;
/** A process that waits says so again after this time. */
const HEARTBEAT_MS = 30_000;
/** A lane that waits for a call to end looks again at least this often. */
const LONGEST_SLEEP_MS = 60_000;

/** Which jobs may start, and when to ask again for the others. */
export interface LaneAnswer<T = unknown> {
  admitted: readonly { job: T; isProbe: boolean; leaseId: string | undefined }[];
  untilMs: number;
  /** What the others wait for. */
  because: Extract<Verdict, { go: false }>["because"] | "hours" | "share";
  nowMs: number;
}

/** Lets as many jobs start as the lane allows now: a pure step from one state to the next. */
export function admitJobs<T extends OrderedJob & LaneNeed & { notBeforeMs: number; leaseMs: number }>(input: {
  state: LaneState;
  published: PublishedLimits;
  jobs: readonly T[];
  served: ReadonlyMap<string, number>;
  /** Id to wait under, when other processes look; undefined when there are none. */
  process: string | undefined;
  nowMs: number;
  newId: () => string;
}): { next: LaneState; answer: LaneAnswer<T> } {
  const { published, process, nowMs } = input;
  let { state } = input;
  const served = new Map(input.served);
  const left = input.jobs.filter(({ notBeforeMs }) => notBeforeMs <= nowMs);
  const later = input.jobs.filter(({ notBeforeMs }) => notBeforeMs > nowMs);
  const others = Object.keys(state.waiting).filter((id) => id !== process).length;
  const { value: limit, isSure } = limitOf(state, published, "images");
  const share = others === 0 ? Infinity : Math.max(1, Math.ceil(limit / (others + 1) / TURNS_PER_WINDOW));
  // The first reply tells the limits: the shortest job brings it soonest.
  const scout = isSure || state.grants.length > 0 ? undefined : shortestOf(left);
  const isLeased = concurrencyOf(state, published) !== undefined;
  let imagesLeft = left.reduce((sum, job) => sum + job.images, 0);
  let taken = 0;
  const admitted: { job: T; isProbe: boolean; leaseId: string | undefined }[] = [];
  let untilMs = Math.min(nowMs + LONGEST_SLEEP_MS, ...later.slice(0, 1).map(({ notBeforeMs }) => notBeforeMs));
  let because: LaneAnswer["because"] = "hours";
  for (;;) {
    const isScouting = scout !== undefined && admitted.length === 0;
    const job = isScouting ? scout : nextJob(left, served, imagesLeft * (others + 1) <= limit);
    if (!job) break;
    const verdict = decide(state, published, job, nowMs);
    if (!verdict.go) {
      untilMs = Math.min(verdict.untilMs, nowMs + LONGEST_SLEEP_MS);
      because = verdict.because;
      break;
    }
    if (taken > 0 && taken + job.images > share) {
      untilMs = nowMs + SHARE_PAUSE_MS;
      because = "share";
      break;
    }
    const leaseId = isLeased ? input.newId() : undefined;
    state = grant(state, job, {
      nowMs,
      isProbe: verdict.isProbe,
      lease: leaseId === undefined ? undefined : { id: leaseId, untilMs: nowMs + job.leaseMs },
    });
    admitted.push({ job, isProbe: verdict.isProbe, leaseId });
    left.splice(left.indexOf(job), 1);
    serve(served, job);
    taken += job.images;
    imagesLeft -= job.images;
  }
  if (process !== undefined) state = withWaiting(state, process, left.length > 0 ? nowMs : undefined);
  return { next: state, answer: { admitted, untilMs, because, nowMs } };
}

function shortestOf<T extends OrderedJob>(jobs: readonly T[]): T | undefined {
  const pressing = jobs.filter(({ isLow }) => !isLow);
  const [first, ...others] = pressing.length > 0 ? pressing : jobs;
  return others.reduce((best, job) => (best && job.expectedMs >= best.expectedMs ? best : job), first);
}

function withWaiting(state: LaneState, process: string, nowMs: number | undefined): LaneState {
  const seenAtMs = state.waiting[process];
  if (nowMs === undefined) {
    if (seenAtMs === undefined) return state;
    const { [process]: _mine, ...waiting } = state.waiting;
    return { ...state, waiting };
  }
  if (seenAtMs !== undefined && nowMs - seenAtMs < HEARTBEAT_MS) return state;
  return { ...state, waiting: { ...state.waiting, [process]: nowMs } };
}

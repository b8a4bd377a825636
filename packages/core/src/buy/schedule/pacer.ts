import type { ArtdeskError } from "../../basics/errors.ts";
import type { AbortSignalLike, Clock, LedgerStore, Random } from "../../basics/ports.ts";
import { accept, closedUntil, learn, limitOf, refresh, refuse } from "./admission.ts";
import { admitJobs, type LaneAnswer } from "./admit-jobs.ts";
import { type CheapHours, nextCheapMs } from "./cheap-hours.ts";
import { createLaneBook, type LaneBook } from "./lane-book.ts";
import type { KnownLimits } from "../../basics/types.ts";
import type { LaneNeed } from "./lane-limits.ts";
import type { PublishedLimits } from "../../models/rows/published-limits.ts";
import { type OrderedJob, serve } from "./order-jobs.ts";
import { askedToWait, PATIENCE_MS, startsTooLate, waitBroke } from "./wait-errors.ts";
import { Wake } from "./wake.ts";

/** A call that wants to start. */
export interface PacedJob extends OrderedJob, LaneNeed {
  /** What shares its limits, for example `openai/gpt-image-2`. */
  lane: string;
  published: PublishedLimits;
  /** The longest that the call may run. */
  leaseMs: number;
  /** Not before this Unix time in milliseconds. */
  notBeforeMs: number;
}

/** Leave to send one call. */
export interface Pass {
  /** A reply came: what it states about the limits. */
  observe(stated: KnownLimits): Promise<void>;
  /** The provider refused for speed. */
  refused(refusal: { retryAfterMs: number | undefined; stated: KnownLimits }): Promise<void>;
  /** The call is over, however it ended. */
  end(): Promise<void>;
}

export interface EnterOptions {
  signal?: AbortSignalLike | undefined;
  /** Called when the call has to wait, and again when the time becomes longer. */
  onWait?: ((wait: { delayMs: number; because: LaneAnswer["because"]; limit: number }) => void) | undefined;
}

/** Lets calls start as fast as the providers' limits allow, and no faster. */
export interface Pacer {
  /**
   * Resolves when the call may be sent, or when the signal aborts: the caller looks. Rejects with `timeout` when it
   * cannot start before its deadline; nothing was sent then.
   */
  enter(job: PacedJob, options?: EnterOptions): Promise<Pass>;
  /** Until when the provider has asked for no calls, in Unix time in milliseconds; undefined when calls may go. Writes nothing. */
  closedUntilMs(lane: string): Promise<number | undefined>;
  /** What is known of a lane's images per minute; undefined while it is not. */
  imagesPerMinute(lane: string): number | undefined;
}

export interface PacerOptions {
  clock: Clock;
  random: Random;
  /** Where limits and starts are shared with other processes. @default this process only */
  store?: LedgerStore | undefined;
  /** Id of this process. */
  process: string;
  /** Limits that the user has set, by provider id or lane. They are not asked for. */
  fixed?: Readonly<Record<string, KnownLimits>> | undefined;
  /** When calls that are low may start, by provider id. @default at any time, after all others */
  cheapHours?: Readonly<Record<string, CheapHours>> | undefined;
  /** No call starts later than this, and cheap hours that begin later are not waited for. Unix time in milliseconds. */
  deadlineAtMs?: number | undefined;
}

interface Waiting extends PacedJob {
  resolve: (pass: Pass) => void;
  reject: (error: ArtdeskError) => void;
  options: EnterOptions;
  toldUntilMs: number;
}

interface Lane {
  key: string;
  published: PublishedLimits;
  book: LaneBook;
  waiting: Waiting[];
  served: Map<string, number>;
  wake: Wake;
  isPumping: boolean;
}

const NO_PASS: Pass = {
  observe: () => Promise.resolve(),
  refused: () => Promise.resolve(),
  end: () => Promise.resolve(),
};

/**
 * Opens the gate before paid calls. Calls that wait in the same process start in the order of {@link OrderedJob}; several
 * processes on one store take an equal share of each window. A store that fails costs at most refusals: the limits then
 * hold for this process alone.
 */
export function createPacer(options: PacerOptions): Pacer {
  const { clock, random, store, process, fixed = {}, cheapHours = {} } = options;
  const lanes = new Map<string, Lane>();

  const laneOf = ({ lane: key, published }: PacedJob): Lane => {
    let lane = lanes.get(key);
    if (!lane) {
      const book = createLaneBook({ clock, random, store, key });
      const own = { ...fixed[key.split("/", 1)[0] ?? ""], ...fixed[key] };
      lane = {
        key,
        published: { ...published, fixed: own },
        book,
        waiting: [],
        served: new Map(),
        wake: new Wake(),
        isPumping: false,
      };
      lanes.set(key, lane);
    }
    return lane;
  };

  const passFor = (
    lane: Lane,
    job: PacedJob,
    grantedAtMs: number,
    isProbe: boolean,
    leaseId: string | undefined,
  ): Pass => ({
    async observe(stated) {
      const { state } = lane.book;
      const isNews = isProbe || learn(state, lane.published, stated, clock.nowMs()) !== state;
      if (!isNews) return;
      await lane.book.update((current, nowMs) => {
        const accepted = isProbe ? accept(current, lane.published, grantedAtMs) : current;
        return { next: learn(accepted, lane.published, stated, nowMs), answer: undefined };
      });
      lane.wake.now();
    },
    async refused({ retryAfterMs, stated }) {
      const refusal = { need: job, grantedAtMs, isProbe, retryAfterMs, stated };
      await lane.book.update((current, nowMs) => ({
        next: refuse(current, lane.published, refusal, nowMs),
        answer: undefined,
      }));
      lane.wake.now();
    },
    async end() {
      if (leaseId === undefined) return;
      await lane.book.update((current) => {
        const { [leaseId]: _ended, ...leases } = current.leases;
        return { next: { ...current, leases }, answer: undefined };
      });
      lane.wake.now();
    },
  });

  const dropAborted = (lane: Lane): void => {
    for (const job of lane.waiting.filter(({ options: { signal } }) => signal?.aborted)) {
      lane.waiting.splice(lane.waiting.indexOf(job), 1);
      job.resolve(NO_PASS);
    }
  };

  const letIn = (lane: Lane, answer: LaneAnswer<Waiting>): void => {
    const admitted = new Set(answer.admitted.map(({ job }) => job));
    lane.waiting = lane.waiting.filter((job) => !admitted.has(job));
    for (const { job, isProbe, leaseId } of answer.admitted) {
      serve(lane.served, job);
      job.resolve(passFor(lane, job, answer.nowMs, isProbe, leaseId));
    }
  };

  const tellWaiting = (lane: Lane, { untilMs, because, nowMs }: LaneAnswer<Waiting>): void => {
    const kind = because === "tokens" || because === "microUsd" ? because : "images";
    const limit = limitOf(lane.book.state, lane.published, kind).value;
    // The store is looked at again long before a refusal ends: this is when it ends.
    const closedUntilMs = because === "refused" ? lane.book.state.closedUntilMs : 0;
    const late = new Set<Waiting>();
    for (const job of lane.waiting) {
      const startMs = Math.max(untilMs, closedUntilMs, job.notBeforeMs);
      const patienceEndsMs = job.deadlineAtMs ?? (closedUntilMs > 0 ? nowMs + PATIENCE_MS : Infinity);
      if (startMs > patienceEndsMs) {
        late.add(job);
        job.reject(closedUntilMs > patienceEndsMs ? askedToWait(closedUntilMs, nowMs) : startsTooLate());
      } else if (startMs - nowMs >= 1_000 && startMs > job.toldUntilMs + 1_000) {
        job.toldUntilMs = startMs;
        job.options.onWait?.({
          delayMs: startMs - nowMs,
          because: job.notBeforeMs > untilMs ? "hours" : because,
          limit,
        });
      }
    }
    lane.waiting = lane.waiting.filter((job) => !late.has(job));
  };

  const pump = async (lane: Lane): Promise<void> => {
    if (lane.isPumping) return;
    lane.isPumping = true;
    try {
      // What is asked in the same turn goes into one write.
      await Promise.resolve();
      for (dropAborted(lane); lane.waiting.length > 0; dropAborted(lane)) {
        lane.wake = new Wake();
        const answer = await lane.book.update((state, nowMs) =>
          admitJobs({
            state: refresh(state, lane.published, nowMs),
            published: lane.published,
            jobs: lane.waiting,
            served: lane.served,
            process: store ? process : undefined,
            nowMs,
            newId: () => random.id(),
          }),
        );
        letIn(lane, answer);
        tellWaiting(lane, answer);
        if (lane.waiting.length > 0) await clock.sleep(Math.max(1, answer.untilMs - clock.nowMs()), lane.wake);
      }
    } finally {
      lane.isPumping = false;
    }
  };

  return {
    async closedUntilMs(key) {
      const book = lanes.get(key)?.book ?? createLaneBook({ clock, random, store, key });
      return closedUntil(await book.look(), clock.nowMs());
    },
    imagesPerMinute(key) {
      const lane = lanes.get(key);
      const limit = lane && limitOf(lane.book.state, lane.published, "images");
      return limit?.isSure && limit.value !== Infinity ? limit.value : undefined;
    },
    enter(job, enterOptions = {}) {
      const lane = laneOf(job);
      return new Promise((resolve, reject) => {
        enterOptions.signal?.addEventListener("abort", () => lane.wake.now(), { once: true });
        const deadlineAtMs = earlierOf(job.deadlineAtMs, options.deadlineAtMs);
        if (clock.nowMs() > (deadlineAtMs ?? Infinity)) {
          reject(startsTooLate());
          return;
        }
        const hours = job.isLow ? cheapHours[job.lane.split("/", 1)[0] ?? ""] : undefined;
        const cheapMs = hours ? nextCheapMs(hours, clock.nowMs()) : 0;
        const notBeforeMs = Math.max(job.notBeforeMs, cheapMs > (deadlineAtMs ?? Infinity) ? 0 : cheapMs);
        lane.waiting.push({
          ...job,
          deadlineAtMs,
          notBeforeMs,
          resolve,
          reject,
          options: enterOptions,
          toldUntilMs: 0,
        });
        lane.wake.now();
        pump(lane).catch((error: unknown) => {
          for (const left of lane.waiting.splice(0)) left.reject(waitBroke(error));
        });
      });
    },
  };
}

function earlierOf(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

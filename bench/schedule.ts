// Batches under an images-per-minute limit: makespan, refusals and fairness, ours and npm's limiters, in virtual time.
import Bottleneck from "bottleneck";
import PQueue from "p-queue";
import {
  measureArtdesk,
  measureSchedule,
  type ScheduleFigures,
  type ScheduleScene,
} from "../packages/core/test/schedule/run-schedule.ts";
import { virtualTime, type VirtualTime } from "../packages/core/test/schedule/virtual-time.ts";

export interface ScheduleResult extends ScheduleFigures {
  scheduler: string;
  jobs: number;
  imagesPerMinute: number;
  processes: number;
}

type Limiter = (send: () => Promise<void>) => Promise<void>;

/** The limiters are told the limit; with several processes each gets its part of it, as nothing else is shared. */
const PEERS: readonly { name: string; create: (imagesPerMinute: number) => Limiter }[] = [
  {
    name: "p-queue, limit told",
    create: (imagesPerMinute) => {
      const queue = new PQueue({ intervalCap: imagesPerMinute, interval: 60_000 });
      return (send) => queue.add(send);
    },
  },
  {
    name: "bottleneck, limit told",
    create: (imagesPerMinute) => {
      const limiter = new Bottleneck({
        reservoir: imagesPerMinute,
        reservoirRefreshAmount: imagesPerMinute,
        reservoirRefreshInterval: 60_000,
      });
      return (send) => limiter.schedule(send);
    },
  },
  {
    name: "bottleneck, evenly",
    create: (imagesPerMinute) => {
      const limiter = new Bottleneck({ minTime: 60_000 / imagesPerMinute });
      return (send) => limiter.schedule(send);
    },
  },
];

/** Every scheduler in every scene. The provider counts a rolling minute; a refused call is sent again when it says so. */
export async function benchSchedule(jobCounts: readonly number[]): Promise<ScheduleResult[]> {
  const results: ScheduleResult[] = [];
  for (const jobs of jobCounts) {
    for (const imagesPerMinute of [5, 50, 250]) {
      for (const processes of [1, 8]) {
        const scene = { jobs, imagesPerMinute, processes, kind: "rolling window", forecast: "exact" } as const;
        const place = { jobs, imagesPerMinute, processes };
        results.push({
          scheduler: "artdesk, limit unknown",
          ...place,
          ...(await measureArtdesk({ ...scene, start: "unknown" })),
        });
        results.push({
          scheduler: "artdesk, limit known",
          ...place,
          ...(await measureArtdesk({ ...scene, start: "known" })),
        });
        const blind = { ...scene, forecast: "none", start: "unknown" } as const;
        results.push({ scheduler: "artdesk, no forecast", ...place, ...(await measureArtdesk(blind)) });
        for (const { name, create } of PEERS) {
          results.push({ scheduler: name, ...place, ...(await measurePeer({ ...scene, start: "known" }, create)) });
        }
      }
    }
  }
  return results;
}

async function measurePeer(
  scene: ScheduleScene,
  create: (imagesPerMinute: number) => Limiter,
): Promise<ScheduleFigures> {
  const time = virtualTime();
  return withVirtualGlobals(time, () =>
    measureSchedule(
      scene,
      async ({ provider, jobs, started }) => {
        const part = Math.max(1, Math.floor(scene.imagesPerMinute / scene.processes));
        const limiters = Array.from({ length: scene.processes }, () => create(part));
        await Promise.all(
          jobs.map(async (job, index) => {
            const limiter = limiters[index % limiters.length];
            if (!limiter) throw new RangeError("no process");
            for (let retryAfterMs: number | undefined = 0; retryAfterMs !== undefined;) {
              await time.clock.sleep(retryAfterMs);
              retryAfterMs = undefined;
              await limiter(async () => {
                const reply = await provider.send(job.latencyMs, () => started(job));
                if (reply.status === 429) retryAfterMs = reply.retryAfterMs;
              });
            }
          }),
        );
      },
      time,
    ),
  );
}

/** The limiters use the platform's timers and clock: both are the virtual ones while they work. */
async function withVirtualGlobals<T>(time: VirtualTime, run: () => Promise<T>): Promise<T> {
  const real = { setTimeout, clearTimeout, setInterval, clearInterval, ...realClock() };
  const stops = new Map<object, () => void>();
  const timer = (stop: () => void): object => {
    const handle = { ref: () => handle, unref: () => handle, hasRef: () => true };
    stops.set(handle, stop);
    return handle;
  };
  const clear = (handle: object): void => {
    stops.get(handle)?.();
    stops.delete(handle);
  };
  Object.assign(globalThis, {
    setTimeout: (action: (...values: unknown[]) => void, delayMs = 0, ...values: unknown[]) =>
      timer(time.after(delayMs, () => action(...values))),
    clearTimeout: clear,
    setInterval: (action: () => void, delayMs: number) => {
      let stop = (): void => undefined;
      const again = (): void => {
        stop = time.after(delayMs, () => {
          again();
          action();
        });
      };
      again();
      return timer(() => stop());
    },
    clearInterval: clear,
  });
  Date.now = () => time.clock.nowMs();
  performance.now = () => time.clock.nowMs();
  try {
    return await run();
  } finally {
    const { now, performanceNow, ...timers } = real;
    Object.assign(globalThis, timers);
    Date.now = now;
    performance.now = performanceNow;
  }
}

function realClock(): { now: () => number; performanceNow: () => number } {
  return { now: Date.now.bind(Date), performanceNow: performance.now.bind(performance) };
}

/** The results as lines for people. */
export function showSchedule(results: readonly ScheduleResult[]): string[] {
  const head = `  ${"scheduler".padEnd(24)} ${"makespan / optimum".padStart(19)} ${"/ blind".padStart(8)} ${"429s".padStart(6)} ${"fairness".padStart(9)}`;
  let place = "";
  return results.flatMap((result) => {
    const here = `${result.jobs.toLocaleString("en")} images, ${result.imagesPerMinute} a minute, ${result.processes} ${result.processes === 1 ? "process" : "processes"} (optimum ${(result.optimumMs / 60_000).toFixed(1)} min)`;
    const row = `  ${result.scheduler.padEnd(24)} ${(result.makespanMs / result.optimumMs).toFixed(3).padStart(19)} ${(result.makespanMs / result.blindOptimumMs).toFixed(3).padStart(8)} ${String(result.refusals).padStart(6)} ${result.fairness.toFixed(2).padStart(9)}`;
    const lines = here === place ? [row] : [here, head, row];
    place = here;
    return lines;
  });
}

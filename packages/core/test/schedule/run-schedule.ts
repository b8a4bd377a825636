import { createMemoryLedgerStore } from "../../src/buy/ledger/memory-ledger-store.ts";
import type { Clock, LedgerStore } from "../../src/basics/ports.ts";
import { createPacer, type Pacer } from "../../src/buy/schedule/pacer.ts";
import type { LimitTier } from "../../src/models/rows/published-limits.ts";
import { simulatedProvider, type LimiterKind, type SimulatedProvider } from "./simulated-provider.ts";
import { digestNumbers, lognormalLatencies } from "./seeded-numbers.ts";
import { virtualTime, type VirtualTime } from "./virtual-time.ts";

/** The published tiers of a well-known provider: images and tokens per minute. */
export const TIERS: readonly LimitTier[] = [
  { name: "tier 1", images: 5, tokens: 100_000 },
  { name: "tier 2", images: 20, tokens: 250_000 },
  { name: "tier 3", images: 50, tokens: 800_000 },
  { name: "tier 4", images: 150, tokens: 3_000_000 },
  { name: "tier 5", images: 250, tokens: 8_000_000 },
];
const GROUPS = ["acme", "bloom", "corvus", "dune"] as const;

export interface ScheduleScene {
  jobs: number;
  imagesPerMinute: number;
  processes: number;
  kind: LimiterKind;
  /** Whether the scheduler knows how long each call will take, or nothing about it. */
  forecast: "exact" | "none";
  /** The limit is known from an earlier run, or is to be found out. */
  start: "known" | "unknown";
}

export interface ScheduleFigures {
  makespanMs: number;
  /** No schedule within the limit can end earlier, even one that knows every latency. Milliseconds. */
  optimumMs: number;
  /** The same for one that knows no latency: starts as early as the limit allows, in the order of the jobs. */
  blindOptimumMs: number;
  refusals: number;
  accepted: number;
  /** Jain's index over the groups' starts in the first half of the images; 1 is perfectly fair. */
  fairness: number;
}

export interface SimulatedJob {
  group: string;
  latencyMs: number;
}

/** The same jobs for everybody: as people hand them in, one client after the other, in unequal shares. */
export function scheduleJobs(count: number): SimulatedJob[] {
  const latencies = lognormalLatencies(count, 7);
  return latencies.map((latencyMs, index) => {
    const share = index / count;
    const group = GROUPS[share < 0.4 ? 0 : share < 0.7 ? 1 : share < 0.85 ? 2 : 3];
    return { group, latencyMs };
  });
}

/** Longest first is best when latencies are known: every job of window k ends before those that are shorter and later. */
export function optimumMs(jobs: readonly SimulatedJob[], imagesPerMinute: number): number {
  const shortestFirst = jobs.map(({ latencyMs }) => latencyMs).toSorted((left, right) => left - right);
  let bestMs = 0;
  for (let window = 0; window * imagesPerMinute < jobs.length; window += 1) {
    const latest = shortestFirst[jobs.length - window * imagesPerMinute - 1] ?? 0;
    bestMs = Math.max(bestMs, window * 60_000 + latest);
  }
  return bestMs;
}

export function blindOptimumMs(jobs: readonly SimulatedJob[], imagesPerMinute: number): number {
  return Math.max(...jobs.map(({ latencyMs }, index) => Math.floor(index / imagesPerMinute) * 60_000 + latencyMs));
}

/** How evenly the groups were served while all of them waited. */
export function fairnessOf(started: readonly string[], jobs: readonly SimulatedJob[]): number {
  const smallest = Math.min(...GROUPS.map((group) => jobs.filter((job) => job.group === group).length));
  const early = started.slice(0, smallest * GROUPS.length);
  const counts = GROUPS.map((group) => early.filter((name) => name === group).length);
  const sum = counts.reduce((total, value) => total + value, 0);
  return sum ** 2 / (GROUPS.length * counts.reduce((total, value) => total + value ** 2, 0));
}

/** Lets `work` make every job on a simulated provider, and measures. */
export async function measureSchedule(
  scene: ScheduleScene,
  work: (world: {
    time: VirtualTime;
    provider: SimulatedProvider;
    jobs: readonly SimulatedJob[];
    started: (job: SimulatedJob) => void;
  }) => Promise<void>,
  time: VirtualTime = virtualTime(),
): Promise<ScheduleFigures> {
  const { imagesPerMinute, kind } = scene;
  const jobs = scheduleJobs(scene.jobs);
  const tokensPerMinute = TIERS.find(({ images }) => images === imagesPerMinute)?.tokens ?? 1_000_000;
  const provider = simulatedProvider({ clock: time.clock, imagesPerMinute, tokensPerMinute, kind, seed: 3 });
  const starts: string[] = [];
  const startMs = time.clock.nowMs();
  await time.runUntil(work({ time, provider, jobs, started: ({ group }) => starts.push(group) }));
  return {
    makespanMs: time.clock.nowMs() - startMs,
    optimumMs: optimumMs(jobs, imagesPerMinute),
    blindOptimumMs: blindOptimumMs(jobs, imagesPerMinute),
    refusals: provider.refusals,
    accepted: provider.accepted,
    fairness: fairnessOf(starts, jobs),
  };
}

/** A store that takes 2 to 30 ms for each call. */
function slowStore(clock: Clock, seed: number): LedgerStore {
  const store = createMemoryLedgerStore();
  const random = digestNumbers(seed);
  const wait = (): Promise<void> => clock.sleep(2 + random() * 28);
  return {
    async read(key) {
      await wait();
      return store.read(key);
    },
    async write(key, value, version) {
      await wait();
      return store.write(key, value, version);
    },
  };
}

/** Artdesk's scheduler: knows the published tiers, not which one the account has. */
export function measureArtdesk(scene: ScheduleScene): Promise<ScheduleFigures> {
  return measureSchedule(scene, async ({ time, provider, jobs, started }) => {
    const { clock } = time;
    const store = scene.processes > 1 ? slowStore(clock, 11) : undefined;
    const pacers = Array.from({ length: scene.processes }, (_, index): Pacer => {
      const random = digestNumbers(100 + index);
      let ids = 0;
      return createPacer({
        clock,
        random: { next: random, id: () => `${index}-${(ids += 1)}` },
        store,
        process: `process-${index}`,
        fixed: scene.start === "known" ? { example: { images: scene.imagesPerMinute } } : {},
      });
    });
    const make = async (job: SimulatedJob, pacer: Pacer): Promise<void> => {
      for (;;) {
        const pass = await pacer.enter({
          lane: "example/model",
          published: { tiers: TIERS },
          group: job.group,
          images: 1,
          tokens: 1_000,
          microUsd: 53_000,
          expectedMs: scene.forecast === "exact" ? job.latencyMs : 20_000,
          deadlineAtMs: undefined,
          isLow: false,
          leaseMs: 600_000,
          notBeforeMs: 0,
        });
        const reply = await provider.send(job.latencyMs, () => started(job));
        if (reply.status === 429) {
          await pass.refused({ retryAfterMs: reply.retryAfterMs, stated: { images: reply.statedImages } });
          await pass.end();
          continue;
        }

        await pass.observe(reply.stated);
        await pass.end();
        return;
      }
    };
    await Promise.all(
      jobs.map((job, index) => {
        const pacer = pacers[index % pacers.length];
        if (!pacer) throw new RangeError("no process");
        return make(job, pacer);
      }),
    );
  });
}

import type { AbortSignalLike, Clock } from "../basics/ports.ts";

/** A {@link Clock} that a test owns. */
export interface FakeClock extends Clock {
  /** Every duration asked for, in order. Milliseconds. */
  readonly sleeps: readonly number[];
  /** Moves time on; sleepers wake in order, each at its own time. */
  advance(durationMs: number): Promise<void>;
}

interface Sleeper {
  wakeAtMs: number;
  wake: () => void;
}

/**
 * A clock without real time. By default a sleep takes no real time and moves the clock on by its duration; with
 * `manual` sleepers wait for {@link FakeClock.advance}.
 */
export function fakeClock(options: { startMs?: number | undefined; manual?: boolean | undefined } = {}): FakeClock {
  let nowMs = options.startMs ?? Date.UTC(2026, 10, 23);
  const sleeps: number[] = [];
  const sleepers = new Set<Sleeper>();
  return {
    sleeps,
    nowMs: () => nowMs,
    async sleep(durationMs, signal) {
      sleeps.push(durationMs);
      if (signal?.aborted) return;
      if (options.manual !== true) {
        nowMs += durationMs;
        return;
      }
      await waitFor(sleepers, nowMs + durationMs, signal);
    },
    async advance(durationMs) {
      const endMs = nowMs + durationMs;
      await settle();
      for (let next = earliest(sleepers, endMs); next !== undefined; next = earliest(sleepers, endMs)) {
        nowMs = Math.max(nowMs, next.wakeAtMs);
        next.wake();
        // What the sleeper does next may be to sleep again.
        await settle();
      }
      nowMs = endMs;
    },
  };
}

function waitFor(sleepers: Set<Sleeper>, wakeAtMs: number, signal: AbortSignalLike | undefined): Promise<void> {
  return new Promise((resolve) => {
    const sleeper: Sleeper = {
      wakeAtMs,
      wake: () => {
        sleepers.delete(sleeper);
        signal?.removeEventListener("abort", sleeper.wake);
        resolve();
      },
    };
    sleepers.add(sleeper);
    signal?.addEventListener("abort", sleeper.wake, { once: true });
  });
}

function earliest(sleepers: ReadonlySet<Sleeper>, endMs: number): Sleeper | undefined {
  return [...sleepers].filter(({ wakeAtMs }) => wakeAtMs <= endMs).toSorted((a, b) => a.wakeAtMs - b.wakeAtMs)[0];
}

function settle(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

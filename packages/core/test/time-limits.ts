import { setTimeout as sleep } from "node:timers/promises";
import type { Simulator } from "@artdesk/simulator";
import { vi } from "vitest";

interface PendingLimit {
  end: () => void;
}

const limits = new Map<number, Map<NodeJS.Timeout, PendingLimit>>();
let nextLimitMs = 1_000_000_000;

/** Puts time limits made by {@link openTimeLimit} into the test's hands, so that none depends on how busy the machine is. */
export function holdTimeLimits(): void {
  const { setTimeout: start, clearTimeout: stop } = globalThis;
  vi.spyOn(globalThis, "setTimeout").mockImplementation((run, delayMs, ...values: unknown[]) => {
    const end = (): void => void Reflect.apply(run, undefined, values);
    const pending = limits.get(delayMs ?? 0);
    if (!pending) return start(end, delayMs);
    const timer = start(() => {}, 2_000_000_000);
    pending.set(timer, { end });
    return timer;
  });
  vi.spyOn(globalThis, "clearTimeout").mockImplementation((timer) => {
    for (const pending of limits.values()) pending.delete(timer as NodeJS.Timeout);
    stop(timer);
  });
}

/** A time limit that passes only when the provider has taken the calls that the fault hits and will not answer them. */
export interface TimeLimit {
  durationMs: number;
  close(): Promise<void>;
}

/** Opens a limit of its own length for one case. */
export function openTimeLimit(simulator: Simulator, times: "once" | "always"): TimeLimit {
  const durationMs = (nextLimitMs += 1);
  const pending = new Map<NodeJS.Timeout, PendingLimit>();
  limits.set(durationMs, pending);
  const closing = new AbortController();
  let hits = 0;
  const watch = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await sleep(10);
      const { entries } = simulator.statement();
      const posts = simulator.calls().filter(({ method }) => method === "POST").length;
      const isTaken = pending.size > 0 && posts === entries.length && entries.length >= hits + pending.size;
      if (!isTaken || (times === "once" && (hits > 0 || pending.size > 1))) continue;
      for (const [timer, { end }] of pending) {
        hits += 1;
        pending.delete(timer);
        clearTimeout(timer);
        end();
      }
    }
  };
  const watching = watch();
  return {
    durationMs,
    async close() {
      closing.abort();
      await watching;
      limits.delete(durationMs);
    },
  };
}

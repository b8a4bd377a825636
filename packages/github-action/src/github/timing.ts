import { setTimeout as wait } from "node:timers/promises";

/** Waiting and chance, given from outside so that tests own them. */
export interface Timing {
  sleep(durationMs: number): Promise<void>;
  /** A number in [0, 1). */
  random(): number;
}

export const systemTiming: Timing = {
  sleep: async (durationMs) => {
    await wait(durationMs);
  },
  random: () => Math.random(),
};

/**
 * Waits before the next try of a lost race: full jitter under a doubling ceiling, so that racing jobs spread out.
 * @param attempt counted from 0
 */
export async function backOff(timing: Timing, attempt: number, firstMs = 50, ceilingMs = 3_000): Promise<void> {
  const limitMs = Math.min(ceilingMs, firstMs * 2 ** attempt);
  await timing.sleep(Math.ceil(timing.random() * limitMs));
}

import type { AbortSignalLike, Clock } from "@artdesk/core";
import { sleep } from "n8n-workflow";

/** Newer versions of n8n take a signal as well; older ones ignore it and the timer runs out unheard. */
const sleepWithSignal: (durationMs: number, signal?: AbortSignal) => Promise<unknown> = sleep;

/** Time as n8n gives it. */
export const n8nClock: Clock = {
  nowMs: () => Date.now(),

  async sleep(durationMs: number, signal?: AbortSignalLike): Promise<void> {
    if (signal?.aborted === true) return;
    const stop = new AbortController();
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        signal?.removeEventListener("abort", wake);
        stop.abort();
        resolve();
      };
      signal?.addEventListener("abort", wake, { once: true });
      sleepWithSignal(durationMs, stop.signal).then(wake, wake);
    });
  },
};

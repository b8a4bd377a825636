import type { Clock } from "../../src/basics/ports.ts";
import { digestNumbers } from "./seeded-numbers.ts";

/** How a simulated provider counts: any 60 s hold at most the limit, or a bucket that fills evenly. */
export type LimiterKind = "rolling window" | "token bucket";

/** What came back for one image. */
export type SimulatedReply =
  | { status: 200; stated: { tokens?: number } }
  | { status: 429; retryAfterMs: number; statedImages: number };

/** A provider with an images-per-minute limit, reached over a network that takes 20 to 250 ms each way. */
export interface SimulatedProvider {
  send(latencyMs: number, onStart?: () => void): Promise<SimulatedReply>;
  readonly refusals: number;
  readonly accepted: number;
}

const WINDOW_MS = 60_000;

export function simulatedProvider(options: {
  clock: Clock;
  imagesPerMinute: number;
  /** What each reply's headers state. */
  tokensPerMinute: number;
  kind: LimiterKind;
  seed: number;
}): SimulatedProvider {
  const { clock, imagesPerMinute, kind } = options;
  const random = digestNumbers(options.seed);
  const starts: number[] = [];
  let first = 0;
  let bucket = imagesPerMinute;
  let filledAtMs = clock.nowMs();
  let refusals = 0;
  const networkMs = (): number => 20 + random() * 230;
  /** 0 when the image is taken, else how long to wait. */
  const take = (nowMs: number): number => {
    if (kind === "rolling window") {
      while (first < starts.length && (starts[first] ?? 0) <= nowMs - WINDOW_MS) first += 1;
      if (starts.length - first >= imagesPerMinute) return (starts[first] ?? 0) + WINDOW_MS - nowMs;
      starts.push(nowMs);
      return 0;
    }
    bucket = Math.min(imagesPerMinute, bucket + ((nowMs - filledAtMs) * imagesPerMinute) / WINDOW_MS);
    filledAtMs = nowMs;
    if (bucket < 1) return ((1 - bucket) * WINDOW_MS) / imagesPerMinute;
    bucket -= 1;
    starts.push(nowMs);
    return 0;
  };
  return {
    async send(latencyMs, onStart) {
      await clock.sleep(networkMs());
      const retryAfterMs = take(clock.nowMs());
      if (retryAfterMs > 0) {
        refusals += 1;
        await clock.sleep(networkMs());
        return { status: 429, retryAfterMs: Math.ceil(retryAfterMs), statedImages: imagesPerMinute };
      }
      onStart?.();
      await clock.sleep(latencyMs);
      return { status: 200, stated: { tokens: options.tokensPerMinute } };
    },
    get refusals() {
      return refusals;
    },
    get accepted() {
      return starts.length;
    },
  };
}

const WINDOW_MS = 60_000;

/** Images per minute per model of an account, counted over the last 60 seconds. */
export class RateLimiter {
  readonly #imagesPerMinute: number | undefined;
  readonly #starts = new Map<string, { readonly timeMs: number; readonly images: number }[]>();

  /** @param imagesPerMinute `undefined`: no limit. */
  constructor(imagesPerMinute: number | undefined) {
    this.#imagesPerMinute = imagesPerMinute;
  }

  get imagesPerMinute(): number | undefined {
    return this.#imagesPerMinute;
  }

  /** Counts the images, or says how long to wait for room. A refused call does not count. */
  take(account: string, images: number, nowMs: number): { readonly retryAfterMs: number } | undefined {
    const limit = this.#imagesPerMinute;
    if (limit === undefined) return undefined;
    const starts = (this.#starts.get(account) ?? []).filter(({ timeMs }) => timeMs > nowMs - WINDOW_MS);
    let used = starts.reduce((total, start) => total + start.images, 0);
    if (used + images <= limit) {
      this.#starts.set(account, [...starts, { timeMs: nowMs, images }]);
      return undefined;
    }
    for (const start of starts) {
      used -= start.images;
      if (used + images <= limit) return { retryAfterMs: start.timeMs + WINDOW_MS - nowMs };
    }
    return { retryAfterMs: WINDOW_MS };
  }

  reset(): void {
    this.#starts.clear();
  }
}

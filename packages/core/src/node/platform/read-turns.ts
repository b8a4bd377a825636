/** Lets a few replies be read at once, the others after them. */
export interface ReadTurns {
  /** Waits for a turn. @returns what ends it; more than one call does no harm. */
  take(): Promise<() => void>;
}

/**
 * Many images that arrive together are half read all at once, and each takes room for the whole of it. One after the
 * other they need far less memory and no more time, because one processor decodes them. A turn that does not come within
 * `patienceMs` is taken all the same: a slow connection must not keep the others waiting.
 */
export function createReadTurns(atOnce: number, patienceMs: number): ReadTurns {
  let reading = 0;
  const waiting = new Set<() => void>();
  const begin = (): (() => void) => {
    reading += 1;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      reading -= 1;
      const [next] = waiting;
      if (reading < atOnce) next?.();
    };
  };
  return {
    async take() {
      if (reading < atOnce) return begin();
      return new Promise((resolve) => {
        const start = (): void => {
          clearTimeout(timer);
          waiting.delete(start);
          resolve(begin());
        };
        const timer = setTimeout(start, patienceMs);
        waiting.add(start);
      });
    },
  };
}

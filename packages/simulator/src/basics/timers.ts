/** The simulator's only source of delay. `close` ends every wait at once, so that no timer outlives the server. */
export class Timers {
  readonly #waiting = new Map<NodeJS.Timeout, () => void>();
  #closed = false;

  /** Resolves after `delayMs`, or as soon as `close` is called. Never rejects. */
  wait(delayMs: number): Promise<void> {
    if (this.#closed || delayMs <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(timer);
        resolve();
      }, delayMs);
      this.#waiting.set(timer, resolve);
    });
  }

  /** Number of waits still running. */
  get pending(): number {
    return this.#waiting.size;
  }

  close(): void {
    this.#closed = true;
    for (const [timer, resolve] of this.#waiting) {
      clearTimeout(timer);
      resolve();
    }
    this.#waiting.clear();
  }
}

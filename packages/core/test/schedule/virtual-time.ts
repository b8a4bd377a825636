import type { AbortSignalLike, Clock } from "../../src/basics/ports.ts";

interface Timer {
  atMs: number;
  order: number;
  run: () => void;
}

/** Time that passes only when every promise has settled: hours of waiting in a moment. */
export interface VirtualTime {
  clock: Clock;
  /** Calls `run` after a time. @returns the way to stop it */
  after(delayMs: number, run: () => void): () => void;
  /** Runs until the promise settles. Rejects when nothing is left that could settle it. */
  runUntil<T>(promise: Promise<T>): Promise<T>;
}

export function virtualTime(startMs: number = Date.UTC(2026, 10, 24)): VirtualTime {
  let nowMs = startMs;
  let order = 0;
  const heap: Timer[] = [];
  const stopped = new Set<Timer>();
  const after = (delayMs: number, run: () => void): (() => void) => {
    const timer = { atMs: nowMs + Math.max(0, delayMs), order: (order += 1), run };
    push(heap, timer);
    return () => void stopped.add(timer);
  };
  const clock: Clock = {
    nowMs: () => nowMs,
    sleep: (durationMs: number, signal?: AbortSignalLike) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const stop = after(durationMs, () => {
          signal?.removeEventListener("abort", wake);
          resolve();
        });
        const wake = (): void => {
          stop();
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        signal?.addEventListener("abort", wake, { once: true });
      }),
  };
  return {
    clock,
    after,
    async runUntil(promise) {
      const state = { isSettled: false };
      promise.then(
        () => (state.isSettled = true),
        () => (state.isSettled = true),
      );
      await settle();
      while (!state.isSettled) {
        const timer = pop(heap);
        if (!timer) throw new Error("nothing is left to wait for");
        if (stopped.delete(timer)) continue;
        nowMs = Math.max(nowMs, timer.atMs);
        timer.run();
        await settle();
      }
      return promise;
    },
  };
}

function settle(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

function isBefore(left: Timer, right: Timer): boolean {
  return left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);
}

function push(heap: Timer[], timer: Timer): void {
  heap.push(timer);
  for (let index = heap.length - 1; index > 0;) {
    const parent = (index - 1) >> 1;
    const [child, above] = [heap[index], heap[parent]];
    if (!child || !above || !isBefore(child, above)) return;
    heap[index] = above;
    heap[parent] = child;
    index = parent;
  }
}

function pop(heap: Timer[]): Timer | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (!top || !last || heap.length === 0) return top;
  heap[0] = last;
  for (let index = 0; ;) {
    let least = index;
    for (const child of [2 * index + 1, 2 * index + 2]) {
      const [one, other] = [heap[child], heap[least]];
      if (one && other && isBefore(one, other)) least = child;
    }
    if (least === index) return top;
    const [one, other] = [heap[index], heap[least]];
    if (!one || !other) return top;
    heap[index] = other;
    heap[least] = one;
    index = least;
  }
}

import type { AbortSignalLike } from "../../basics/ports.ts";

/** Ends a sleep early: a signal that core can give by itself. */
export class Wake implements AbortSignalLike {
  aborted = false;
  readonly #listeners = new Set<() => void>();

  now(): void {
    this.aborted = true;
    this.#listeners.forEach((listener) => listener());
  }

  addEventListener(_type: "abort", listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: "abort", listener: () => void): void {
    this.#listeners.delete(listener);
  }
}

import type { AbortSignalLike } from "./ports.ts";

/** A signal that is aborted as soon as one of these is; undefined when there is none. */
export function eitherSignal(...signals: readonly (AbortSignalLike | undefined)[]): AbortSignalLike | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  if (given.length <= 1) return given[0];
  return {
    get aborted() {
      return given.some(({ aborted }) => aborted);
    },
    addEventListener: (type, listener, options) => {
      for (const signal of given) signal.addEventListener(type, listener, options);
    },
    removeEventListener: (type, listener) => {
      for (const signal of given) signal.removeEventListener(type, listener);
    },
  };
}

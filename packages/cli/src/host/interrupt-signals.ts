import type { Io } from "./io.ts";

/** How Ctrl-C ends a command that pays. */
export interface InterruptSignals {
  /** The first Ctrl-C: nothing more is started. */
  stop: AbortSignal;
  /** The second one: calls under way are cut off. */
  abort: AbortSignal;
  /** Ends the listening. */
  ignore(): void;
}

/** The first Ctrl-C lets paid calls finish, the second cuts them off. */
export function interruptSignals(io: Io): InterruptSignals {
  const stop = new AbortController();
  const abort = new AbortController();
  const ignore = io.onInterrupt(() => {
    if (stop.signal.aborted) {
      io.note("Cutting off what is under way; it may still be billed.\n");
      return abort.abort();
    }
    io.note("Stopping: calls under way are paid for, so they finish first. Press Ctrl-C again to cut them off.\n");
    return stop.abort();
  });
  return { stop: stop.signal, abort: abort.signal, ignore };
}

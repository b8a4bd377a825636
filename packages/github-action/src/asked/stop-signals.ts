/** Two ways to stop: `stop` starts no further call, `abort` cuts off those under way. */
export interface StopSignals {
  stop: AbortSignal;
  abort: AbortSignal;
  /** Takes the handlers away again. */
  release(): void;
}

/**
 * A cancelled job gets SIGINT, after 7.5 s SIGTERM, after another 2.5 s it is killed (docs.github.com, "Workflow
 * cancellation reference"). Calls under way are paid for, so they may finish until there is just time to deliver.
 */
const GRACE_MS = 5_000;

/** Listens for the runner's cancellation. */
export function listenForStop(process: NodeJS.Process, log: (line: string) => void): StopSignals {
  const stop = new AbortController();
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const handle = (): void => {
    if (stop.signal.aborted) return abort.abort();
    log("Stopping: no further image is started, what is paid for is delivered.");
    stop.abort();
    timer = setTimeout(() => abort.abort(), GRACE_MS);
  };
  process.on("SIGINT", handle).on("SIGTERM", handle);
  return {
    stop: stop.signal,
    abort: abort.signal,
    release: () => {
      clearTimeout(timer);
      process.off("SIGINT", handle).off("SIGTERM", handle);
    },
  };
}

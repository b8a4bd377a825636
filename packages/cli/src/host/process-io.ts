import { createLogUpdate } from "log-update";
import type { Io } from "./io.ts";

/** The CLI's surroundings in a real process. */
export function processIo(): Io {
  const { stdout, stderr, env } = process;
  const isTerminal = stderr.isTTY && env["CI"] === undefined;
  const redraw = createLogUpdate(stderr, { showCursor: true });
  return {
    out: (text) => void stdout.write(text),
    note: (text) => void stderr.write(text),
    live: (text) => {
      if (!isTerminal) return;
      if (text === "") redraw.clear();
      else redraw(text);
    },
    isTerminal,
    color: env["NO_COLOR"] === undefined && (stdout.isTTY || env["FORCE_COLOR"] !== undefined),
    columns: stdout.columns ?? 120,
    env,
    cwd: process.cwd(),
    onInterrupt(listener) {
      process.on("SIGINT", listener);
      process.on("SIGTERM", listener);
      return () => {
        process.off("SIGINT", listener);
        process.off("SIGTERM", listener);
      };
    },
  };
}

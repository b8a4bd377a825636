import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { clockEnv } from "../../../../test/pinned-day/pinned-day.ts";

/** Compiled sources of earlier processes: most of a start is reading TypeScript. */
const COMPILE_CACHE = join(tmpdir(), "artdesk-test-compile-cache");

const ENTRY = fileURLToPath(new URL("../../src/artdesk.ts", import.meta.url));

/** How a process ended, with all that it said. */
export interface ProcessEnd {
  /** Null when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** `artdesk` as a process of its own. */
export interface ArtdeskProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<ProcessEnd>;
  /** True once it has ended. */
  hasEnded(): boolean;
  /** What it has said on standard error so far. */
  stderr(): string;
}

/** Starts `artdesk` from its sources in a folder, with nothing of this process's environment but PATH and HOME. */
export function startArtdesk(
  args: readonly string[],
  options: { cwd: string; env: Readonly<Record<string, string>> },
): ArtdeskProcess {
  const child = spawn(process.execPath, ["--conditions=source", ENTRY, ...args], {
    cwd: options.cwd,
    env: {
      ...clockEnv(),
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      ...options.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  let hasEnded = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = once(child, "close").then((): ProcessEnd => {
    hasEnded = true;
    return { code: child.exitCode, signal: child.signalCode, stdout, stderr };
  });
  return { child, ended, hasEnded: () => hasEnded, stderr: () => stderr };
}

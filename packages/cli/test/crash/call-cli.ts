import type { Io } from "../../src/host/io.ts";
import { runCli } from "../../src/run-cli.ts";

/** Runs a command line in this process. @returns exit code and what it printed */
export async function callCli(
  args: readonly string[],
  options: { cwd: string; env: Readonly<Record<string, string>> },
): Promise<{ code: number; out: string; note: string }> {
  let out = "";
  let note = "";
  const io: Io = {
    out: (text) => void (out += text),
    note: (text) => void (note += text),
    live: () => undefined,
    isTerminal: false,
    color: false,
    columns: 120,
    env: options.env,
    cwd: options.cwd,
    onInterrupt: () => () => undefined,
  };
  const code = await runCli(args, io);
  return { code, out, note };
}

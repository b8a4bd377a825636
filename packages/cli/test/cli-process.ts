import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LedgerEntry, ScopeBalance } from "@artdesk/core";
import type { CheckReport, GenerateReport, PlanReport } from "@artdesk/core/node";
import { onTestFinished, vi } from "vitest";
import { clockEnv } from "../../../test/pinned-day/pinned-day.ts";
import { runCli } from "../src/run-cli.ts";

// Each of these tests starts many processes, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

const CLI = fileURLToPath(new URL("../src/artdesk.ts", import.meta.url));
const EXAMPLES = fileURLToPath(new URL("../../../examples/prompts", import.meta.url));

/** How a run of the CLI ended, and what it wrote. */
export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the CLI from source in a process of its own, with no environment but `env`: where the process is what is tested. */
export function runArtdeskProcess(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--conditions=source", CLI, ...args], {
      cwd: folder,
      env: { ...clockEnv(), NO_COLOR: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** Runs the CLI inside this process, which saves the start of one: no terminal, no environment but `env`. */
export async function runArtdesk(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  let stdout = "";
  let stderr = "";
  const code = await runCli(args, {
    out: (text) => void (stdout += text),
    note: (text) => void (stderr += text),
    live: () => undefined,
    isTerminal: false,
    color: false,
    columns: 120,
    env,
    cwd: folder,
    onInterrupt: () => () => undefined,
  });
  return { code, stdout, stderr };
}

/** What each command prints with `--json`. */
export interface JsonDocuments {
  plan: PlanReport;
  generate: GenerateReport;
  check: CheckReport;
  budget: { balances: ScopeBalance[]; unknown: LedgerEntry[] };
}

/** Runs a command with `--json`. The whole of standard output must be one document. */
export async function runArtdeskJson<Name extends keyof JsonDocuments>(
  folder: string,
  [command, ...args]: readonly [Name, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; document: JsonDocuments[Name]; stderr: string }> {
  const { code, stdout, stderr } = await runArtdesk(folder, [command, ...args, "--json"], env);
  return { code, document: JSON.parse(stdout) as JsonDocuments[Name], stderr };
}

/** What people would read of a run, both streams in one. */
export async function readArtdesk(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; words: string }> {
  const { code, stdout, stderr } = await runArtdesk(folder, args, env);
  return { code, words: stdout + stderr };
}

/** A folder of its own for one test, with these files (path to content); removed when the test ends. */
export function makeFolder(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  // One level down, so that what a prompt file writes beside its workspace is found, too.
  const parent = mkdtempSync(join(tmpdir(), "artdesk-cli-"));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const folder = join(parent, "outer", "project");
  mkdirSync(folder, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** A copy of the example prompts, without what an earlier run left there. */
export function copyExamples(): string {
  const folder = makeFolder();
  cpSync(EXAMPLES, folder, { recursive: true, filter: (path) => !/\.artdesk$|\.(png|jpe?g|webp)$/.test(path) });
  return folder;
}

/** Every file below a folder, with `/`, sorted. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { clockEnv } from "../../../../test/pinned-day/pinned-day.ts";

export interface ActionRun {
  /** Folder that holds action.yml. */
  actionFolder: string;
  inputs: Readonly<Record<string, string>>;
  eventName: string;
  event: unknown;
  /** Variables of the job, beyond those that the runner sets itself. */
  env: Readonly<Record<string, string>>;
  workspace: string;
  /** For `RUNNER_TEMP`; one that is removed afterwards when absent. */
  temp?: string;
  /** Called with the running process, to send it signals. */
  onStart?: (signal: (name: NodeJS.Signals) => void) => void;
  /** Sees the log as it grows. */
  onLog?: (text: string) => void;
}

export interface Annotation {
  level: string;
  properties: Readonly<Record<string, string>>;
  message: string;
}

export interface ActionResult {
  exitCode: number | null;
  outputs: Readonly<Record<string, string>>;
  summary: string;
  /** What people see: secrets replaced by `***`, commands left out. */
  log: string;
  /** Everything as it was written, before masking. */
  rawLog: string;
  masks: readonly string[];
  annotations: readonly Annotation[];
}

/** The Node that the workspace pins: the major version that `using: node24` gets. */
const NODE = resolve(import.meta.dirname, "../../../../node_modules/.bin/node");

/**
 * Runs an action as the runner does (actions/runner, NodeScriptActionHandler and the file and output commands): inputs
 * as variables, defaults from action.yml, the event as a file, an environment that starts empty, and the answers read
 * back from the step's files and its standard output.
 */
export async function runAction(run: ActionRun): Promise<ActionResult> {
  const folder = mkdtempSync(join(tmpdir(), "artdesk-runner-"));
  try {
    const { main, env, files } = prepare(run, folder);
    const { exitCode, rawLog } = await execute(main, env, run);
    const masks = [...rawLog.matchAll(/^::add-mask::(.*)$/gm)].map((match) => unescape(match[1] ?? ""));
    return {
      exitCode,
      rawLog,
      masks,
      log: mask(rawLog.replace(/^::add-mask::.*\n?/gm, ""), masks),
      annotations: annotationsIn(rawLog),
      outputs: parseCommandFile(readFileSync(files.output, "utf8")),
      summary: mask(readFileSync(files.summary, "utf8"), masks),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface ActionMetadata {
  inputs?: Record<string, { default?: string }>;
  runs: { main: string };
}

function prepare(
  run: ActionRun,
  folder: string,
): { main: string; env: Record<string, string>; files: Record<"output" | "summary", string> } {
  const metadata: ActionMetadata = parse(readFileSync(join(run.actionFolder, "action.yml"), "utf8"));
  const file = (name: string, text = ""): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const temp = run.temp ?? join(folder, "temp");
  mkdirSync(temp, { recursive: true });
  const files = { output: file("output"), summary: file("summary") };
  const env: Record<string, string> = {
    ...clockEnv(),
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    CI: "true",
    GITHUB_ACTIONS: "true",
    RUNNER_TEMP: temp,
    RUNNER_OS: "Linux",
    RUNNER_ARCH: "X64",
    GITHUB_WORKSPACE: run.workspace,
    GITHUB_EVENT_NAME: run.eventName,
    GITHUB_EVENT_PATH: file("event.json", JSON.stringify(run.event)),
    GITHUB_OUTPUT: files.output,
    GITHUB_STEP_SUMMARY: files.summary,
    GITHUB_STATE: file("state"),
    GITHUB_ENV: file("env"),
    GITHUB_PATH: file("path"),
    GITHUB_RUN_ID: "1",
    GITHUB_RUN_ATTEMPT: "1",
    GITHUB_RUN_NUMBER: "1",
    GITHUB_SERVER_URL: "https://github.com",
    ...run.env,
  };
  const known = metadata.inputs ?? {};
  for (const name of Object.keys(run.inputs)) if (!(name in known)) throw new Error(`action.yml has no input ${name}`);
  for (const [name, { default: fallback }] of Object.entries(known)) {
    env[`INPUT_${name.replaceAll(" ", "_").toUpperCase()}`] = run.inputs[name] ?? evaluate(fallback ?? "", run.env);
  }
  return { main: join(run.actionFolder, metadata.runs.main), env, files };
}

/** The one expression that action.yml uses in a default. */
function evaluate(fallback: string, env: Readonly<Record<string, string>>): string {
  return fallback.replace(/\$\{\{\s*github\.token\s*\}\}/, env["HARNESS_GITHUB_TOKEN"] ?? "");
}

function execute(
  main: string,
  env: Record<string, string>,
  run: ActionRun,
): Promise<{ exitCode: number | null; rawLog: string }> {
  return new Promise((done, failed) => {
    const { HARNESS_GITHUB_TOKEN: _, ...visible } = env;
    const child = spawn(NODE, [main], { cwd: run.workspace, env: visible });
    let rawLog = "";
    const take = (chunk: string): void => {
      rawLog += chunk;
      run.onLog?.(rawLog);
    };
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    child.on("error", failed);
    child.on("close", (exitCode) => done({ exitCode, rawLog }));
    run.onStart?.((name) => child.kill(name));
  });
}

/** The runner's file format: `NAME=VALUE`, or `NAME<<DELIMITER`, lines, `DELIMITER`. */
function parseCommandFile(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    const heredoc = /^([^=\s]+)<<(.+)$/.exec(line);
    if (heredoc) {
      const end = lines.indexOf(heredoc[2] ?? "");
      values[heredoc[1] ?? ""] = lines.splice(0, end).join("\n");
      lines.shift();
      continue;
    }
    const equals = line.indexOf("=");
    if (equals > 0) values[line.slice(0, equals)] = line.slice(equals + 1);
  }
  return values;
}

function annotationsIn(log: string): Annotation[] {
  return [...log.matchAll(/^::(error|warning|notice)(?: ([^:]*(?:%3A[^:]*)*))?::(.*)$/gm)].map(
    ([, level = "", list = "", message = ""]) => ({
      level,
      message: unescape(message),
      properties: Object.fromEntries(
        list
          .split(",")
          .filter((pair) => pair.includes("="))
          .map((pair) => {
            const equals = pair.indexOf("=");
            return [pair.slice(0, equals), unescape(pair.slice(equals + 1))];
          }),
      ),
    }),
  );
}

function unescape(text: string): string {
  return text
    .replaceAll("%0D", "\r")
    .replaceAll("%0A", "\n")
    .replaceAll("%3A", ":")
    .replaceAll("%2C", ",")
    .replaceAll("%25", "%");
}

function mask(text: string, masks: readonly string[]): string {
  const longestFirst = masks.toSorted((left, right) => right.length - left.length);
  return longestFirst.reduce((masked, secret) => masked.replaceAll(secret, "***"), text);
}

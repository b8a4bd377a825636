// A run of the action with nothing to do, beside an empty Node process and a bundle of GitHub's own toolkit.
// node --conditions=source bench/action-start.ts [rounds]
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { buildAction } from "../packages/github-action/test/harness/build-action.ts";
import { makeWorkspace } from "./plan-files.ts";

const UNCHANGED_FILES = 1_000;
const ACTION_FOLDER = join(import.meta.dirname, "../packages/github-action");

/** Bundles of others, measured alike on 2026-11-23 (2 cores, Node 24.21.0); they cannot be built here. */
const MEASURED_BEFORE: readonly { name: string; kilobytes: number; medianMs: number }[] = [
  { name: "actions/ai-inference", kilobytes: 1117, medianMs: 88 },
  { name: "promptfoo-action", kilobytes: 1449, medianMs: 103 },
  { name: "actions/labeler", kilobytes: 1586, medianMs: 103 },
  { name: "create-pull-request", kilobytes: 1876, medianMs: 111 },
];

interface StartFigure {
  name: string;
  minMs: number;
  medianMs: number;
  maxMs: number;
  /** Of the entry file; undefined for no bundle. */
  kilobytes: number | undefined;
}

export interface ActionStartResult {
  rounds: number;
  load: readonly number[];
  figures: readonly StartFigure[];
}

interface Contender {
  name: string;
  args: readonly string[];
  cwd: string;
  kilobytes: number | undefined;
  before?: () => void;
}

/** Runs all contenders in turn, round by round, so that other load meets them alike. */
export async function benchActionStart(rounds: number): Promise<ActionStartResult> {
  const folder = mkdtempSync(join(tmpdir(), "artdesk-start-"));
  const action = await buildAction();
  try {
    const main = join(action.folder, "packages/github-action/dist/index.js");
    const [empty, full] = [join(folder, "empty"), join(folder, "full")];
    mkdirSync(empty);
    mkdirSync(full);
    writeFileSync(join(empty, "README.md"), "demo\n");
    await makeWorkspace(full, UNCHANGED_FILES);
    for (const place of [empty, full]) commitAll(place);
    const toolkit = await bundleToolkit(folder);
    const entryKilobytes = (action.files.get("index.js") ?? 0) / 1000;
    const cache = join(full, ".artdesk/cache");
    const contenders: Contender[] = [
      { name: "node -e 0", args: ["-e", "0"], cwd: empty, kilobytes: undefined },
      {
        name: "@actions/core + @actions/github",
        args: [toolkit],
        cwd: empty,
        kilobytes: statSync(toolkit).size / 1000,
      },
      { name: "artdesk, no prompt file", args: [main], cwd: empty, kilobytes: entryKilobytes },
      {
        name: `artdesk, ${UNCHANGED_FILES} unchanged files, fresh checkout`,
        args: [main],
        cwd: full,
        kilobytes: entryKilobytes,
        before: () => rmSync(cache, { recursive: true, force: true }),
      },
      {
        name: `artdesk, ${UNCHANGED_FILES} unchanged files, cache kept`,
        args: [main],
        cwd: full,
        kilobytes: entryKilobytes,
      },
    ];
    const times = contenders.map((): number[] => []);
    for (let round = 0; round <= rounds; round += 1) {
      for (const [index, contender] of contenders.entries()) {
        const elapsedMs = timeOnce(contender, folder);
        // The first round warms the disk.
        if (round > 0) times[index]?.push(elapsedMs);
      }
    }
    const figures = contenders.map(({ name, kilobytes }, index) => ({
      name,
      kilobytes,
      ...spread(times[index] ?? []),
    }));
    return { rounds, load: loadavg(), figures };
  } finally {
    action.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Prints the figures beside the bars: 100 ms over an empty Node process, an entry of 700 kB. */
export function sayActionStart({ rounds, load, figures }: ActionStartResult, say: (text: string) => void): void {
  const [idle] = figures;
  say(`\nAction with nothing to do, ${rounds} rounds in turn, load ${load.map((value) => value.toFixed(1)).join(" ")}`);
  say(
    `  ${"".padEnd(50)} ${"median ms".padStart(9)} ${"range".padStart(11)} ${"over node".padStart(9)} ${"kB".padStart(6)}`,
  );
  for (const { name, medianMs, minMs, maxMs, kilobytes } of figures) {
    const range = `${minMs.toFixed(0)}-${maxMs.toFixed(0)}`;
    const over = (medianMs - (idle?.medianMs ?? 0)).toFixed(0);
    say(
      `  ${name.padEnd(50)} ${medianMs.toFixed(0).padStart(9)} ${range.padStart(11)} ${over.padStart(9)} ${(kilobytes?.toFixed(0) ?? "").padStart(6)}`,
    );
  }
  for (const { name, medianMs, kilobytes } of MEASURED_BEFORE) {
    say(
      `  ${`${name} (measured 2026-11-23)`.padEnd(50)} ${String(medianMs).padStart(9)} ${"".padStart(11)} ${"".padStart(9)} ${String(kilobytes).padStart(6)}`,
    );
  }
  const ours = figures[2];
  if (!idle || !ours) return;
  const overMs = ours.medianMs - idle.medianMs;
  say(`  over node -e 0: ${overMs.toFixed(0)} ms (bar 100 ms: ${overMs <= 100 ? "met" : "MISSED"})`);
  say(`  entry: ${ours.kilobytes?.toFixed(0)} kB (bar 700 kB: ${(ours.kilobytes ?? 0) <= 700 ? "met" : "MISSED"})`);
}

/** What an action pays that loads the toolkit as the templates do. */
async function bundleToolkit(folder: string): Promise<string> {
  const source =
    'import { getInput, setOutput } from "@actions/core";\nimport { getOctokit } from "@actions/github";\nsetOutput("x", typeof getOctokit(getInput("github-token")).rest);\n';
  const bundle = await rolldown({
    input: "toolkit-entry",
    cwd: ACTION_FOLDER,
    platform: "node",
    plugins: [
      {
        name: "toolkit-entry",
        resolveId: (id) => (id === "toolkit-entry" ? join(ACTION_FOLDER, "toolkit-entry.js") : null),
        load: (id) => (id.endsWith("toolkit-entry.js") ? source : null),
      },
    ],
  });
  const file = join(folder, "toolkit.mjs");
  await bundle.write({ file, format: "esm", minify: true, codeSplitting: false });
  await bundle.close();
  return file;
}

function commitAll(place: string): void {
  const identity = ["-c", "user.name=x", "-c", "user.email=x@example.com"];
  for (const args of [
    ["init", "--quiet"],
    ["add", "--all"],
    [...identity, "commit", "--quiet", "--message", "x"],
  ]) {
    execFileSync("git", args, { cwd: place });
  }
}

function timeOnce({ args, cwd, before }: Contender, folder: string): number {
  before?.();
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    GITHUB_ACTIONS: "true",
    GITHUB_WORKSPACE: cwd,
    GITHUB_REPOSITORY: "octocat/demo",
    GITHUB_EVENT_NAME: "push",
    GITHUB_REF: "refs/heads/main",
    GITHUB_SHA: "0".repeat(40),
    RUNNER_TEMP: folder,
    INPUT_MODE: "generate",
    INPUT_DELIVER: "commit",
    "INPUT_OPENAI-API-KEY": "sk-not-used-0123456789",
    "INPUT_GITHUB-TOKEN": "ghs_not_used_0123456789",
  };
  const startedMs = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, env, encoding: "utf8" });
  const elapsedMs = performance.now() - startedMs;
  if (status !== 0) throw new Error(`It ended with ${status}: ${stdout}${stderr}`);
  return elapsedMs;
}

function spread(times: readonly number[]): Pick<StartFigure, "minMs" | "medianMs" | "maxMs"> {
  const sorted = times.toSorted((left, right) => left - right);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return { minMs: at(0), medianMs: at(0.5), maxMs: at(1) };
}

if (import.meta.main)
  sayActionStart(await benchActionStart(Number(process.argv[2] ?? 25)), (text) => console.log(text));

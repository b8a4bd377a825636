// Measures a run of the built action with nothing to do against an empty Node process: `node measure-start.mjs [runs]`.
// Prints minimum and median of both in milliseconds. The minimum is the steadier figure on a busy machine.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const runs = Number(process.argv[2] ?? 30);
const dist = join(dirname(dirname(fileURLToPath(import.meta.url))), "dist/index.js");
const folder = mkdtempSync(join(tmpdir(), "artdesk-start-"));
const workspace = join(folder, "workspace");
mkdirSync(join(workspace, "docs"), { recursive: true });

const env = {
  PATH: process.env.PATH,
  HOME: folder,
  GITHUB_ACTIONS: "true",
  GITHUB_WORKSPACE: workspace,
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

function measure(args) {
  const times = [];
  for (let run = 0; run < runs; run += 1) {
    const startedMs = performance.now();
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: workspace, env, encoding: "utf8" });
    times.push(performance.now() - startedMs);
    if (status !== 0) throw new Error(`It ended with ${status}: ${stdout}`);
  }
  const sorted = times.toSorted((left, right) => left - right);
  return { min: sorted[0], median: sorted[Math.floor(sorted.length / 2)] };
}

try {
  // Nothing to do: there is no prompt file that wants an image, in a clean checkout.
  writeFileSync(join(workspace, "README.md"), "demo\n");
  const identity = ["-c", "user.name=x", "-c", "user.email=x@example.com"];
  for (const args of [
    ["init", "--quiet"],
    ["add", "--all"],
    [...identity, "commit", "--quiet", "--message", "x"],
  ]) {
    execFileSync("git", args, { cwd: workspace });
  }
  const empty = measure(["-e", "0"]);
  const action = measure([dist]);
  const show = ({ min, median }) => `min ${min.toFixed(0)} ms, median ${median.toFixed(0)} ms`;
  console.log(`node -e 0:            ${show(empty)}`);
  console.log(`action, nothing to do: ${show(action)}`);
  console.log(`difference of minima:  ${(action.min - empty.min).toFixed(0)} ms (bar: 100 ms)`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

import { execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { clockEnv } from "../../../../test/pinned-day/pinned-day.ts";
import { OWNER, REPO } from "./emulator.ts";
import type { GitRemote } from "./git-remote.ts";
import { KEY, WRITE, type Scenario } from "./scenario.ts";

/** Node 24 first: act runs an action on the `node` that it finds. */
const NODE_FOLDER = resolve(import.meta.dirname, "../../../../node_modules/.bin");

export interface WorkflowRun {
  /** The program. */
  act: string;
  scenario: Scenario;
  remote: GitRemote;
  branch: string;
  eventName: "push" | "pull_request" | "workflow_dispatch";
  /** Beside what every event of this name has. */
  event?: Readonly<Record<string, unknown>>;
  secrets?: Readonly<Record<string, string>>;
  /** Other people's actions by `owner/repo@ref`, and the folders that stand in for them. */
  standIns?: Readonly<Record<string, string>>;
  /** Name of the action in the workflow, with its ref. @default artdesk/artdesk@v1 */
  action?: string;
}

export interface WorkflowResult {
  exitCode: number | null;
  log: string;
}

/**
 * Commits files to a branch of the git server and of the emulated GitHub alike, as `git push` to GitHub does in one.
 * @returns the commit at GitHub
 */
export async function pushToBoth(
  { scenario, remote }: Pick<WorkflowRun, "scenario" | "remote">,
  branch: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  remote.commit(branch, files);
  return scenario.repository.commit(branch, files);
}

/**
 * Runs the workflows of a branch by act, without Docker, as GitHub would for this event: the branch is cloned from the
 * git server over HTTP with the token, act reads `.github/workflows` there, gives each job a copy of the clone in the
 * place of `actions/checkout` and runs the built action from a folder. The addresses of the simulator and the emulated
 * API come from the job's environment; nothing else differs from the file that people copy.
 */
export async function runWorkflow(run: WorkflowRun): Promise<WorkflowResult> {
  const { scenario, remote, branch, act, action = "artdesk/artdesk@v1" } = run;
  const folder = mkdtempSync(join(tmpdir(), "artdesk-act-"));
  try {
    const sha = await scenario.repository.head(branch);
    const clone = await cloneOf(remote, branch, folder);
    const token = await scenario.github.installationToken(WRITE);
    const eventFile = join(folder, "event.json");
    writeFileSync(eventFile, JSON.stringify(eventOf(run, sha)));
    const bases = Object.entries(scenario.simulator.env).filter(([name]) => name.endsWith("_BASE_URL"));
    const env = {
      ...clockEnv(),
      ...Object.fromEntries(bases),
      GITHUB_API_URL: scenario.github.url,
      GITHUB_SERVER_URL: remote.url,
      GITHUB_REPOSITORY: `${OWNER}/${REPO}`,
      GITHUB_REPOSITORY_OWNER: OWNER,
    };
    const secrets = { GITHUB_TOKEN: token, OPENAI_API_KEY: KEY, ...run.secrets };
    const args = [
      run.eventName,
      "--platform=ubuntu-latest=-self-hosted",
      "--platform=ubuntu-24.04=-self-hosted",
      `--eventpath=${eventFile}`,
      `--action-cache-path=${join(folder, "cache")}`,
      "--no-cache-server",
      "--use-gitignore=false",
      "--concurrent-jobs=2",
      ...Object.entries({ [action]: scenario.action.folder, ...run.standIns }).flatMap(([name, place]) => [
        "--local-repository",
        `${name}=${place}`,
      ]),
      ...Object.entries(env).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
      ...Object.entries(secrets).flatMap(([name, value]) => ["--secret", `${name}=${value}`]),
    ];
    return await execute(act, args, clone, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** act does not know these yet (v0.2.89): what is taken out decides only when a run starts, never what it does. */
export function withoutNewKeys(workflow: string): string {
  return workflow.replace(/^ +queue: max\n/m, "").replace(", queue: max }", " }");
}

/** Asynchronous, because the git server is in this process. */
async function cloneOf(remote: GitRemote, branch: string, folder: string): Promise<string> {
  const clone = join(folder, "clone");
  const credentials = Buffer.from(`x-access-token:${remote.token}`).toString("base64");
  const header = `http.${remote.url}/.extraheader=AUTHORIZATION: basic ${credentials}`;
  const source = `${remote.url}/${OWNER}/${REPO}.git`;
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder, GIT_CONFIG_NOSYSTEM: "1", GIT_TERMINAL_PROMPT: "0" };
  await promisify(execFile)("git", ["-c", header, "clone", "--quiet", "--branch", branch, source, clone], { env });
  return clone;
}

function eventOf({ eventName, branch, event }: WorkflowRun, sha: string): unknown {
  const repository = { private: false, full_name: `${OWNER}/${REPO}`, default_branch: "main" };
  const common = { repository, ref: `refs/heads/${branch}`, ...event };
  return eventName === "pull_request" ? common : { ...common, after: sha, deleted: false };
}

function execute(act: string, args: readonly string[], cwd: string, home: string): Promise<WorkflowResult> {
  mkdirSync(join(home, "home"));
  const env = {
    PATH: `${NODE_FOLDER}:${process.env["PATH"] ?? ""}`,
    HOME: join(home, "home"),
    // No docker: act then asks nobody.
    DOCKER_HOST: "",
    XDG_CACHE_HOME: join(home, "cache"),
  };
  return new Promise((done, failed) => {
    const child = spawn(act, args, { cwd, env });
    let log = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (log += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text));
    child.on("error", failed);
    child.on("close", (exitCode) => done({ exitCode, log }));
  });
}

/** Writes an action that stands in for somebody else's. */
export function writeStandIn(folder: string, inputs: readonly string[], script: string): string {
  mkdirSync(dirname(join(folder, "action.yml")), { recursive: true });
  const lines = inputs.map((name) => `  ${name}: { description: ${name}, default: "" }`);
  writeFileSync(
    join(folder, "action.yml"),
    `name: Stand-in\ndescription: Stands in for an action that cannot be downloaded here.\ninputs:\n${lines.join("\n")}\nruns: { using: node24, main: main.mjs }\n`,
  );
  writeFileSync(join(folder, "main.mjs"), script);
  return folder;
}

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { startSimulator, type Simulator, type SimulatorOptions } from "@artdesk/simulator";
import { createOctokitClient } from "../../src/github/octokit-client.ts";
import { createGitRefLedgerStore, LEDGER_REF } from "../../src/make/ledger-ref.ts";
import { buildAction, type BuiltAction } from "./build-action.ts";
import { OWNER, REPO, startGitHubEmulator, type GitHubEmulator, type Permissions } from "./emulator.ts";
import { testRepository, type TestRepository } from "./repository.ts";
import { runAction, type ActionResult, type ActionRun } from "./run-action.ts";

export const KEY = "sk-test-key-0123456789";
export const WRITE: Permissions = { contents: "write", pull_requests: "write", issues: "write" };

/** A job's step: what differs from a plain push by somebody with a key. */
export interface Step {
  branch: string;
  inputs?: Readonly<Record<string, string>>;
  permissions?: Permissions;
  /** Number and branch of the pull request that the event is about. */
  pullRequest?: PullRequest;
  eventName?: string;
  fork?: boolean;
  /** Commit that was checked out, when it is not the branch's newest. */
  checkoutOf?: string;
  /** Changes the checkout before the step runs, as an earlier step of the job would. */
  prepare?: (workspace: string) => void;
  /** Keeps the runner's temporary folder until the scenario ends. */
  keepTemp?: boolean;
  onStart?: ActionRun["onStart"];
  onLog?: ActionRun["onLog"];
  env?: Readonly<Record<string, string>>;
}

export interface PullRequest {
  number: number;
  baseSha: string;
}

export interface Comment {
  id: number;
  body: string;
}

/** GitHub, image providers and the built action, all on this machine. */
export interface Scenario {
  github: GitHubEmulator;
  repository: TestRepository;
  simulator: Simulator;
  action: BuiltAction;
  /** A branch from main with these files, and a pull request from it. */
  openPullRequest(branch: string, files: Readonly<Record<string, string>>): Promise<PullRequest>;
  run(step: Step): Promise<ActionResult>;
  comments(pullRequest: PullRequest): Promise<Comment[]>;
  /** All text on the ledger's ref, or undefined without one. */
  ledger(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Starts everything. */
export async function startScenario(simulatorOptions: SimulatorOptions = {}): Promise<Scenario> {
  const [github, simulator, action] = await Promise.all([
    startGitHubEmulator(),
    startSimulator({ now: () => Date.UTC(2026, 10, 24, 12), ...simulatorOptions }),
    buildAction(),
  ]);
  const repository = testRepository(github);
  const folders: string[] = [];
  const root = `/repos/${OWNER}/${REPO}`;

  const checkOut = async (sha: string): Promise<string> => {
    const workspace = mkdtempSync(join(tmpdir(), "artdesk-workspace-"));
    folders.push(workspace);
    const { tree } = await github.api<{ tree: { path: string; type: string; sha: string }[] }>(
      "GET",
      `${root}/git/trees/${sha}?recursive=1`,
    );
    for (const { path, type, sha: blob } of tree) {
      if (type !== "blob") continue;
      const { content } = await github.api<{ content: string }>("GET", `${root}/git/blobs/${blob}`);
      mkdirSync(dirname(join(workspace, path)), { recursive: true });
      writeFileSync(join(workspace, path), Buffer.from(content, "base64"));
    }
    const identity = ["-c", "user.name=x", "-c", "user.email=x@example.com"];
    for (const args of [
      ["init", "--quiet"],
      ["add", "--all"],
      [...identity, "commit", "--quiet", "--message", "checkout"],
    ]) {
      execFileSync("git", args, { cwd: workspace });
    }
    return workspace;
  };

  return {
    github,
    repository,
    simulator,
    action,
    openPullRequest: async (branch, files) => {
      const baseSha = await repository.branch(branch);
      await repository.commit(branch, files);
      const fields = { title: "Images", head: branch, base: "main" };
      const { number } = await github.api<{ number: number }>("POST", `${root}/pulls`, fields);
      return { number, baseSha };
    },
    run: async (step) => {
      const sha = step.checkoutOf ?? (await repository.head(step.branch));
      const token = await github.installationToken(step.permissions ?? WRITE);
      const bases = Object.entries(simulator.env).filter(([name]) => name.endsWith("_BASE_URL"));
      const workspace = await checkOut(sha);
      step.prepare?.(workspace);
      const temp = step.keepTemp ? mkdtempSync(join(tmpdir(), "artdesk-temp-")) : undefined;
      if (temp !== undefined) folders.push(temp);
      return runAction({
        actionFolder: action.folder,
        workspace,
        ...(temp === undefined ? {} : { temp }),
        inputs: { "openai-api-key": KEY, ...step.inputs },
        eventName: step.eventName ?? (step.pullRequest ? "pull_request" : "push"),
        event: eventOf(step, sha),
        ...(step.onStart ? { onStart: step.onStart } : {}),
        ...(step.onLog ? { onLog: step.onLog } : {}),
        env: {
          ...Object.fromEntries(bases),
          HARNESS_GITHUB_TOKEN: token,
          GITHUB_API_URL: github.url,
          GITHUB_REPOSITORY: `${OWNER}/${REPO}`,
          GITHUB_REF: step.pullRequest ? `refs/pull/${step.pullRequest.number}/merge` : `refs/heads/${step.branch}`,
          GITHUB_SHA: sha,
          ...step.env,
        },
      });
    },
    comments: ({ number }) => github.api("GET", `${root}/issues/${number}/comments?per_page=100`),
    ledger: async () => {
      const head = await repository.head(LEDGER_REF.replace("heads/", "")).catch(() => undefined);
      if (head === undefined) return undefined;
      const client = createOctokitClient(github.adminToken, github.url);
      const store = createGitRefLedgerStore({ client, owner: OWNER, repo: REPO });
      return (await store.read(`artdesk/v1/${new Date().toISOString().slice(0, 7)}`))?.value;
    },
    close: async () => {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
      action.remove();
      await simulator.close();
      await github.close();
    },
  };
}

function eventOf(step: Step, sha: string): unknown {
  const repository = { private: false, full_name: `${OWNER}/${REPO}` };
  if (!step.pullRequest) return { ref: `refs/heads/${step.branch}`, after: sha, repository };
  const head = { sha, ref: step.branch, repo: { full_name: step.fork ? `stranger/${REPO}` : `${OWNER}/${REPO}` } };
  const base = { sha: step.pullRequest.baseSha, ref: "main", repo: { full_name: `${OWNER}/${REPO}` } };
  return {
    action: "synchronize",
    number: step.pullRequest.number,
    pull_request: { number: step.pullRequest.number, head, base },
    repository,
  };
}

/** A prompt file that wants one small image. */
export function promptFile(prompt: string, fields = ""): string {
  return `---\npurpose: draft\n${fields}---\n\n${prompt}\n`;
}

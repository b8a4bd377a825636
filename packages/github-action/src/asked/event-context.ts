import { readFileSync } from "node:fs";
import { ArtdeskError } from "@artdesk/core";
import type { Repository } from "../github/github-client.ts";
import { isBranchName } from "./branch-name.ts";

/** The pull request that started this run. */
export interface PullRequestContext {
  number: number;
  headSha: string;
  headBranch: string;
  baseSha: string;
  /** The head is in another repository than the base. */
  fromFork: boolean;
}

/** What started this run, and where. Texts of the event are data: nothing here is ever put into a shell. */
export interface EventContext extends Repository {
  eventName: string;
  /** Branch to deliver to, without `refs/heads/`; undefined for tags and detached runs. */
  branch: string | undefined;
  /** Commit that the workspace was made from, for comparisons with the branch. */
  baseSha: string;
  pullRequest: PullRequestContext | undefined;
  isPrivate: boolean;
  serverUrl: string;
  runUrl: string;
  /** Unique per run and attempt. */
  runKey: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

interface EventPayload {
  number?: number;
  after?: string;
  repository?: { private?: boolean };
  pull_request?: {
    number: number;
    head: { sha: string; ref: string; repo: { full_name: string } | null };
    base: { sha: string; repo: { full_name: string } };
  };
}

/**
 * Reads the runner's variables and the event's payload.
 * @throws {ArtdeskError} `invalid_request` outside of GitHub Actions
 */
export function readEventContext(env: Environment): EventContext {
  const [owner = "", repo = ""] = required(env, "GITHUB_REPOSITORY").split("/");
  const eventName = required(env, "GITHUB_EVENT_NAME");
  const payload = readPayload(env["GITHUB_EVENT_PATH"]);
  const pullRequest = pullRequestOf(payload);
  const serverUrl = env["GITHUB_SERVER_URL"] ?? "https://github.com";
  const runId = env["GITHUB_RUN_ID"] ?? "0";
  return {
    owner,
    repo,
    eventName,
    branch: pullRequest ? pullRequest.headBranch : branchOf(env["GITHUB_REF"]),
    baseSha: pullRequest?.headSha ?? env["GITHUB_SHA"] ?? "",
    pullRequest,
    isPrivate: payload.repository?.private !== false,
    serverUrl,
    runUrl: `${serverUrl}/${owner}/${repo}/actions/runs/${runId}`,
    runKey: `${runId}-${env["GITHUB_RUN_ATTEMPT"] ?? "1"}`,
  };
}

function required(env: Environment, name: string): string {
  const value = env[name];
  if (value !== undefined && value !== "") return value;
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `${name} is not set.`,
    hint: "This program runs as a step of a GitHub Actions job; on your own machine use the artdesk command.",
  });
}

function readPayload(path: string | undefined): EventPayload {
  if (path === undefined || path === "") return {};
  const parsed: unknown = JSON.parse(readFileSync(path, "utf8"));
  return typeof parsed === "object" && parsed !== null ? parsed : {};
}

function pullRequestOf({ pull_request: pull }: EventPayload): PullRequestContext | undefined {
  if (!pull) return undefined;
  return {
    number: pull.number,
    headSha: pull.head.sha,
    headBranch: pull.head.ref,
    baseSha: pull.base.sha,
    fromFork: pull.head.repo?.full_name !== pull.base.repo.full_name,
  };
}

function branchOf(ref: string | undefined): string | undefined {
  const branch = /^refs\/heads\/(.+)$/.exec(ref ?? "")?.[1];
  return branch !== undefined && isBranchName(branch) ? branch : undefined;
}

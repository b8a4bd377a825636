import { ArtdeskError } from "@artdesk/core";
import { pullRequestBranch } from "../asked/branch-name.ts";
import { blobId, type DeliveryFile } from "../github/delivery.ts";
import { createGitData, type GitData } from "../github/git-data.ts";
import {
  isForbidden,
  isRuleRefusal,
  messageOf,
  statusOf,
  type GitHubClient,
  type Repository,
} from "../github/github-client.ts";
import { limitError } from "../github/limit-error.ts";
import { backOff, systemTiming, type Timing } from "../github/timing.ts";
import { uploadBlobs } from "./commit-rest.ts";

/** Files that are to reach a branch by way of a pull request. */
export interface PullRequestDelivery extends Repository {
  client: GitHubClient;
  /** Branch that the pull request asks to be merged into. */
  base: string;
  files: readonly DeliveryFile[];
  title: string;
  /** Markdown, escaped already. */
  body: string;
  commitMessage: string;
  timing?: Timing | undefined;
  log?: ((line: string) => void) | undefined;
}

export interface PullRequest {
  number: number;
  url: string;
}

export type PullRequestResult =
  | {
      status: "created" | "updated" | "unchanged";
      pullRequest: PullRequest;
      branch: string;
      sha: string;
      verified: boolean;
    }
  /** Nothing differs from the base any more; `closed` holds what was open. */
  | { status: "nothing_differs"; closed: readonly PullRequest[] };

interface PullReply {
  number: number;
  html_url: string;
  title: string;
  body: string | null;
}

const MAX_TRIES = 12;

/**
 * Keeps one pull request into `base`: made when files differ, updated in place, closed when nothing differs any more.
 * The branch's tree is always the base's newest tree plus these files. It only ever moves forward, so that two runs
 * cannot throw away each other's commit.
 * @throws {ArtdeskError} `unavailable` when GitHub refuses or cannot be reached
 */
export async function deliverPullRequest(delivery: PullRequestDelivery): Promise<PullRequestResult> {
  const branch = pullRequestBranch(delivery.base);
  try {
    const git = createGitData(delivery.client, delivery);
    const moved = await moveBranch(git, branch, delivery);
    if (moved === undefined) return { status: "nothing_differs", closed: await closeAll(git, branch, delivery) };
    const { pull, created, edited } = await openOrUpdate(branch, delivery);
    const pullRequest = { number: pull.number, url: pull.html_url };
    const status = created ? "created" : edited || moved.committed ? "updated" : "unchanged";
    return { status, pullRequest, branch, sha: moved.sha, verified: moved.verified };
  } catch (error) {
    throw asPullRequestError(error, delivery);
  }
}

interface MovedBranch {
  sha: string;
  verified: boolean;
  committed: boolean;
}

/** Puts the files on the branch. Undefined when the base has all of them already. */
async function moveBranch(
  git: GitData,
  branch: string,
  delivery: PullRequestDelivery,
): Promise<MovedBranch | undefined> {
  const timing = delivery.timing ?? systemTiming;
  const uploaded = new Map<string, string>();
  let cause: unknown;
  for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
    const baseSha = await git.head(`heads/${delivery.base}`);
    if (baseSha === undefined) throw new Error(`the branch ${delivery.base} is not there`);
    const base = await git.commit(baseSha);
    const there = await git.blobIds(
      base.treeSha,
      delivery.files.map((file) => file.path),
    );
    const write = delivery.files.filter((file) => there.get(file.path) !== blobId(file.bytes));
    if (write.length === 0) return undefined;
    const treeSha = await git.createTree(base.treeSha, await uploadBlobs(write, git, uploaded));
    const headSha = await git.head(`heads/${branch}`);
    if (headSha !== undefined) {
      const head = await git.commit(headSha);
      if (head.treeSha === treeSha) return { sha: headSha, verified: head.verified, committed: false };
    }
    const parents = await parentsOf(delivery, baseSha, headSha);
    const commit = await git.createCommit(delivery.commitMessage, treeSha, parents);
    try {
      await (headSha === undefined
        ? git.createRef(`heads/${branch}`, commit.sha)
        : git.updateRef(`heads/${branch}`, commit.sha));
      delivery.log?.(`Commit ${commit.sha} on ${branch}; signed by GitHub: ${commit.verified}.`);
      return { sha: commit.sha, verified: commit.verified, committed: true };
    } catch (error) {
      if (statusOf(error) !== 422 && statusOf(error) !== 409) throw error;
      if (isRuleRefusal(error)) throw error;
      cause = error;
      await backOff(timing, attempt);
    }
  }
  throw cause;
}

/** The branch's head first, so that the update moves forward; the base too unless the branch has it already. */
async function parentsOf(
  delivery: PullRequestDelivery,
  baseSha: string,
  headSha: string | undefined,
): Promise<string[]> {
  if (headSha === undefined) return [baseSha];
  const { client, owner, repo } = delivery;
  const basehead = `${baseSha}...${headSha}`;
  const reply = await client.request<{ status: string }>("GET /repos/{owner}/{repo}/compare/{basehead}", {
    owner,
    repo,
    basehead,
    per_page: 1,
  });
  const contained = reply.data.status === "ahead" || reply.data.status === "identical";
  return contained ? [headSha] : [headSha, baseSha];
}

async function listOpen(branch: string, { client, owner, repo, base }: PullRequestDelivery): Promise<PullReply[]> {
  const reply = await client.request<PullReply[]>("GET /repos/{owner}/{repo}/pulls", {
    owner,
    repo,
    base,
    head: `${owner}:${branch}`,
    state: "open",
  });
  return reply.data.toSorted((left, right) => left.number - right.number);
}

async function openOrUpdate(
  branch: string,
  delivery: PullRequestDelivery,
): Promise<{ pull: PullReply; created: boolean; edited: boolean }> {
  const { client, owner, repo, base, title, body } = delivery;
  const [open] = await listOpen(branch, delivery);
  if (open) return edit(open, delivery);
  try {
    const fields = { owner, repo, base, head: branch, title, body };
    const reply = await client.request<PullReply>("POST /repos/{owner}/{repo}/pulls", fields);
    return { pull: reply.data, created: true, edited: false };
  } catch (error) {
    // Another run may have opened it meanwhile.
    const [opened] = statusOf(error) === 422 ? await listOpen(branch, delivery) : [];
    if (!opened) throw error;
    return edit(opened, delivery);
  }
}

async function edit(
  open: PullReply,
  { client, owner, repo, title, body }: PullRequestDelivery,
): Promise<{ pull: PullReply; created: boolean; edited: boolean }> {
  if (open.title === title && open.body === body) return { pull: open, created: false, edited: false };
  const fields = { owner, repo, pull_number: open.number, title, body };
  await client.request("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", fields);
  return { pull: open, created: false, edited: true };
}

async function closeAll(git: GitData, branch: string, delivery: PullRequestDelivery): Promise<readonly PullRequest[]> {
  const { client, owner, repo } = delivery;
  const open = await listOpen(branch, delivery);
  for (const { number } of open) {
    const fields = { owner, repo, pull_number: number, state: "closed" };
    await client.request("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", fields);
  }
  if (open.length > 0) await git.deleteRef(`heads/${branch}`);
  return open.map((pull) => ({ number: pull.number, url: pull.html_url }));
}

function asPullRequestError(error: unknown, { owner, repo, base }: PullRequestDelivery): ArtdeskError {
  if (error instanceof ArtdeskError) return error;
  const limited = limitError(error);
  if (limited) return limited;
  const mayNotOpen = /not permitted to create or approve pull requests/i.test(messageOf(error));
  return new ArtdeskError({
    code: "unavailable",
    shortMessage: `The pull request into ${base} of ${owner}/${repo} failed: ${messageOf(error)}.`,
    hint: isRuleRefusal(error)
      ? `Exclude artdesk/assets/** from the rule, or let GitHub Actions bypass it.`
      : mayNotOpen
        ? 'Turn on "Allow GitHub Actions to create and approve pull requests" in Settings, Actions, General.'
        : isForbidden(error)
          ? "Give the job `permissions: contents: write` and `pull-requests: write`."
          : "The images and their lock entries are in the workspace: upload them as an artifact before you run again.",
    status: statusOf(error),
    cause: error,
  });
}

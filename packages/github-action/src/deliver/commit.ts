import { ArtdeskError } from "@artdesk/core";
import { requireBranchName } from "../asked/branch-name.ts";
import {
  compareWithHead,
  type Delivery,
  type DeliveryFile,
  type DeliveryResult,
  type Transport,
} from "../github/delivery.ts";
import { createGitData, type GitData } from "../github/git-data.ts";
import { isForbidden, isRuleRefusal, messageOf, statusOf, type GitHubClient } from "../github/github-client.ts";
import { limitError } from "../github/limit-error.ts";
import { backOff, systemTiming, type Timing } from "../github/timing.ts";
import { commitByGraphql } from "./commit-graphql.ts";
import { commitByPush, type PushAccess } from "./commit-push.ts";
import { commitByRest } from "./commit-rest.ts";

export interface CommitOptions {
  client: GitHubClient;
  /** For deliveries of more files than the API takes well. Without it the API is used for any number. */
  push?: PushAccess | undefined;
  timing?: Timing | undefined;
  log?: ((line: string) => void) | undefined;
}

/** Bytes of base64 in one GraphQL request; GitHub states no limit, requests of this size pass. */
const MAX_GRAPHQL_BASE64_BYTES = 20_000_000;
/**
 * The API takes one request per image, and GitHub allows 500 content-creating requests an hour
 * (docs.github.com, "Rate limits for the REST API", secondary limits).
 */
const MAX_API_FILES = 300;
const MAX_TRIES = 12;

/**
 * Puts the files on the branch in one commit, or none when the branch has them already. Never forces: when another
 * commit came first, the tree is built anew on top of it, unless one of our paths was changed there.
 * @throws {ArtdeskError} `unavailable` when GitHub refuses or cannot be reached
 */
export async function commitFiles(delivery: Delivery, options: CommitOptions): Promise<DeliveryResult> {
  requireBranchName(delivery.branch);
  try {
    return await commitInTries(delivery, options);
  } catch (error) {
    throw asDeliveryError(error, delivery);
  }
}

async function commitInTries(delivery: Delivery, options: CommitOptions): Promise<DeliveryResult> {
  const timing = options.timing ?? systemTiming;
  if (options.push && delivery.files.length > MAX_API_FILES) {
    return commitByPush(delivery, { access: options.push, timing, maxTries: MAX_TRIES });
  }
  const git = createGitData(options.client, delivery);
  const ref = `heads/${delivery.branch}`;
  const paths = delivery.files.map((file) => file.path);
  const baseBlobs = await readBase(git, delivery.baseSha, paths);
  const uploaded = new Map<string, string>();
  let transport: Transport = graphqlFits(delivery.files) ? "graphql" : "rest";
  let cause: unknown;
  for (let lostRaces = 0; lostRaces < MAX_TRIES;) {
    const head = await readHead(git, ref, delivery, cause);
    const headBlobs = await git.blobIds(head.treeSha, paths);
    const { write, diverged } = compareWithHead(delivery.files, baseBlobs, headBlobs);
    if (write.length === 0) {
      return diverged.length > 0
        ? { status: "diverged", sha: head.sha, paths: diverged }
        : { status: "unchanged", sha: head.sha };
    }
    const attempt = { delivery, headSha: head.sha, headTreeSha: head.treeSha, write };
    const result =
      transport === "graphql"
        ? await commitByGraphql(attempt, options.client)
        : await commitByRest(attempt, git, uploaded);
    if (result.status === "committed") {
      options.log?.(`Commit ${result.sha} by ${transport}; signed by GitHub: ${result.verified ?? "not stated"}.`);
      return { ...result, transport, paths: write.map((file) => file.path), diverged, lostRaces };
    }
    if (result.status === "not_available") {
      transport = "rest";
      continue;
    }
    cause = result.cause;
    if (isRuleRefusal(cause)) throw refusedByRule(delivery.branch, cause);
    await backOff(timing, lostRaces);
    lostRaces += 1;
  }
  throw new ArtdeskError({
    code: "unavailable",
    shortMessage: `${delivery.branch} was ahead of us ${MAX_TRIES} times: ${messageOf(cause)}.`,
    hint: "If nobody else pushes, a ruleset refuses the commit: allow GitHub Actions to bypass it, or use `deliver: pull-request`.",
    status: statusOf(cause),
    cause,
  });
}

function refusedByRule(branch: string, cause: unknown): ArtdeskError {
  return new ArtdeskError({
    code: "unavailable",
    shortMessage: `${branch} takes no commit of this token: ${messageOf(cause)}.`,
    hint: "Let GitHub Actions bypass the rule, or use `deliver: pull-request`.",
    status: statusOf(cause),
    cause,
  });
}

/** Blob ids at the base; none when the commit is gone, so that whatever differs counts as changed by others. */
async function readBase(git: GitData, sha: string, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  try {
    return await git.blobIds((await git.commit(sha)).treeSha, paths);
  } catch (error) {
    const status = statusOf(error);
    if (status === 404 || status === 422) return new Map();
    throw error;
  }
}

async function readHead(
  git: GitData,
  ref: string,
  { branch }: Delivery,
  cause: unknown,
): Promise<{ sha: string; treeSha: string }> {
  const sha = await git.head(ref);
  if (sha === undefined) {
    throw new ArtdeskError({
      code: "unavailable",
      shortMessage: `The branch ${branch} is not there.`,
      hint: "It was deleted while this run worked, or the token may not read it.",
      cause,
    });
  }
  return { sha, treeSha: (await git.commit(sha)).treeSha };
}

function graphqlFits(files: readonly DeliveryFile[]): boolean {
  const bytes = files.reduce((sum, file) => sum + file.bytes.byteLength, 0);
  return Math.ceil(bytes / 3) * 4 <= MAX_GRAPHQL_BASE64_BYTES;
}

function asDeliveryError(error: unknown, { owner, repo, branch }: Delivery): ArtdeskError {
  if (error instanceof ArtdeskError) return error;
  const limited = limitError(error);
  if (limited) return limited;
  return new ArtdeskError({
    code: "unavailable",
    shortMessage: isForbidden(error)
      ? `The token may not commit to ${branch} of ${owner}/${repo}.`
      : `The commit to ${branch} of ${owner}/${repo} failed: ${messageOf(error)}.`,
    hint: isForbidden(error)
      ? "Give the job `permissions: contents: write`."
      : "The images and their lock entries are in the workspace: upload them as an artifact before you run again.",
    status: statusOf(error),
    cause: error,
  });
}

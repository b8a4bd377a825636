import { isForbidden, statusOf, type GitHubClient, type Repository } from "./github-client.ts";

/** Why something cannot be delivered, and what to change. */
export interface Obstacle {
  why: string;
  remedy: string;
}

/** A branch that somebody wants to commit to. */
export interface PushQuestion extends Repository {
  /** Without `refs/heads/`. */
  branch: string;
  /** The branch may be missing: then it would be made. */
  mayCreate: boolean;
}

interface BranchReply {
  protected?: boolean;
  protection?: { required_status_checks?: { enforcement_level?: string; contexts?: string[] } };
}

interface Rule {
  type: string;
  ruleset_id?: number;
}

interface RefUpdateRule {
  viewerCanPush: boolean;
  requiredApprovingReviewCount: number | null;
  requiredStatusCheckContexts: (string | null)[] | null;
}

/** Rules of rulesets that refuse a commit which comes straight to the branch, in words. */
const BLOCKING_RULES: Readonly<Record<string, string>> = {
  update: "restricts updates",
  pull_request: "wants a pull request",
  required_status_checks: "wants status checks first",
  merge_queue: "wants a merge queue",
  required_deployments: "wants deployments first",
  workflows: "wants workflows first",
  code_scanning: "wants code scanning first",
};

const REF_UPDATE_RULE = `query ($owner: String!, $repo: String!, $ref: String!) {
  repository(owner: $owner, name: $repo) {
    ref(qualifiedName: $ref) {
      refUpdateRule { viewerCanPush requiredApprovingReviewCount requiredStatusCheckContexts }
    }
  }
}`;

const REMEDY = "let GitHub Actions bypass the rule, or use `deliver: pull-request`";

/**
 * Looks, for nothing, whether this token may put a commit straight on the branch: branches that are gone, rulesets and
 * branch protection. What GitHub does not tell counts as no obstacle.
 * Source: docs.github.com, "REST API endpoints for rules" and GraphQL's `RefUpdateRule`, read 2026-12-01.
 */
export async function pushObstacle(client: GitHubClient, question: PushQuestion): Promise<Obstacle | undefined> {
  const found = await readBranch(client, question);
  if (!question.mayCreate && (found === undefined || isThrownAway(question.branch))) return goneSoon(question.branch);
  const ruled = await obstacleOfRules(client, question, found === undefined);
  return ruled ?? (found?.protected === true ? obstacleOfProtection(client, question, found) : undefined);
}

/** The obstacle where a branch is gone, or will be before anybody sees its images. */
export async function missingBranch(
  client: GitHubClient,
  question: Omit<PushQuestion, "mayCreate">,
): Promise<Obstacle | undefined> {
  const isThere = !isThrownAway(question.branch) && (await readBranch(client, question)) !== undefined;
  return isThere ? undefined : goneSoon(question.branch);
}

function isThrownAway(branch: string): boolean {
  return branch.startsWith("gh-readonly-queue/");
}

function goneSoon(branch: string): Obstacle {
  return isThrownAway(branch)
    ? {
        why: `${branch} is a branch of the merge queue, which GitHub throws away`,
        remedy: "run `generate` on push or pull_request, and `mode: check` in the queue",
      }
    : { why: `the branch ${branch} is not there any more`, remedy: "run on a branch that exists" };
}

async function readBranch(
  client: GitHubClient,
  { owner, repo, branch }: Omit<PushQuestion, "mayCreate">,
): Promise<BranchReply | undefined> {
  try {
    const route = "GET /repos/{owner}/{repo}/branches/{+branch}";
    return (await client.request<BranchReply>(route, { owner, repo, branch: encode(branch) })).data;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    if (isForbidden(error)) return {};
    throw error;
  }
}

async function obstacleOfRules(
  client: GitHubClient,
  { owner, repo, branch }: PushQuestion,
  isNew: boolean,
): Promise<Obstacle | undefined> {
  const route = "GET /repos/{owner}/{repo}/rules/branches/{+branch}";
  const rules = await readable(() => client.request<Rule[]>(route, { owner, repo, branch: encode(branch) }));
  const bypassed = new Map<number, boolean>();
  for (const { type, ruleset_id: id } of rules ?? []) {
    const words = isNew && type === "creation" ? "restricts new branches" : isNew ? undefined : BLOCKING_RULES[type];
    if (words === undefined) continue;
    if (id !== undefined && !bypassed.has(id)) bypassed.set(id, await mayBypass(client, { owner, repo, id }));
    if (id !== undefined && bypassed.get(id) === true) continue;
    return { why: `a ruleset of ${branch} ${words}`, remedy: REMEDY };
  }
  return undefined;
}

async function mayBypass(client: GitHubClient, ruleset: Repository & { id: number }): Promise<boolean> {
  const route = "GET /repos/{owner}/{repo}/rulesets/{id}";
  const reply = await readable(() => client.request<{ current_user_can_bypass?: string }>(route, { ...ruleset }));
  return reply?.current_user_can_bypass === "always" || reply?.current_user_can_bypass === "exempt";
}

async function obstacleOfProtection(
  client: GitHubClient,
  { owner, repo, branch }: PushQuestion,
  { protection }: BranchReply,
): Promise<Obstacle | undefined> {
  const checks = protection?.required_status_checks;
  const wantsChecks = checks?.enforcement_level !== "off" && (checks?.contexts?.length ?? 0) > 0;
  if (wantsChecks) return { why: `the protection of ${branch} wants status checks first`, remedy: REMEDY };
  const rule = await refUpdateRule(client, { owner, repo, ref: `refs/heads/${branch}` });
  if (!rule) return undefined;
  if (!rule.viewerCanPush) return { why: `the protection of ${branch} lets this token not push`, remedy: REMEDY };
  if (rule.requiredApprovingReviewCount !== null)
    return { why: `the protection of ${branch} wants a pull request`, remedy: REMEDY };
  return (rule.requiredStatusCheckContexts?.length ?? 0) > 0
    ? { why: `the protection of ${branch} wants status checks first`, remedy: REMEDY }
    : undefined;
}

/** GraphQL tells who may only write what protection means for them. A server that does not know it says nothing. */
async function refUpdateRule(
  client: GitHubClient,
  variables: Repository & { ref: string },
): Promise<RefUpdateRule | undefined> {
  interface Reply {
    repository?: { ref?: { refUpdateRule?: RefUpdateRule | null } | null } | null;
  }
  try {
    const reply = await client.graphql<Reply>(REF_UPDATE_RULE, { ...variables });
    return reply.repository?.ref?.refUpdateRule ?? undefined;
  } catch {
    return undefined;
  }
}

/** Undefined where the server has no such page or does not show it to this token. */
async function readable<T>(request: () => Promise<{ data: T }>): Promise<T | undefined> {
  try {
    return (await request()).data;
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

function encode(branch: string): string {
  return branch.split("/").map(encodeURIComponent).join("/");
}

import type { CommitTry, CommitTryResult } from "../github/delivery.ts";
import { statusOf, type GitHubClient } from "../github/github-client.ts";

const MUTATION = `mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid signature { isValid } } }
}`;

interface Reply {
  createCommitOnBranch: { commit: { oid: string; signature: { isValid: boolean } | null } };
}

/** One request: GitHub makes and signs the commit, and refuses when the branch is no longer at `headSha`. */
export async function commitByGraphql(attempt: CommitTry, client: GitHubClient): Promise<CommitTryResult> {
  const { delivery, headSha, write } = attempt;
  const input = {
    branch: { repositoryNameWithOwner: `${delivery.owner}/${delivery.repo}`, branchName: delivery.branch },
    expectedHeadOid: headSha,
    message: { headline: delivery.headline, body: delivery.body },
    fileChanges: {
      additions: write.map(({ path, bytes }) => ({
        path,
        contents: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"),
      })),
    },
  };
  try {
    const { createCommitOnBranch } = await client.graphql<Reply>(MUTATION, { input });
    const { oid, signature } = createCommitOnBranch.commit;
    return { status: "committed", sha: oid, verified: signature?.isValid };
  } catch (error) {
    if (isStale(error)) return { status: "moved", cause: error };
    if (isNotServed(error)) return { status: "not_available" };
    throw error;
  }
}

/** `STALE_DATA`: the branch is not at `expectedHeadOid`. */
function isStale(error: unknown): boolean {
  return errorTypes(error).includes("STALE_DATA") || /expected branch to point to/i.test(String(error));
}

/** No GraphQL here (404), or a token or payload that it does not take: REST may still do it, or say better why not. */
function isNotServed(error: unknown): boolean {
  const status = statusOf(error);
  if (status !== undefined) return status === 404 || status === 413 || status === 403 || status >= 500;
  return errorTypes(error).some((type) => type !== "STALE_DATA");
}

function errorTypes(error: unknown): string[] {
  if (typeof error !== "object" || error === null || !("errors" in error) || !Array.isArray(error.errors)) return [];
  return error.errors.map((item: unknown) =>
    typeof item === "object" && item !== null && "type" in item ? String(item.type) : "UNKNOWN",
  );
}

import { blobId, type CommitTry, type CommitTryResult, type DeliveryFile } from "../github/delivery.ts";
import type { GitData, TreeChange } from "../github/git-data.ts";
import { statusOf } from "../github/github-client.ts";

const BLOBS_AT_ONCE = 6;

/** Blobs, tree, commit, then a reference update that GitHub refuses unless it is a fast-forward. */
export async function commitByRest(
  attempt: CommitTry,
  git: GitData,
  uploaded: Map<string, string>,
): Promise<CommitTryResult> {
  const { delivery, headSha, headTreeSha, write } = attempt;
  const changes = await uploadBlobs(write, git, uploaded);
  const treeSha = await git.createTree(headTreeSha, changes);
  const message = delivery.body === "" ? delivery.headline : `${delivery.headline}\n\n${delivery.body}`;
  const commit = await git.createCommit(message, treeSha, [headSha]);
  try {
    await git.updateRef(`heads/${delivery.branch}`, commit.sha);
  } catch (error) {
    const status = statusOf(error);
    if (status === 422 || status === 409) return { status: "moved", cause: error };
    throw error;
  }
  return { status: "committed", sha: commit.sha, verified: commit.verified };
}

/**
 * Turns files into entries of a new tree. Text travels inside the tree request; bytes go up as blobs, a few at a
 * time, each once however often the tree is built anew.
 */
export async function uploadBlobs(
  files: readonly DeliveryFile[],
  git: GitData,
  uploaded: Map<string, string>,
): Promise<readonly TreeChange[]> {
  const changes: TreeChange[] = [];
  const waiting = [...files];
  const upload = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const text = asText(file.bytes);
      if (text !== undefined) {
        changes.push({ path: file.path, text });
        continue;
      }
      const id = blobId(file.bytes);
      const sha = uploaded.get(id) ?? (await git.createBlob(file.bytes));
      uploaded.set(id, sha);
      changes.push({ path: file.path, sha });
    }
  };
  await Promise.all(Array.from({ length: BLOBS_AT_ONCE }, upload));
  return changes.toSorted((left, right) => (left.path < right.path ? -1 : 1));
}

/** The file as text when it is small UTF-8 that survives the way through JSON. */
function asText(bytes: Uint8Array): string | undefined {
  if (bytes.byteLength > 16_384 || bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

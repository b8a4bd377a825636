import { createGitData, type GitData } from "../github/git-data.ts";
import type { EventContext } from "../asked/event-context.ts";
import type { GitHubClient } from "../github/github-client.ts";
import type { DeliverTo } from "../asked/inputs.ts";
import { readLock } from "./lock-entry.ts";
import { isStale, type ListedAsset, type Project } from "../asked/project.ts";
import { pullRequestBranch } from "../asked/branch-name.ts";

/**
 * Brings images into the workspace that an earlier run made for the very same prompts and delivered after this run's
 * commit was made (runs that waited in a queue see an old commit). They are not bought twice.
 * @returns ids of the restored assets
 */
export async function restoreDelivered(options: {
  client: GitHubClient;
  event: EventContext;
  deliver: DeliverTo;
  project: Project;
}): Promise<readonly string[]> {
  const { client, event, deliver, project } = options;
  if (event.branch === undefined || (deliver !== "commit" && deliver !== "pull-request")) return [];
  const branch = deliver === "commit" ? event.branch : pullRequestBranch(event.branch);
  const git = createGitData(client, event);
  const headSha = await git.head(`heads/${branch}`);
  if (headSha === undefined) return [];
  const { treeSha } = await git.commit(headSha);
  const lockPaths = new Map(project.listing.assets.filter(isStale).map((state) => [lockPathOf(project, state), state]));
  const lockBlobs = await git.blobIds(treeSha, lockPaths.keys());
  const restored: string[] = [];
  for (const [path, blob] of lockBlobs) {
    const state = lockPaths.get(path);
    if (state && (await restoreAsset(git, treeSha, await git.blob(blob), state, project)))
      restored.push(state.asset.id);
  }
  return restored;
}

function lockPathOf({ workspace, repositoryPath }: Project, { asset }: ListedAsset): string {
  return repositoryPath(workspace.lockPath(asset.id));
}

/** One asset from a tree that has its lock entry and files at their own paths. False when they are not for this prompt. */
export async function restoreAsset(
  git: GitData,
  treeSha: string,
  lockBytes: Uint8Array,
  state: ListedAsset,
  { workspace, repositoryPath }: Project,
): Promise<boolean> {
  const lock = readLock(lockBytes);
  if (lock?.id !== state.asset.id || lock.fingerprint !== state.fingerprint) return false;
  const blobs = await git.blobIds(
    treeSha,
    lock.outputs.map(({ path }) => repositoryPath(path)),
  );
  if (blobs.size !== lock.outputs.length) return false;
  for (const { path } of lock.outputs)
    await workspace.writeOutput(path, await git.blob(blobs.get(repositoryPath(path)) ?? ""));
  await workspace.writeLockEntry(lock);
  await restoreQuestions(git, treeSha, state, { workspace, repositoryPath });
  return true;
}

/** What is in the checkout stays: only questions that it does not have yet come along. */
async function restoreQuestions(
  git: GitData,
  treeSha: string,
  { asset }: ListedAsset,
  { workspace, repositoryPath }: Pick<Project, "workspace" | "repositoryPath">,
): Promise<void> {
  if (workspace.readQuestions(asset)) return;
  const path = repositoryPath(workspace.questionsPath(asset));
  const blob = (await git.blobIds(treeSha, [path])).get(path);
  if (blob !== undefined) await workspace.writeQuestions(asset, await git.blob(blob));
}

import { createHash } from "node:crypto";
import type { EventContext } from "../asked/event-context.ts";
import { isStale, type ListedAsset, type Project } from "../asked/project.ts";
import type { DeliveryFile } from "../github/delivery.ts";
import { createGitData, type GitData, type TreeChange } from "../github/git-data.ts";
import { messageOf, statusOf, type GitHubClient } from "../github/github-client.ts";
import { backOff, systemTiming, type Timing } from "../github/timing.ts";
import { uploadBlobs } from "./commit-rest.ts";
import { readLock } from "./lock-entry.ts";
import { restoreAsset } from "./restore-delivered.ts";

/** No branch: clones do not fetch it, and neither rulesets nor workflows for branches concern it. */
export const KEPT_REF = "artdesk/kept";

const MAX_TRIES = 12;
const README = "Paid images that could not be delivered yet. The next run of Artdesk delivers them for nothing.\n";

export interface KeptImages {
  client: GitHubClient;
  event: EventContext;
  timing?: Timing | undefined;
}

/**
 * Keeps paid images, each with its lock entry, on a ref of the action's own by what they were made from, so that the
 * next run of any branch with the same prompt finds them. Files without a lock entry cannot be found again.
 * @returns groups that are kept
 */
export async function keepImages(files: readonly DeliveryFile[], place: KeptImages): Promise<readonly string[]> {
  const keys = new Map<string, string>();
  for (const { path, group, bytes } of files) {
    const lock = path.endsWith(".json") ? readLock(bytes) : undefined;
    if (lock?.id === group) keys.set(group, keyOf(path, lock.fingerprint));
  }
  const kept = files.flatMap((file) => {
    const key = keys.get(file.group);
    return key === undefined ? [] : [{ ...file, path: `${key}/${file.path}` }];
  });
  if (kept.length === 0) return [];
  const uploaded = new Map<string, string>();
  await change(place, "Keep images", async (git) => uploadBlobs(kept, git, uploaded));
  return [...keys.keys()];
}

/**
 * Brings kept images into the workspace whose prompts are still the same ones.
 * @returns ids of the assets
 */
export async function restoreKept(project: Project, { client, event }: KeptImages): Promise<readonly string[]> {
  const git = createGitData(client, event);
  const folders = await keptFolders(git);
  const restored: string[] = [];
  for (const state of project.listing.assets.filter(isStale)) {
    const lockPath = lockPathOf(project, state);
    const treeSha = folders.get(keyOf(lockPath, state.fingerprint));
    if (treeSha === undefined) continue;
    const lock = (await git.blobIds(treeSha, [lockPath])).get(lockPath);
    if (lock !== undefined && (await restoreAsset(git, treeSha, await git.blob(lock), state, project)))
      restored.push(state.asset.id);
  }
  return restored;
}

/** Clears away what has been delivered. */
export async function forgetKept(project: Project, ids: readonly string[], place: KeptImages): Promise<void> {
  const states = project.listing.assets.filter(({ asset }) => ids.includes(asset.id));
  const keys = new Set(states.map((state) => keyOf(lockPathOf(project, state), state.fingerprint)));
  await change(place, "Delivered", async (git, treeSha) => {
    const entries = treeSha === undefined ? [] : await git.wholeTree(treeSha);
    return entries.flatMap(({ path, type }): TreeChange[] =>
      type === "blob" && keys.has(path.slice(0, path.indexOf("/"))) ? [{ path, sha: null }] : [],
    );
  });
}

async function keptFolders(git: GitData): Promise<ReadonlyMap<string, string>> {
  const headSha = await git.head(KEPT_REF);
  if (headSha === undefined) return new Map();
  const entries = await git.tree((await git.commit(headSha)).treeSha);
  return new Map(entries.filter(({ type }) => type === "tree").map(({ path, sha }) => [path, sha]));
}

/** One commit on the newest state of the ref; tried again when another run came first. */
async function change(
  { client, event, timing = systemTiming }: KeptImages,
  message: string,
  edit: (git: GitData, treeSha: string | undefined) => Promise<readonly TreeChange[]>,
): Promise<void> {
  let cause: unknown;
  for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
    const git = createGitData(client, event);
    const headSha = await git.head(KEPT_REF);
    const base = headSha === undefined ? undefined : (await git.commit(headSha)).treeSha;
    const changes = await edit(git, base);
    if (changes.length === 0) return;
    const treeSha = await git.createTree(base, [{ path: "README.md", text: README }, ...changes]);
    const commit = await git.createCommit(message, treeSha, headSha === undefined ? [] : [headSha]);
    try {
      await (headSha === undefined ? git.createRef(KEPT_REF, commit.sha) : git.updateRef(KEPT_REF, commit.sha));
      return;
    } catch (error) {
      if (statusOf(error) !== 422 && statusOf(error) !== 409) throw error;
      cause = error;
      await backOff(timing, attempt);
    }
  }
  throw new Error(`refs/${KEPT_REF} was changed by others ${MAX_TRIES} times: ${messageOf(cause)}`);
}

function lockPathOf({ workspace, repositoryPath }: Project, { asset }: ListedAsset): string {
  return repositoryPath(workspace.lockPath(asset.id));
}

function keyOf(lockPath: string, fingerprint: string): string {
  return createHash("sha256").update(`${lockPath}\0${fingerprint}`).digest("hex");
}

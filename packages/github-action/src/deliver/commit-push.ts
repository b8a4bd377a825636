import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ArtdeskError, isArtdeskError } from "@artdesk/core";
import { blobId, compareWithHead, type Delivery, type DeliveryFile, type DeliveryResult } from "../github/delivery.ts";
import { backOff, type Timing } from "../github/timing.ts";
import { createGit, type PushAccess, type RunGit } from "./git-process.ts";

export type { PushAccess };

export interface PushOptions {
  access: PushAccess;
  timing: Timing;
  maxTries: number;
}

/**
 * Delivers by `git push`, for more files than the API takes well: in a bare repository of its own that knows only the
 * newest trees, so that the workspace's git folder, index and hooks stay out of it. The commit is not signed.
 */
export async function commitByPush(delivery: Delivery, options: PushOptions): Promise<DeliveryResult> {
  const gitFolder = await mkdtemp(join(tmpdir(), "artdesk-push-"));
  try {
    return await pushInTries(createGit({ access: options.access, gitFolder }), gitFolder, delivery, options);
  } finally {
    await rm(gitFolder, { recursive: true, force: true });
  }
}

async function pushInTries(
  git: RunGit,
  gitFolder: string,
  delivery: Delivery,
  { access, timing, maxTries }: PushOptions,
): Promise<DeliveryResult> {
  const url = `${access.serverUrl}/${delivery.owner}/${delivery.repo}.git`;
  const paths = delivery.files.map((file) => file.path);
  await git(["init", "--quiet", "--bare", gitFolder]);
  await fetchCommit(git, url, delivery.baseSha);
  const base = await blobIds(git, delivery.baseSha, paths);
  await storeBlobs(git, gitFolder, delivery.files);
  for (let lostRaces = 0; lostRaces < maxTries; lostRaces += 1) {
    await fetchCommit(git, url, `refs/heads/${delivery.branch}`);
    const headSha = (await git(["rev-parse", "FETCH_HEAD"])).trim();
    const { write, diverged } = compareWithHead(delivery.files, base, await blobIds(git, headSha, paths));
    if (write.length === 0) {
      return diverged.length > 0
        ? { status: "diverged", sha: headSha, paths: diverged }
        : { status: "unchanged", sha: headSha };
    }
    const sha = await createCommit(git, gitFolder, headSha, { ...delivery, files: write });
    if (await push(git, url, sha, delivery.branch)) {
      const written = write.map((file) => file.path);
      return { status: "committed", sha, transport: "push", verified: false, paths: written, diverged, lostRaces };
    }
    await backOff(timing, lostRaces, 200);
  }
  throw new ArtdeskError({
    code: "unavailable",
    shortMessage: `${delivery.branch} was ahead of us ${maxTries} times.`,
    hint: "The images and their lock entries are in the workspace: upload them as an artifact before you run again.",
  });
}

/** Puts all bytes into the object store with one process. */
async function storeBlobs(git: RunGit, gitFolder: string, files: readonly DeliveryFile[]): Promise<void> {
  const folder = join(gitFolder, "artdesk-files");
  await mkdir(folder);
  const paths = files.map((_, index) => join(folder, String(index)));
  for (const [index, file] of files.entries()) await writeFile(paths[index] ?? "", file.bytes);
  await git(["hash-object", "-w", "--no-filters", "--stdin-paths"], { input: `${paths.join("\n")}\n` });
}

async function fetchCommit(git: RunGit, url: string, what: string): Promise<void> {
  await git(["fetch", "--quiet", "--no-tags", "--depth=1", "--filter=blob:none", "--end-of-options", url, what]);
}

async function blobIds(git: RunGit, commit: string, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const listed = await git(["ls-tree", "-r", "-z", "--full-tree", commit]);
  const wanted = new Set(paths);
  const found = new Map<string, string>();
  for (const line of listed.split("\0")) {
    const tab = line.indexOf("\t");
    const path = line.slice(tab + 1);
    if (tab > 0 && wanted.has(path)) found.set(path, line.slice(0, tab).split(" ")[2] ?? "");
  }
  return found;
}

async function createCommit(git: RunGit, gitFolder: string, headSha: string, delivery: Delivery): Promise<string> {
  const env = { GIT_INDEX_FILE: join(gitFolder, "artdesk-index") };
  await git(["read-tree", headSha], { env });
  const entries = delivery.files.map((file) => `100644 blob ${blobId(file.bytes)}\t${file.path}\0`).join("");
  await git(["update-index", "-z", "--index-info"], { input: entries, env });
  const tree = (await git(["write-tree", "--missing-ok"], { env })).trim();
  const message = delivery.body === "" ? delivery.headline : `${delivery.headline}\n\n${delivery.body}`;
  return (await git(["commit-tree", tree, "-p", headSha, "-F", "-"], { input: message })).trim();
}

/** False when another push came first. */
async function push(git: RunGit, url: string, sha: string, branch: string): Promise<boolean> {
  try {
    await git(["push", "--quiet", "--end-of-options", url, `${sha}:refs/heads/${branch}`]);
    return true;
  } catch (error) {
    const details = isArtdeskError(error) ? (error.details ?? "") : "";
    if (/non-fast-forward|fetch first|stale info|cannot lock ref|failed to update ref/i.test(details)) return false;
    throw error;
  }
}

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { askLocalGit } from "../asked/local-git.ts";
import type { Project } from "../asked/project.ts";
import type { DeliveryFile } from "../github/delivery.ts";

/** An asset whose files are to be delivered. Paths are the workspace's. */
export interface DeliverableAsset {
  id: string;
  outputs: readonly string[];
}

/**
 * The files of these assets that differ from the commit that was checked out: images with their lock entries, whole
 * assets at a time, and the questions that were drawn from their prompts. When git cannot tell, all files of all assets come back and the branch itself is compared.
 */
export async function collectFiles(project: Project, assets: readonly DeliverableAsset[]): Promise<DeliveryFile[]> {
  const changed = await changedPaths(project.repository.root);
  const files: DeliveryFile[] = [];
  for (const { id, outputs } of assets) {
    const paths = [...outputs, project.workspace.lockPath(id)];
    const differs = changed === undefined || paths.some((path) => changed.has(project.repositoryPath(path)));
    if (differs) files.push(...(await readFiles(project, id, outputs)));
  }
  return [...files, ...questionFiles(project, assets, changed)];
}

/** Questions are kept beside the lock entries, so that later runs ask the same ones. Equal prompts share theirs. */
function questionFiles(
  { workspace, repositoryPath, listing }: Project,
  assets: readonly DeliverableAsset[],
  changed: ReadonlySet<string> | undefined,
): DeliveryFile[] {
  const wanted = new Set(assets.map(({ id }) => id));
  const found = new Map<string, DeliveryFile>();
  for (const { asset } of listing.assets) {
    if (!wanted.has(asset.id)) continue;
    const path = repositoryPath(workspace.questionsPath(asset));
    if (found.has(path) || (changed && !changed.has(path))) continue;
    const bytes = workspace.readQuestions(asset);
    if (bytes) found.set(path, { path, bytes, group: path, isExpendable: true });
  }
  return [...found.values()];
}

async function readFiles(project: Project, id: string, outputs: readonly string[]): Promise<DeliveryFile[]> {
  const { workspace, repositoryPath } = project;
  // Both reads go through the workspace's guard first: no symbolic link, nothing outside.
  const present = outputs.filter((path) => workspace.readOutputHash(path) !== undefined);
  const paths = workspace.readLockEntry(id) === undefined ? present : [...present, workspace.lockPath(id)];
  return Promise.all(
    paths.map(async (path) => ({
      path: repositoryPath(path),
      bytes: await readFile(join(workspace.root, path)),
      group: id,
    })),
  );
}

/** Paths that differ from the checked-out commit or are new, from the repository's root; undefined without git. */
async function changedPaths(root: string): Promise<ReadonlySet<string> | undefined> {
  const { code, stdout } = await askLocalGit(root, [
    "status",
    "--porcelain",
    "-z",
    "--no-renames",
    "--untracked-files=all",
  ]);
  return code === 0 ? new Set(stdout.split("\0").map((line) => line.slice(3))) : undefined;
}

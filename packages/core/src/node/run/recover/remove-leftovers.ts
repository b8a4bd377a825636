import { readdir, rm } from "node:fs/promises";
import { type AssetSpec, outputPaths } from "../../../assets/asset-spec.ts";
import { isArtdeskError } from "../../../basics/errors.ts";
import { TEMPORARY_NAME } from "../../files/guarded-file.ts";
import { guardOwnPath, isSystemError } from "../../files/path-guard.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import { chainFolderOf } from "../chain-files.ts";

/**
 * Removes half-written files that a killed run left beside outputs, lock entries and drafts. Needs the workspace lock: nobody
 * else is writing then.
 */
export async function removeLeftovers(workspace: Workspace, assets: readonly AssetSpec[]): Promise<void> {
  const paths = assets.flatMap((asset) => [
    ...outputPaths(asset),
    workspace.lockPath(asset.id),
    `${chainFolderOf(asset.id)}/chain.json`,
  ]);
  const folders = new Set(paths.map((path) => path.slice(0, path.lastIndexOf("/") + 1)));
  for (const folder of folders) {
    for (const name of await leftoversIn(workspace.root, folder)) {
      await rm(`${workspace.root}/${folder}${name}`, { force: true });
    }
  }
}

async function leftoversIn(root: string, folder: string): Promise<readonly string[]> {
  try {
    // Walks the folders, so that none of them is a symbolic link.
    const { folder: absolutePath } = guardOwnPath({ root, path: `${folder}entry` });
    return (await readdir(absolutePath)).filter((name) => TEMPORARY_NAME.test(name));
  } catch (error) {
    if (isSystemError(error) || isArtdeskError(error)) return [];
    throw error;
  }
}

import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

/** The repository that a folder of the workspace belongs to. Absolute, resolved paths. */
export interface RepositoryFolder {
  root: string;
  /** Another repository of the same workspace that it lies in: it is a submodule, or a checkout beside another. */
  inside: string | undefined;
}

/**
 * The repository around `folder`: what `actions/checkout` with `path:` put into a folder of the workspace is the root,
 * not the workspace. Without any, the whole workspace is taken for one. Calls no process.
 */
export function findRepository(folder: string, workspace: string): RepositoryFolder {
  const top = realpathSync(workspace);
  const found = foldersUpTo(realpathSync(folder), top).filter((path) => existsSync(join(path, ".git")));
  return { root: found[0] ?? top, inside: found[1] };
}

/** From a folder up to one that it lies in, both included. Only the upper one where the folder lies elsewhere. */
export function foldersUpTo(folder: string, top: string): string[] {
  const folders: string[] = [];
  for (let path = folder; path !== top; path = dirname(path)) {
    if (path === dirname(path)) return [top];
    folders.push(path);
  }
  return [...folders, top];
}

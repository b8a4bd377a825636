import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { ArtdeskError } from "../../basics/errors.ts";
import { ARTDESK_FOLDER, isSystemError, lstatIfThere, WORKSPACE_MARK } from "../files/path-guard.ts";

/**
 * The workspace that a folder belongs to: the nearest folder upwards with `artdesk.yml`, else the nearest with an
 * `.artdesk` folder, else the folder itself. The search ends at the repository's root (the first folder with `.git`), at
 * `ceiling`, and where a folder belongs to another user: nobody else may say where keys and money go.
 * Throws `invalid_request` when there is no such folder.
 */
export function findRoot(cwd: string, options: { ceiling?: string | undefined } = {}): string {
  const start = realFolder(cwd);
  const ceiling = options.ceiling === undefined ? undefined : realFolder(options.ceiling);
  const above = foldersUpwards(start, ceiling);
  return (
    above.find((folder) => lstatIfThere(join(folder, WORKSPACE_MARK)) !== undefined) ??
    above.find((folder) => lstatIfThere(join(folder, ARTDESK_FOLDER))?.isDirectory() === true) ??
    start
  );
}

function foldersUpwards(start: string, ceiling: string | undefined): string[] {
  const owner = statSync(start).uid;
  const folders = [start];
  let current = start;
  while (current !== ceiling && !existsSync(join(current, ".git"))) {
    const parent = dirname(current);
    if (parent === current || statSync(parent).uid !== owner) break;
    folders.push(parent);
    current = parent;
  }
  return folders;
}

/** The folder with its symbolic links resolved. */
export function realFolder(path: string): string {
  try {
    const folder = realpathSync(path);
    if (statSync(folder).isDirectory()) return folder;
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `The folder ${path} does not exist.`,
    hint: "Give the folder of your project.",
  });
}

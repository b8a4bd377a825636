import { type Stats, lstatSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { visibleText } from "../../assets/fields/input-problem.ts";
import { checkWorkspacePath, type PathUse } from "../../assets/fields/workspace-path.ts";
import { ArtdeskError } from "../../basics/errors.ts";

/** The configuration, in whose folder a workspace begins. */
export const WORKSPACE_MARK = "artdesk.yml";

/** Folder for what Artdesk keeps in a workspace. */
export const ARTDESK_FOLDER = ".artdesk";

/**
 * A path that was checked against the disk. The check holds for as long as nobody else changes the workspace: it keeps
 * out what files bring along (a checkout, a pull request), not another program of the same user.
 */
export interface GuardedPath {
  /** Absolute path of the workspace folder. */
  root: string;
  /** Relative to the workspace, with `/`. */
  path: string;
  absolutePath: string;
  /** Absolute path of the folder that holds it. */
  folder: string;
}

/**
 * Guards a path out of a prompt file: checked by name (see `checkWorkspacePath`), then folder by folder on the disk,
 * where a symbolic link ends it. `create` makes missing folders. Throws `invalid_request`.
 */
export function guardPath(options: {
  root: string;
  path: string;
  use: PathUse;
  create?: boolean;
  verified?: Set<string>;
}): GuardedPath {
  const { root, path, use, create = false, verified } = options;
  const checked = checkWorkspacePath(path, use);
  if ("refusal" in checked) throw refused(path, checked.refusal);
  return walkFolders({ root, path: checked.path, create, verified, hasBorders: use === "output" });
}

/** Guards a path that Artdesk itself made, such as `.artdesk/lock/docs/hero.json`: the same walk, without the rules for names. */
export function guardOwnPath(options: {
  root: string;
  path: string;
  create?: boolean;
  verified?: Set<string>;
}): GuardedPath {
  const { root, path, create = false, verified } = options;
  if (/(^|\/)\.{0,2}(\/|$)|[\0\\]/.test(path)) throw refused(path, "is not a plain path");
  return walkFolders({ root, path, create, verified });
}

/**
 * Refuses an existing file that is not a regular file or has other names (hard links), through which writing or
 * sending it would reach a file elsewhere. Undefined stats (no such file) pass.
 */
export function refuseSpecialFile(
  path: string,
  stats: Stats | undefined,
  options: { allowHardLinks?: boolean } = {},
): void {
  if (!stats) return;
  if (stats.isSymbolicLink()) throw refused(path, "is a symbolic link");
  if (!stats.isFile()) throw refused(path, "is not a regular file");
  if (!options.allowHardLinks && stats.nlink > 1)
    throw refused(path, "is a hard link: the same file has another name elsewhere");
}

/** `invalid_request` for a path that is not to be touched, or cannot be. */
export function refused(path: string, reason: string, cause?: unknown): ArtdeskError {
  return new ArtdeskError({
    code: "invalid_request",
    shortMessage: visibleText(`The path \`${path.slice(0, 200)}\` ${reason}.`),
    hint: hintFor(reason),
    cause,
  });
}

function hintFor(reason: string): string | undefined {
  if (reason.includes("symbolic link")) return "Artdesk follows no symbolic links: name the real file or folder.";
  if (reason === "does not exist") return "Add the file, or mend the path: it starts at the prompt file's folder.";
  if (reason.includes("at most")) return "Use a smaller file.";
  return undefined;
}

/** lstat, or undefined when there is nothing. */
export function lstatIfThere(absolutePath: string): Stats | undefined {
  try {
    return lstatSync(absolutePath, { throwIfNoEntry: false });
  } catch (error) {
    // A file where a folder was expected: nothing can be there.
    if (isSystemError(error) && error.code === "ENOTDIR") return undefined;
    if (isSystemError(error)) throw refused(absolutePath, `cannot be looked at (${error.code})`, error);
    throw error;
  }
}

/** An error of the operating system, with its code such as `ENOENT`. */
export function isSystemError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}

function walkFolders(options: {
  root: string;
  path: string;
  create: boolean;
  verified: Set<string> | undefined;
  /** What belongs to another workspace inside this one is not touched. */
  hasBorders?: boolean | undefined;
}): GuardedPath {
  const { root, path, create, verified, hasBorders = false } = options;
  // Both parts are normal already, and every system takes `/`: joining would only cost time.
  const absolutePath = `${root}/${path}`;
  const slash = path.lastIndexOf("/");
  const folderPath = slash < 0 ? "" : path.slice(0, slash);
  const folder = slash < 0 ? root : `${root}/${folderPath}`;
  if (slash < 0 || verified?.has(folderPath)) return { root, path, absolutePath, folder };
  let current = root;
  let missing = false;
  for (const segment of folderPath.split("/")) {
    current = join(current, segment);
    let stats = missing ? undefined : lstatIfThere(current);
    if (!stats && create) {
      makeFolder(path, current);
      stats = lstatIfThere(current);
    }
    if (!stats) missing = true;
    else if (stats.isSymbolicLink()) throw refused(path, `leads through the symbolic link \`${segment}\``);
    else if (!stats.isDirectory()) throw refused(path, `leads through \`${segment}\`, which is not a folder`);
    else if (hasBorders && isNestedRoot(current))
      throw refused(path, `belongs to another workspace: \`${segment}\` has an ${WORKSPACE_MARK} of its own`);
  }
  if (!missing) verified?.add(folderPath);
  return { root, path, absolutePath, folder };
}

/** Whether a folder inside a workspace is the root of another one. */
export function isNestedRoot(folder: string): boolean {
  return lstatIfThere(`${folder}/${WORKSPACE_MARK}`) !== undefined;
}

function makeFolder(path: string, folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    // Another process may have made it in between; what it is is looked at next.
    if (error.code !== "EEXIST")
      throw refused(path, `cannot be written: its folder cannot be made (${error.code})`, error);
  }
}

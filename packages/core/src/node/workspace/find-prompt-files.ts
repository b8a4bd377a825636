import { type Dirent, readdirSync, type Stats } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { compileGlob, type GlobPattern } from "../../assets/config/glob-pattern.ts";
import { visibleText } from "../../assets/fields/input-problem.ts";
import { ArtdeskError, isArtdeskError } from "../../basics/errors.ts";
import { guardOwnPath, isNestedRoot, isSystemError, lstatIfThere, WORKSPACE_MARK } from "../files/path-guard.ts";

/** Folders in which no prompt files are looked for. */
export const SKIPPED_FOLDERS: readonly string[] = ["node_modules", ".git", "dist", ".artdesk"];

/** Prompt files found, and what is wrong with the paths that were asked for. */
export interface PromptFileList {
  /** Relative to the workspace, with `/`, sorted by code unit. */
  files: readonly string[];
  problems: readonly ArtdeskError[];
}

/**
 * Finds prompt files: all that match `patterns`, or, with `paths`, the files named there, those below the folders named
 * there, and those that match patterns there. Symbolic links are never followed. The order is always the same.
 */
export function findPromptFiles(options: {
  root: string;
  patterns: readonly string[];
  paths?: readonly string[] | undefined;
}): PromptFileList {
  const { root, paths } = options;
  const problems: ArtdeskError[] = [];
  const compiled = options.patterns.flatMap((text) => {
    const glob = compileGlob(text);
    if (!("problem" in glob)) return [glob];
    problems.push(badPath(text, glob.problem));
    return [];
  });
  const found = new Set<string>();
  if (paths === undefined || paths.length === 0) {
    addMatches(root, compiled, found);
  } else {
    for (const path of paths) addPath({ root, path, patterns: compiled, found, problems });
  }
  return { files: [...found].toSorted(), problems };
}

function addPath(options: {
  root: string;
  path: string;
  patterns: readonly GlobPattern[];
  found: Set<string>;
  problems: ArtdeskError[];
}): void {
  const { root, path, patterns, found, problems } = options;
  const inside = relative(root, resolve(root, path)).split(sep).join("/");
  if (
    path.includes("\0") ||
    inside === ".." ||
    inside.startsWith("../") ||
    resolve(root, inside) !== resolve(root, path)
  ) {
    problems.push(badPath(path, "is outside the workspace"));
    return;
  }
  const stats = lstatGuarded(root, inside, problems);
  if (stats === "refused") return;
  const border = borderAbove(root, stats?.isDirectory() ? `${inside}/` : inside);
  if (border !== undefined) {
    problems.push(badPath(path, `belongs to another workspace: ${border} has an ${WORKSPACE_MARK} of its own`));
    return;
  }
  if (stats?.isFile()) {
    found.add(inside);
  } else if (stats?.isDirectory()) {
    const below = new Set<string>();
    walk(root, inside, (file) => patterns.some((pattern) => pattern.matches(file)) && below.add(file));
    if (below.size === 0) problems.push(badPath(path, "has no prompt files in it"));
    for (const file of below) found.add(file);
  } else if (stats) {
    problems.push(badPath(path, stats.isSymbolicLink() ? "is a symbolic link" : "is not a regular file"));
  } else {
    const glob = /[*?{]/.test(path) ? compileGlob(inside) : undefined;
    const before = found.size;
    if (glob && !("problem" in glob)) addMatches(root, [glob], found);
    if (found.size === before) problems.push(badPath(path, glob ? "matches no file" : "does not exist"));
  }
}

function lstatGuarded(root: string, inside: string, problems: ArtdeskError[]): Stats | undefined | "refused" {
  if (inside === "") return lstatIfThere(root);
  try {
    return lstatIfThere(guardOwnPath({ root, path: inside }).absolutePath);
  } catch (error) {
    if (!isArtdeskError(error)) throw error;
    problems.push(error);
    return "refused";
  }
}

function addMatches(root: string, patterns: readonly GlobPattern[], found: Set<string>): void {
  const bases = [...new Set(patterns.map((pattern) => pattern.baseFolder))];
  const tops = bases.filter(
    (base) => !bases.some((other) => other !== base && (other === "" || base.startsWith(`${other}/`))),
  );
  for (const top of tops) {
    if (isPlainFolder(root, top))
      walk(root, top, (file) => patterns.some((pattern) => pattern.matches(file)) && found.add(file));
  }
}

/** The folder inside the workspace where another workspace begins, on the way to a path. */
function borderAbove(root: string, path: string): string | undefined {
  const folders = path.split("/").slice(0, -1);
  for (let length = 1; length <= folders.length; length += 1) {
    const folder = folders.slice(0, length).join("/");
    if (folder !== "" && isNestedRoot(join(root, folder))) return folder;
  }
  return undefined;
}

/** Whether each step to a folder is a real folder that is searched. */
function isPlainFolder(root: string, folder: string): boolean {
  let current = root;
  for (const segment of folder === "" ? [] : folder.split("/")) {
    current = join(current, segment);
    if (SKIPPED_FOLDERS.includes(segment) || !lstatIfThere(current)?.isDirectory() || isNestedRoot(current))
      return false;
  }
  return true;
}

function walk(root: string, top: string, visit: (file: string) => void): void {
  const pending = [top];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for (const entry of readFolder(join(root, folder))) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isFile()) visit(path);
      else if (entry.isDirectory() && !SKIPPED_FOLDERS.includes(entry.name) && !isNestedRoot(join(root, path)))
        pending.push(path);
    }
  }
}

/** A folder that may not be read, or has just gone, holds no prompt files. */
function readFolder(absolutePath: string): Dirent[] {
  try {
    return readdirSync(absolutePath, { withFileTypes: true });
  } catch (error) {
    if (isSystemError(error)) return [];
    throw error;
  }
}

function badPath(path: string, problem: string): ArtdeskError {
  return new ArtdeskError({
    code: "invalid_request",
    shortMessage: visibleText(`\`${path.slice(0, 200)}\` ${problem}.`),
    hint: "Name prompt files, folders or path patterns inside the workspace.",
  });
}

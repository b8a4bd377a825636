import fs from "node:fs";
import fsPromises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { basename, dirname, join, resolve, sep } from "node:path";

/** Calls that read, list, make, change or remove a file, with the positions of their paths. */
const WATCHED = {
  openSync: [0],
  readFileSync: [0],
  writeFileSync: [0],
  appendFileSync: [0],
  copyFileSync: [0, 1],
  readdirSync: [0],
  mkdirSync: [0],
  renameSync: [0, 1],
  rmSync: [0],
  unlinkSync: [0],
  open: [0],
  readFile: [0],
  writeFile: [0],
  appendFile: [0],
  copyFile: [0, 1],
  readdir: [0],
  mkdir: [0],
  rename: [0, 1],
  rm: [0],
  unlink: [0],
} as const;

export interface FileWatch {
  /** Calls seen while watching. */
  readonly calls: number;
  /** `call path` for each one that led outside. */
  readonly outside: readonly string[];
  stop(): void;
}

/**
 * Sees every call of `node:fs` and `node:fs/promises` that could touch a file's content, with the folders of its path
 * resolved through all links, and notes those that lead outside of `root`.
 */
export function watchFiles(root: string): FileWatch {
  const outside: string[] = [];
  const restore: (() => void)[] = [];
  const { realpathSync } = fs;
  let calls = 0;
  const isInside = (path: string): boolean => {
    const absolute = resolve(path);
    if (absolute === root) return true;
    let folder: string;
    try {
      folder = realpathSync(dirname(absolute));
    } catch {
      // A folder that does not exist, or cannot be one: the call fails by itself, wherever the name points.
      folder = dirname(absolute);
    }
    return `${join(folder, basename(absolute))}${sep}`.startsWith(`${root}${sep}`);
  };
  for (const [name, positions] of Object.entries(WATCHED)) {
    for (const module of [fs, fsPromises]) {
      const original: unknown = Reflect.get(module, name);
      if (typeof original !== "function") continue;
      Reflect.set(module, name, function (this: unknown, ...args: unknown[]): unknown {
        calls += 1;
        for (const position of positions) {
          const path = args[position];
          if (typeof path === "string" && !isInside(path)) outside.push(`${name} ${path}`);
        }
        return Reflect.apply(original, this, args);
      });
      restore.push(() => Reflect.set(module, name, original));
    }
  }
  syncBuiltinESMExports();
  return {
    get calls() {
      return calls;
    },
    outside,
    stop: () => {
      for (const undo of restore) undo();
      syncBuiltinESMExports();
    },
  };
}

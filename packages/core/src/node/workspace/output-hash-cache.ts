import type { Stats } from "node:fs";
import { hashOutputFile } from "../files/guarded-file.ts";
import { guardPath, lstatIfThere, refuseSpecialFile } from "../files/path-guard.ts";
import { readSealedFile, writeSealedFile } from "../files/sealed-file.ts";

const CACHE_PATH = ".artdesk/cache/outputs.json";
const CACHE_VERSION = "1";

/**
 * A file that changed less than this long ago may change again without its times showing it: file systems keep times
 * in steps of up to two seconds (FAT). Its hash is not kept yet.
 */
const SETTLED_MS = 2500;

/** Hashes of output files, without reading those again that have not been touched. */
export interface OutputHashes {
  /** Lower-case hex SHA-256; undefined when the file does not exist. Throws `invalid_request` like `hashOutputFile`. */
  hash(path: string): string | undefined;
  /** Keeps what was found for the next run; `all` drops the files that were not asked for. */
  save(options: { all: boolean }): Promise<void>;
}

/** Inode, size, modification and change time (ms) of a file when it was hashed, and its hash. */
type Entry = readonly [inode: number, sizeBytes: number, modifiedMs: number, changedMs: number, sha256: string];

/**
 * Opens the hashes of a workspace. As in git's index, a file whose inode, size and times are as they were has the bytes
 * that it had: no program can set the change time. Thousands of images need not be read to see that nothing is to do.
 * `nowMs` is the time that the file system uses.
 */
export function openOutputHashes(root: string, nowMs: () => number = Date.now): OutputHashes {
  const file = { root, path: CACHE_PATH, key: CACHE_VERSION };
  const known = new Map((readSealedFile(file) ?? []) as [string, Entry][]);
  const asked = new Map<string, Entry>();
  const verified = new Set<string>();
  let changed = false;
  return {
    hash: (path) => {
      const stats = lstatIfThere(guardPath({ root, path, use: "output", verified }).absolutePath);
      refuseSpecialFile(path, stats);
      if (!stats) return undefined;
      const before = known.get(path);
      if (before && isUntouched(before, stats)) {
        asked.set(path, before);
        return before[4];
      }
      const sha256 = hashOutputFile(root, path);
      if (sha256 === undefined) return undefined;
      changed = true;
      if (nowMs() - stats.ctimeMs > SETTLED_MS) {
        asked.set(path, [stats.ino, stats.size, stats.mtimeMs, stats.ctimeMs, sha256]);
      }
      return sha256;
    },
    save: async ({ all }) => {
      if (!changed && (!all || asked.size === known.size)) return;
      const kept = all ? asked : new Map([...known, ...asked]);
      await writeSealedFile({ ...file, content: [...kept] });
      changed = false;
    },
  };
}

function isUntouched([inode, sizeBytes, modifiedMs, changedMs]: Entry, stats: Stats): boolean {
  return stats.ino === inode && stats.size === sizeBytes && stats.mtimeMs === modifiedMs && stats.ctimeMs === changedMs;
}

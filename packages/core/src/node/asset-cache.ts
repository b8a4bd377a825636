import { randomBytes, randomInt } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  futimesSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import type { AssetSpec } from "../assets/asset-spec.ts";
import { LOCK_FORMAT_VERSION } from "../assets/lock-entry.ts";
import { ensureArtdeskFolder } from "./artdesk-folder.ts";
import { guardOwnPath } from "./path-guard.ts";

const CACHE_PATH = ".artdesk/cache/assets.json";

/** Raise when prompt files are read or expanded differently. */
const CACHE_VERSION = `1.${LOCK_FORMAT_VERSION}`;

/** Modification times that are given to cache files: milliseconds in 2001 to 2017. */
const FIRST_TIME_MS = 978_307_200_000;
const TIME_RANGE_MS = 2 ** 39;

/** An asset with what follows from it and the configuration alone. */
export interface CachedAsset {
  asset: AssetSpec;
  /** Path of its lock entry, relative to the workspace. */
  lockFile: string;
  /** Undefined for an asset with references: its fingerprint depends on them. */
  fingerprint?: string | undefined;
}

/** The assets of prompt files that were read before. Only a shortcut: without it, or with a damaged one, all is read anew. */
export interface AssetCache {
  /** Assets of a file with these bytes, or undefined. */
  find(file: string, sha256: string): readonly CachedAsset[] | undefined;
  /** Notes the assets of a file that was read. */
  add(file: string, sha256: string, assets: readonly CachedAsset[]): void;
  /** Writes what was added or has gone; `files` are all that exist, undefined when only some were looked at. */
  save(files: readonly string[] | undefined): Promise<void>;
}

interface CacheEntry {
  sha256: string;
  assets: readonly CachedAsset[];
}

/** Opens the cache of a workspace. `configHash` is of the configuration under which its entries hold. */
export function openAssetCache(options: { root: string; configHash: string }): AssetCache {
  const { root, configHash } = options;
  const entries = readEntries(root, configHash) ?? new Map<string, CacheEntry>();
  let changed = false;
  return {
    find: (file, sha256) => {
      const entry = entries.get(file);
      return entry?.sha256 === sha256 ? entry.assets : undefined;
    },
    add: (file, sha256, assets) => {
      entries.set(file, { sha256, assets });
      changed = true;
    },
    save: async (files) => {
      const existing = files && new Set(files);
      for (const file of existing ? [...entries.keys()] : []) {
        if (!existing?.has(file)) changed = entries.delete(file) || changed;
      }
      if (changed) await writeEntries(root, configHash, entries);
      changed = false;
    },
  };
}

/**
 * A cache says what a prompt file means, so one that somebody else wrote must not count. A checkout or a pull request
 * can bring any content but never a modification time: the cache states its own, in a year before Artdesk existed.
 * Any later change to the file moves that time, so this also finds damage, without hashing megabytes.
 */
function readEntries(root: string, configHash: string): Map<string, CacheEntry> | undefined {
  try {
    const { absolutePath } = guardOwnPath({ root, path: CACHE_PATH });
    const descriptor = openSync(
      absolutePath,
      constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
    );
    try {
      const stats = fstatSync(descriptor);
      if (!stats.isFile()) return undefined;
      const text = readFileSync(descriptor, "utf8");
      const head = headOf(Math.round(stats.mtimeMs), configHash);
      if (!text.startsWith(head) || stats.mtimeMs >= FIRST_TIME_MS + TIME_RANGE_MS) return undefined;
      return new Map(JSON.parse(text.slice(head.length, -1)) as [string, CacheEntry][]);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
}

async function writeEntries(root: string, configHash: string, entries: ReadonlyMap<string, CacheEntry>): Promise<void> {
  try {
    await ensureArtdeskFolder(root);
    const { absolutePath } = guardOwnPath({ root, path: CACHE_PATH, create: true });
    const body = JSON.stringify([...entries]);
    const modifiedMs = FIRST_TIME_MS + randomInt(TIME_RANGE_MS);
    const temporaryPath = `${absolutePath}.${randomBytes(8).toString("hex")}.tmp`;
    const descriptor = openSync(temporaryPath, "wx");
    try {
      writeFileSync(descriptor, `${headOf(modifiedMs, configHash)}${body}}`);
      futimesSync(descriptor, modifiedMs / 1000, modifiedMs / 1000);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporaryPath, absolutePath);
  } catch {
    // Without a cache everything works, only slower: a read-only checkout must not fail.
  }
}

function headOf(modifiedMs: number, configHash: string): string {
  return `{"version":"${CACHE_VERSION}","modifiedMs":${modifiedMs},"config":"${configHash}","files":`;
}

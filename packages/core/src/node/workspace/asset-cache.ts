import type { AssetSpec } from "../../assets/asset-spec.ts";
import { LOCK_FORMAT_VERSION } from "../../assets/lock/lock-entry.ts";
import { readSealedFile, writeSealedFile } from "../files/sealed-file.ts";

const CACHE_PATH = ".artdesk/cache/assets.json";

/** Raise when prompt files are read or expanded differently. */
const CACHE_VERSION = `2.${LOCK_FORMAT_VERSION}`;

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
  const file = { root, path: CACHE_PATH, key: `${CACHE_VERSION} ${configHash}` };
  const entries = new Map((readSealedFile(file) ?? []) as [string, CacheEntry][]);
  let changed = false;
  return {
    find: (path, sha256) => {
      const entry = entries.get(path);
      return entry?.sha256 === sha256 ? entry.assets : undefined;
    },
    add: (path, sha256, assets) => {
      entries.set(path, { sha256, assets });
      changed = true;
    },
    save: async (files) => {
      const existing = files && new Set(files);
      for (const path of existing ? [...entries.keys()] : []) {
        if (!existing?.has(path)) changed = entries.delete(path) || changed;
      }
      if (changed) await writeSealedFile({ ...file, content: [...entries] });
      changed = false;
    },
  };
}

import { type AssetSpec, outputPaths } from "../asset-spec.ts";
import type { LockEntry } from "./lock-entry.ts";

/**
 * Where an asset stands: `new` (nothing was made yet), `changed` (prompt, parameters, references or style differ),
 * `missing_output` (the file is gone), `own_output` (it is to be made, but a file that somebody else made is in its
 * place), `edited_output` (the file is not what was made), `unchanged` (no call, no cost).
 */
export type AssetStatusName = "new" | "changed" | "missing_output" | "own_output" | "edited_output" | "unchanged";

export interface AssetStatus {
  status: AssetStatusName;
  /** A sentence for people. */
  reason: string;
}

/** A lock entry whose asset no prompt file describes any more. */
export interface OrphanedLock {
  id: string;
  /** The lock entry's file, relative to the workspace. */
  file: string;
  reason: string;
}

/**
 * Compares an asset with its lock entry and the files on disk. `outputHashes` are the lower-case hex SHA-256 of
 * `outputPaths(asset)`, undefined for a file that does not exist. Pure.
 */
export function assetStatus(options: AssetOnDisk): AssetStatus {
  const found = statusOf(options);
  if (found.status === "edited_output" || found.status === "unchanged") return found;
  const own = outputPaths(options.asset).find((path, index) =>
    isOwnFile(options.lock, path, options.outputHashes[index]),
  );
  if (own === undefined) return found;
  return { status: "own_output", reason: `${own} exists, and Artdesk did not make it: it is kept.` };
}

interface AssetOnDisk {
  asset: AssetSpec;
  fingerprint: string;
  lock: LockEntry | undefined;
  outputHashes: readonly (string | undefined)[];
}

/** A file in the place of an output that no lock entry speaks of. */
function isOwnFile(lock: LockEntry | undefined, path: string, sha256: string | undefined): boolean {
  if (sha256 === undefined) return false;
  return lock === undefined || !lock.outputs.some((made) => made.path === path || made.sha256 === sha256);
}

function statusOf({ asset, fingerprint, lock, outputHashes }: AssetOnDisk): AssetStatus {
  const paths = outputPaths(asset);
  if (!lock) return { status: "new", reason: "It was not generated yet." };
  if (lock.fingerprint !== fingerprint) {
    return {
      status: "changed",
      reason: "The prompt, its parameters, its references or the style changed since it was made.",
    };
  }
  if (lock.outputs.length !== paths.length) {
    return { status: "missing_output", reason: `${lock.outputs.length} of ${paths.length} images were made.` };
  }
  for (const [index, path] of paths.entries()) {
    if (outputHashes[index] !== undefined) continue;
    const before = lock.outputs[index]?.path;
    return {
      status: "missing_output",
      reason: `${path} does not exist${before === path ? "" : ` (it was made as ${before})`}.`,
    };
  }
  const edited = paths.find((_, index) => outputHashes[index] !== lock.outputs[index]?.sha256);
  if (edited !== undefined)
    return { status: "edited_output", reason: `${edited} is not the file that was made: it was edited or replaced.` };
  return { status: "unchanged", reason: "The prompt and the file are as they were when it was made." };
}

/** Whether the lock entry belongs to an asset of the prompt file with this id: `docs/hero`, `docs/hero@dark`, `docs/hero#size=16`. */
export function lockBelongsToFile(lockId: string, fileId: string): boolean {
  return lockId === fileId || lockId.startsWith(`${fileId}@`) || lockId.startsWith(`${fileId}#`);
}

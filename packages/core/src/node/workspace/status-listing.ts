import { readdirSync } from "node:fs";
import { type AssetSpec, assetLocation, outputPaths } from "../../assets/asset-spec.ts";
import { type AssetStatus, assetStatus, lockBelongsToFile, type OrphanedLock } from "../../assets/lock/asset-status.ts";
import { fingerprint } from "../../assets/lock/fingerprint.ts";
import { LOCK_FOLDER, type LockEntry } from "../../assets/lock/lock-entry.ts";
import { type ArtdeskError, isArtdeskError } from "../../basics/errors.ts";
import { guardOwnPath, isSystemError, lstatIfThere } from "../files/path-guard.ts";
import { type AssetListing, sha256Hex, withLocation } from "./asset-listing.ts";
import { readReferences } from "./asset-references.ts";
import { openOutputHashes, type OutputHashes } from "./output-hash-cache.ts";

/** An asset with where it stands. */
export interface AssetState extends AssetStatus {
  asset: AssetSpec;
  /** Of the asset as it is now. */
  fingerprint: string;
  /** What was made before. */
  lock: LockEntry | undefined;
  /** Lower-case hex SHA-256 of the files as they are; undefined for one that does not exist. */
  outputHashes: readonly (string | undefined)[];
}

/** Where all assets stand. An asset with a broken reference, lock entry or output path is a problem and not listed. */
export interface StatusListing {
  assets: readonly AssetState[];
  orphans: readonly OrphanedLock[];
  problems: readonly ArtdeskError[];
}

/** Compares listed assets with their lock entries and files. */
export async function listStatuses(options: {
  root: string;
  listing: AssetListing;
  style: string;
  readLockFile: (file: string, verified: Set<string>) => LockEntry | undefined;
  withOrphans: boolean;
}): Promise<StatusListing> {
  const { root, listing, style, readLockFile, withOrphans } = options;
  const verified = new Set<string>();
  const outputs = openOutputHashes(root);
  const assets: AssetState[] = [];
  const problems = [...listing.problems];
  const expected = new Set<string>();
  for (const { asset, lockFile, fingerprint: known } of listing.assets) {
    expected.add(lockFile);
    try {
      const lock = readLockFile(lockFile, verified);
      const current = known ?? (await fingerprintWithInputs(root, asset, style));
      const outputHashes = outputPaths(asset).map((path) => outputHash(outputs, path, asset));
      assets.push({
        asset,
        fingerprint: current,
        lock,
        outputHashes,
        ...assetStatus({ asset, fingerprint: current, lock, outputHashes }),
      });
    } catch (error) {
      if (!isArtdeskError(error)) throw error;
      problems.push(withLocation(error, { file: lockFile, line: 1 }));
    }
  }
  await outputs.save({ all: withOrphans });
  const orphans = withOrphans
    ? findOrphans({ root, expected, brokenFileIds: listing.brokenFileIds, readLockFile, problems })
    : [];
  return { assets, orphans, problems };
}

async function fingerprintWithInputs(root: string, asset: AssetSpec, style: string): Promise<string> {
  const { referenceHashes, maskHash } = await readReferences(root, asset);
  return fingerprint({ request: asset.request, referenceHashes, maskHash, style }, sha256Hex);
}

function outputHash(outputs: OutputHashes, path: string, asset: AssetSpec): string | undefined {
  try {
    return outputs.hash(path);
  } catch (error) {
    throw isArtdeskError(error) ? withLocation(error, assetLocation(asset, "output")) : error;
  }
}

function findOrphans(options: {
  root: string;
  expected: ReadonlySet<string>;
  brokenFileIds: readonly string[];
  readLockFile: (file: string, verified: Set<string>) => LockEntry | undefined;
  problems: ArtdeskError[];
}): OrphanedLock[] {
  const { root, expected, brokenFileIds, readLockFile, problems } = options;
  const orphans: OrphanedLock[] = [];
  for (const file of strayFiles(root, expected)) {
    try {
      const id = readLockFile(file, new Set())?.id;
      if (id === undefined || brokenFileIds.some((fileId) => lockBelongsToFile(id, fileId))) continue;
      orphans.push({ id, file, reason: `No prompt file describes ${id} any more.` });
    } catch (error) {
      if (!isArtdeskError(error)) throw error;
      problems.push(withLocation(error, { file, line: 1 }));
    }
  }
  return orphans;
}

/** Files in the lock folder that no asset accounts for. Only those are asked what they are: the others were just read. */
function strayFiles(root: string, expected: ReadonlySet<string>): string[] {
  const files: string[] = [];
  const pending = [LOCK_FOLDER];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for (const name of readFolder(root, folder)) {
      const path = `${folder}/${name}`;
      if (expected.has(path)) continue;
      if (lstatIfThere(`${root}/${path}`)?.isDirectory()) pending.push(path);
      else if (name.endsWith(".json")) files.push(path);
    }
  }
  return files.toSorted();
}

function readFolder(root: string, folder: string): string[] {
  try {
    // The folder itself, too, must not be a symbolic link: hence a name below it.
    guardOwnPath({ root, path: `${folder}/entry` });
    return readdirSync(`${root}/${folder}`);
  } catch (error) {
    if (isSystemError(error) || isArtdeskError(error)) return [];
    throw error;
  }
}

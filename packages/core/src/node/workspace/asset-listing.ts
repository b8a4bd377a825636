import { hash } from "node:crypto";
import { type AssetSpec, assetLocation, outputPaths } from "../../assets/asset-spec.ts";
import { visibleText } from "../../assets/fields/input-problem.ts";
import type { YamlReader } from "../../assets/fields/yaml-document.ts";
import { fingerprint } from "../../assets/lock/fingerprint.ts";
import { lockPath } from "../../assets/lock/lock-entry.ts";
import { assetIdOfFile, expandAssets } from "../../assets/prompts/expand-assets.ts";
import { parsePromptFile } from "../../assets/prompts/prompt-file.ts";
import { decodeTextFile, MAX_PROMPT_FILE_BYTES } from "../../assets/prompts/prompt-text.ts";
import { ArtdeskError, isArtdeskError } from "../../basics/errors.ts";
import { readOwnFile } from "../files/guarded-file.ts";
import { type CachedAsset, openAssetCache } from "./asset-cache.ts";
import { findPromptFiles } from "./find-prompt-files.ts";

/** The assets of a workspace with their fingerprints, and every mistake in its prompt files, each with file and line. */
export interface AssetListing {
  assets: readonly CachedAsset[];
  problems: readonly ArtdeskError[];
  /** Ids of the prompt files that have problems: what is known of their assets from before still stands. */
  brokenFileIds: readonly string[];
}

/**
 * Reads all prompt files that match, going on after a broken one. Assets that would write the same file are left out,
 * both of them, with a problem that names both.
 */
export async function listAssets(options: {
  root: string;
  patterns: readonly string[];
  /** Files, folders or patterns; all when absent or empty. */
  paths?: readonly string[] | undefined;
  configHash: string;
  style: string;
}): Promise<AssetListing> {
  const { root, patterns, paths, configHash, style } = options;
  const { files, problems: pathProblems } = findPromptFiles({ root, patterns, paths });
  const cache = openAssetCache({ root, configHash });
  const verified = new Set<string>();
  const problems = [...pathProblems];
  const brokenFileIds: string[] = [];
  const assets: CachedAsset[] = [];
  let readYaml: YamlReader | undefined;
  for (const file of files) {
    try {
      const bytes = readPromptBytes(root, file, verified);
      const sha256 = hash("sha256", bytes, "hex");
      let found = cache.find(file, sha256);
      if (!found) {
        readYaml ??= (await import("../files/read-yaml.ts")).readYaml;
        const promptFile = parsePromptFile({ file, text: decodeTextFile({ file, bytes }), readYaml });
        found = expandAssets(promptFile).map((asset) => ({
          asset,
          lockFile: lockPath(asset.id, sha256Hex),
          fingerprint: hasInputs(asset)
            ? undefined
            : fingerprint({ request: asset.request, referenceHashes: [], style }, sha256Hex),
        }));
        cache.add(file, sha256, found);
      }
      for (const asset of found) assets.push(asset);
    } catch (error) {
      if (!isArtdeskError(error)) throw error;
      problems.push(withLocation(error, { file, line: 1 }));
      brokenFileIds.push(assetIdOfFile(file));
    }
  }
  await cache.save(paths === undefined || paths.length === 0 ? files : undefined);
  const { clashing, problems: clashes } = findClashes(assets);
  return {
    assets: clashing.size === 0 ? assets : assets.filter(({ asset }) => !clashing.has(asset)),
    problems: [...problems, ...clashes],
    brokenFileIds: [...brokenFileIds, ...new Set([...clashing].map((asset) => assetIdOfFile(asset.file)))],
  };
}

/** Whether an asset's fingerprint depends on other files. */
export function hasInputs(asset: AssetSpec): boolean {
  return asset.references.length > 0 || asset.mask !== undefined;
}

/** SHA-256 of a text, as the pure functions want it. */
export function sha256Hex(text: string): string {
  return hash("sha256", text, "hex");
}

/** The same error with a place, when it has none yet. */
export function withLocation(error: ArtdeskError, location: { file: string; line: number }): ArtdeskError {
  if (error.location) return error;
  const { code, shortMessage, details, hint, issues, billed, cause } = error;
  return new ArtdeskError({ code, shortMessage, details, hint, issues, billed, cause, location });
}

function readPromptBytes(root: string, file: string, verified: Set<string>): Uint8Array {
  if (visibleText(file) !== file) {
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: "The name of this prompt file has invisible characters.",
      hint: "Rename it.",
      location: { file: visibleText(file), line: 1 },
    });
  }
  const bytes = readOwnFile(root, file, { maxBytes: MAX_PROMPT_FILE_BYTES, verified });
  if (bytes) return bytes;
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: "This prompt file does not exist.",
    location: { file, line: 1 },
  });
}

/** Assets that share an id or an output with another one, also where a file system ignores the case of names. */
function findClashes(assets: readonly CachedAsset[]): { clashing: Set<AssetSpec>; problems: ArtdeskError[] } {
  const owners = new Map<string, AssetSpec>();
  const clashing = new Set<AssetSpec>();
  const problems: ArtdeskError[] = [];
  const claim = (key: string, asset: AssetSpec, what: string, name: string): void => {
    const owner = owners.get(key);
    if (!owner) {
      owners.set(key, asset);
      return;
    }
    clashing.add(owner).add(asset);
    const { file, line } = assetLocation(asset, "output");
    problems.push(
      new ArtdeskError({
        code: "invalid_request",
        shortMessage: visibleText(
          `${asset.file} and ${owner.file}:${assetLocation(owner, "output").line} have the same ${what} ${name}.`,
        ),
        hint: "Give one of them another `output` or file name.",
        location: { file, line },
      }),
    );
  };
  for (const { asset } of assets) {
    claim(`id ${asset.id.toLowerCase()}`, asset, "asset id", asset.id);
    for (const path of outputPaths(asset)) claim(path.toLowerCase(), asset, "output", path);
  }
  return { clashing, problems };
}

import { inspectImage } from "../../wire/image-header.ts";
import { hash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { isAbsolute, posix, relative, resolve, sep } from "node:path";
import { type AssetSpec, promptWithStyle } from "../../assets/asset-spec.ts";
import { type ArtdeskConfig, defaultConfig, parseConfig } from "../../assets/config/config.ts";
import { type LockEntry, lockPath, parseLockEntry, serializeLockEntry } from "../../assets/lock/lock-entry.ts";
import { decodeTextFile, MAX_PROMPT_FILE_BYTES } from "../../assets/prompts/prompt-text.ts";
import { ArtdeskError } from "../../basics/errors.ts";
import { composePrompt } from "../../decide/request/compose-prompt.ts";
import { ensureArtdeskFolder } from "../files/artdesk-folder.ts";
import { hashOutputFile, readOwnFile, writeFileGuarded, writeOwnFile } from "../files/guarded-file.ts";
import { guardOwnPath, isSystemError, lstatIfThere, refuseSpecialFile, WORKSPACE_MARK } from "../files/path-guard.ts";
import { type AssetListing, listAssets, sha256Hex } from "./asset-listing.ts";
import { type AssetReferences, readReferences } from "./asset-references.ts";
import { questionsPathOf, readQuestionFile, writeQuestionFile } from "./file-question-store.ts";
import { findRoot, realFolder } from "./find-root.ts";
import { listStatuses, type StatusListing } from "./status-listing.ts";

const MAX_LOCK_ENTRY_BYTES = 1_000_000;

/** A folder with prompt files: everything that is read from it and written to it goes through here. */
export interface Workspace {
  /** Absolute path, symbolic links resolved. May lie above the folder that it was opened from. */
  readonly root: string;
  readonly config: ArtdeskConfig;
  /** Paths that people name in the folder that it was opened from, as seen from the root. */
  fromRoot(paths: readonly string[]): readonly string[];
  /** All assets, or those of the given files, folders and patterns (as people name them, see `fromRoot`). Broken files become problems. */
  listAssets(paths?: readonly string[]): Promise<{ assets: readonly AssetSpec[]; problems: readonly ArtdeskError[] }>;
  /** Like `listAssets`, with where each asset stands. Orphaned lock entries are looked for only without `paths`. */
  listStatuses(paths?: readonly string[]): Promise<StatusListing>;
  /** Reads an asset's references and mask. Throws `invalid_request` with file and line. */
  readReferences(asset: AssetSpec): Promise<AssetReferences>;
  /** What was made for an asset; undefined when nothing was. Throws `invalid_request` for a broken entry. */
  readLockEntry(id: string): LockEntry | undefined;
  writeLockEntry(entry: LockEntry): Promise<void>;
  removeLockEntry(id: string): Promise<void>;
  /** Path of an asset's lock entry, relative to the workspace. */
  lockPath(id: string): string;
  /** Path of the questions that were drawn from an asset's prompt, relative to the workspace. Several assets may share it. */
  questionsPath(asset: AssetSpec): string;
  /** Those questions as they are on disk; undefined when none were drawn. */
  readQuestions(asset: AssetSpec): Uint8Array | undefined;
  writeQuestions(asset: AssetSpec, bytes: Uint8Array): Promise<void>;
  /**
   * Writes one image, all or nothing. Throws `invalid_request` for a path that is not allowed.
   * @returns lower-case hex SHA-256
   */
  writeOutput(path: string, bytes: Uint8Array): Promise<string>;
  /** Keeps an image as it was bought, by its hash: files are cut from it. */
  writeMaster(sha256: string, bytes: Uint8Array): Promise<void>;
  /** Lower-case hex SHA-256; undefined when the file does not exist. */
  readOutputHash(path: string): string | undefined;
}

/**
 * Opens the workspace that `cwd` belongs to. With `config` (a path given by the user, relative to `cwd`) that is `cwd`
 * itself, else the nearest folder upwards with `artdesk.yml` (see `findRoot`, also for `ceiling`), else `cwd` with the
 * defaults. Throws `invalid_request` when the folder or the configuration cannot be used.
 */
export async function openWorkspace(options: {
  cwd: string;
  config?: string | undefined;
  ceiling?: string | undefined;
}): Promise<Workspace> {
  const root = options.config === undefined ? findRoot(options.cwd, options) : realFolder(options.cwd);
  const inside = relative(root, realFolder(options.cwd)).split(sep).join("/");
  const fromRoot = (paths: readonly string[]): readonly string[] =>
    inside === "" ? paths : paths.map((path) => (isAbsolute(path) ? path : posix.normalize(`${inside}/${path}`)));
  const source = options.config === undefined ? readOwnConfig(root) : readGivenConfig(root, options.config);
  const config = source ? await parseConfigBytes(source) : defaultConfig();
  const configHash = hash("sha256", source?.bytes ?? "", "hex");
  const lockPathOf = (id: string): string => lockPath(id, sha256Hex);
  const questionsKeyOf = (asset: AssetSpec): string =>
    sha256Hex(composePrompt({ prompt: promptWithStyle(asset, config.style), text: asset.request.text ?? [] }));
  const readLockFile = (file: string, verified?: Set<string>): LockEntry | undefined => {
    const bytes = readOwnFile(root, file, { maxBytes: MAX_LOCK_ENTRY_BYTES, ...(verified && { verified }) });
    return bytes && parseLockEntry({ file, text: bytes.toString("utf8") });
  };
  const list = (paths?: readonly string[]): Promise<AssetListing> =>
    listAssets({ root, patterns: config.prompts, paths: paths && fromRoot(paths), configHash, style: config.style });
  return {
    root,
    config,
    fromRoot,
    listAssets: async (paths) => {
      const { assets, problems } = await list(paths);
      return { assets: assets.map(({ asset }) => asset), problems };
    },
    listStatuses: async (paths) => {
      const listing = await list(paths);
      const withOrphans = paths === undefined || paths.length === 0;
      return listStatuses({ root, listing, style: config.style, readLockFile, withOrphans });
    },
    readReferences: (asset) => readReferences(root, asset),
    readLockEntry: (id) => readLockFile(lockPathOf(id)),
    writeLockEntry: async (entry) => {
      await ensureArtdeskFolder(root);
      await writeOwnFile(root, lockPathOf(entry.id), serializeLockEntry(entry));
    },
    removeLockEntry: async (id) => {
      await rm(guardOwnPath({ root, path: lockPathOf(id) }).absolutePath, { force: true });
    },
    lockPath: lockPathOf,
    questionsPath: (asset) => questionsPathOf(questionsKeyOf(asset)),
    readQuestions: (asset) => readQuestionFile(root, questionsKeyOf(asset)),
    writeQuestions: (asset, bytes) => writeQuestionFile(root, questionsKeyOf(asset), bytes),
    writeOutput: async (path, bytes) => {
      await writeFileGuarded(root, path, bytes);
      return hash("sha256", bytes, "hex");
    },
    writeMaster: (sha256, bytes) => writeOwnFile(root, masterPath(sha256, bytes), bytes),
    readOutputHash: (path) => hashOutputFile(root, path),
  };
}

/** Where an image is kept as it was bought, relative to the workspace. Not committed. */
function masterPath(sha256: string, bytes: Uint8Array): string {
  const ending = inspectImage(bytes).header?.mediaType.replace("image/", "") ?? "image";
  return `.artdesk/masters/${sha256}.${ending === "jpeg" ? "jpg" : ending}`;
}

export interface ConfigSource {
  /** As shown in messages. */
  file: string;
  bytes: Uint8Array;
}

function readOwnConfig(root: string): ConfigSource | undefined {
  const file = WORKSPACE_MARK;
  refuseSpecialFile(file, lstatIfThere(guardOwnPath({ root, path: file }).absolutePath), { allowHardLinks: true });
  const bytes = readOwnFile(root, file, { maxBytes: MAX_PROMPT_FILE_BYTES });
  return bytes && { file, bytes };
}

/** A path that the user gave on purpose: it may lie anywhere. */
function readGivenConfig(root: string, config: string): ConfigSource {
  const path = resolve(root, config);
  try {
    if (statSync(path).isFile()) return { file: config, bytes: readFileSync(path) };
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `The configuration ${config} does not exist or is not a file.`,
  });
}

/** Reads a configuration that lies elsewhere, such as that of another branch. Throws `invalid_request` as `parseConfig`. */
export async function parseConfigBytes(source: ConfigSource): Promise<ArtdeskConfig> {
  const { file, bytes } = source;
  const text = decodeTextFile({ file, bytes });
  const { readYaml } = await import("../files/read-yaml.ts");
  return parseConfig({ file, text, readYaml });
}

import { ArtdeskError } from "../../basics/errors.ts";
import { canonicalJson } from "./canonical-json.ts";

/** Version of the lock files and of the fingerprint's recipe. */
export const LOCK_FORMAT_VERSION = 1;

/** Folder of the lock entries, relative to the workspace. */
export const LOCK_FOLDER = ".artdesk/lock";

/**
 * What was made for one asset: a small committed file of its own, without totals and times, so that branches merge.
 */
export interface LockEntry {
  /** The asset's id. */
  id: string;
  /** Of everything that shapes the image; see `fingerprint`. */
  fingerprint: string;
  /** Model that made it. */
  model: string;
  quality: string;
  /** `WIDTHxHEIGHT` in pixels. */
  size: string;
  /**
   * Relative to the workspace, in the order of the images; lower-case hex SHA-256 of the files, and of the image that a
   * file was cut from, where it is not that image itself.
   */
  outputs: readonly { path: string; sha256: string; master?: string | undefined }[];
  /** Settled cost of all attempts. Micro-USD. */
  costMicroUsd: number;
  requestIds: readonly string[];
  /** Lower-case hex SHA-256 of the draft or refinement that this image was made from. */
  parent?: string | undefined;
  /** What the way to this image cost in all: drafts, refinements and finals. Micro-USD. Only together with `parent`. */
  chainCostMicroUsd?: number | undefined;
}

/** The file text of a lock entry: sorted keys, one field per line, a newline at the end. */
export function serializeLockEntry(entry: LockEntry): string {
  const sorted: unknown = JSON.parse(canonicalJson({ ...entry, formatVersion: LOCK_FORMAT_VERSION }));
  return `${JSON.stringify(sorted, null, 2)}\n`;
}

/** Reads a lock entry; throws `invalid_request` naming the file, the line and what to do. */
export function parseLockEntry(options: { file: string; text: string }): LockEntry {
  const { file, text } = options;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unreadable(file, text, cause);
  }
  const version = isRecord(value) ? value["formatVersion"] : undefined;
  if (typeof version === "number" && version > LOCK_FORMAT_VERSION) {
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: `This lock entry has format ${version}; this version of Artdesk reads up to ${LOCK_FORMAT_VERSION}.`,
      hint: "Update Artdesk.",
      location: { file, line: 1 },
    });
  }
  const entry = version === LOCK_FORMAT_VERSION ? asLockEntry(value) : undefined;
  if (!entry) throw invalid(file, 1, "This is not a valid lock entry.");
  return entry;
}

/**
 * Path of an asset's lock entry, relative to the workspace. Characters that some file system refuses are written as
 * in URLs; names that are too long end in a hash.
 */
export function lockPath(id: string, sha256Hex: (text: string) => string): string {
  const segments = id.split("/").map((segment, index, all) => {
    const safe = segment
      .replace(
        /[%<>:"\\|?*\p{Cc}\p{Cf}\p{Cs}]/gu,
        (character) => `%${(character.codePointAt(0) ?? 0).toString(16).padStart(2, "0")}`,
      )
      .replace(/^\.|[. ]$/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
    const limit = index === all.length - 1 ? 180 : 200;
    // No UTF-16 unit takes more than three bytes.
    if (safe.length * 3 <= limit || new TextEncoder().encode(safe).length <= limit) return safe;
    return `${Array.from(safe).slice(0, 40).join("")}~${sha256Hex(segment).slice(0, 16)}`;
  });
  return `${LOCK_FOLDER}/${segments.join("/")}.json`;
}

function unreadable(file: string, text: string, cause: unknown): ArtdeskError {
  const lines = text.split("\n");
  const conflict = lines.findIndex((line) => /^(<{7}|={7}|>{7}|\|{7})( |\r?$)/.test(line));
  if (conflict < 0) return invalid(file, 1, "This lock entry is not valid JSON.", cause);
  return invalid(file, conflict + 1, "This lock entry has git conflict markers.", cause);
}

function invalid(file: string, line: number, shortMessage: string, cause?: unknown): ArtdeskError {
  return new ArtdeskError({
    code: "invalid_request",
    shortMessage,
    hint: "Keep the side whose image file you keep (`git checkout --ours` or `--theirs`), or delete the file and generate the image again.",
    location: { file, line },
    cause,
  });
}

function asLockEntry(value: unknown): LockEntry | undefined {
  if (!isRecord(value)) return undefined;
  const { id, fingerprint, model, quality, size, outputs, costMicroUsd, requestIds, parent, chainCostMicroUsd } = value;
  if (!isText(id) || !isHash(fingerprint) || !isText(model) || !isText(quality) || !isText(size)) return undefined;
  if (!isAmount(costMicroUsd)) return undefined;
  if (!Array.isArray(requestIds) || !requestIds.every(isText)) return undefined;
  if (!Array.isArray(outputs) || outputs.length === 0 || !outputs.every(isOutput)) return undefined;
  if (parent !== undefined && !isHash(parent)) return undefined;
  if (chainCostMicroUsd !== undefined && (parent === undefined || !isAmount(chainCostMicroUsd))) return undefined;
  const entry: LockEntry = {
    id,
    fingerprint,
    model,
    quality,
    size,
    outputs: outputs.map(({ path, sha256, master }) => ({ path, sha256, ...(master !== undefined && { master }) })),
    costMicroUsd,
    requestIds,
  };
  if (parent !== undefined) entry.parent = parent;
  if (chainCostMicroUsd !== undefined) entry.chainCostMicroUsd = chainCostMicroUsd;
  return entry;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isHash(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}

function isOutput(value: unknown): value is { path: string; sha256: string; master?: string | undefined } {
  if (!isRecord(value) || !isText(value["path"]) || !isHash(value["sha256"])) return false;
  return value["master"] === undefined || isHash(value["master"]);
}

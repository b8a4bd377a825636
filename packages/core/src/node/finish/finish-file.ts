import { readdirSync } from "node:fs";
import { basename, extname, join, posix } from "node:path";
import { LOCK_FOLDER, parseLockEntry, type LockEntry } from "../../assets/lock/lock-entry.ts";
import { ArtdeskError } from "../../basics/errors.ts";
import type { ContentCredentials } from "../../finish/content-credentials.ts";
import type { Box } from "../../basics/crop-geometry.ts";
import { finishImage, type UnmetOutput } from "../../finish/finish-image.ts";
import type { OutputRecipe } from "../../finish/output-recipe.ts";
import { planOutputs, type OutputWish } from "../../finish/plan-outputs.ts";
import { readDigitalSourceType } from "../../finish/xmp-packet.ts";
import { MAX_IMAGE_FILE_BYTES, readFileGuarded, readOwnFile, writeOwnFile } from "../files/guarded-file.ts";
import { nodeCodec } from "../platform/node-codec.ts";
import { sharpPixels } from "./sharp-pixels.ts";

export interface FinishFileOptions {
  /** Absolute path of the folder that nothing is written outside of. */
  root: string;
  /** The master, relative to `root`, with `/`. */
  master: string;
  outputs: readonly OutputWish[];
  /** Folder for the outputs, relative to `root`. @default the master's own */
  folder?: string | undefined;
  /** Text for readers who do not see the image; written into the files with the mark. @default none */
  alt?: string | undefined;
  /** `off`: no file says that a trained model made it. @default "auto": those whose master is known to be such say it */
  disclosure?: "auto" | "off" | undefined;
  /** Write over files that are there and differ. @default false: they are kept, and named in an error */
  force?: boolean | undefined;
}

/** A file that was written, or that was there already with the same bytes. */
export interface FinishedFile {
  path: string;
  preset: string;
  widthPx: number;
  heightPx: number;
  format: OutputRecipe["format"];
  sizeBytes: number;
  quality: number | undefined;
  /** Cut out of the master, in its pixels. */
  crop: Box;
  /** Above 1 the master was enlarged. */
  scale: number;
  cutAway: number;
  state: "made" | "unchanged";
}

export interface FinishReport {
  master: string;
  masterSha256: string;
  /** Content Credentials of the master; derived files cannot keep them. */
  contentCredentials: ContentCredentials;
  /** Model that made the master, where that is known: from the workspace's lock. */
  model: string | undefined;
  /** Whether the files say that a trained model made them. */
  isMarked: boolean;
  files: readonly FinishedFile[];
  unmet: readonly UnmetOutput[];
}

/**
 * Makes files of exact pixels, format and weight from an image on this machine: no provider is asked, nothing is paid.
 * Throws `invalid_request` for a master that is no image, for outputs that cannot be, and for files in the way.
 */
export async function finishFile(options: FinishFileOptions): Promise<FinishReport> {
  const { root, master, disclosure = "auto", alt = "" } = options;
  const folder = options.folder ?? posix.dirname(master);
  const stem = posix.join(folder, basename(master, extname(master)));
  const recipes = planOutputs(options.outputs, stem);
  if (recipes.length === 0)
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: "No output was asked for.",
      hint: "Name presets or pixels: og, 1080x1350.",
    });
  const bytes = await readFileGuarded(root, master);
  const masterSha256 = nodeCodec.sha256Hex(bytes);
  const maker = findMaker(root, masterSha256);
  const isMarked = disclosure === "auto" && (maker !== undefined || readDigitalSourceType(bytes) !== undefined);
  const finished = await finishImage(
    sharpPixels(),
    bytes,
    recipes,
    isMarked ? { madeBy: maker?.model ?? "unknown", masterSha256, alt } : undefined,
  );
  if (options.force !== true) refuseFilesInTheWay(root, finished.outputs);
  const files: FinishedFile[] = [];
  for (const { recipe, bytes: content, ...made } of finished.outputs) {
    const { name: preset, file: path, widthPx, heightPx, format } = recipe;
    const isThere = hashIfThere(root, path) === nodeCodec.sha256Hex(content);
    if (!isThere) await writeOwnFile(root, path, content);
    files.push({
      path,
      preset,
      widthPx,
      heightPx,
      format,
      sizeBytes: content.length,
      ...made,
      state: isThere ? "unchanged" : "made",
    });
  }
  const { contentCredentials, unmet } = finished;
  return { master, masterSha256, contentCredentials, model: maker?.model, isMarked, files, unmet };
}

function refuseFilesInTheWay(root: string, outputs: readonly { recipe: OutputRecipe; bytes: Uint8Array }[]): void {
  const inTheWay = outputs.filter(({ recipe, bytes }) => {
    const sha256 = hashIfThere(root, recipe.file);
    return sha256 !== undefined && sha256 !== nodeCodec.sha256Hex(bytes);
  });
  if (inTheWay.length === 0) return;
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `${inTheWay.map(({ recipe }) => recipe.file).join(", ")}: there already, with other content. Nothing was written.`,
    hint: "Use --force to write over it, or another folder.",
  });
}

function hashIfThere(root: string, path: string): string | undefined {
  const bytes = readOwnFile(root, path, { maxBytes: MAX_IMAGE_FILE_BYTES });
  return bytes && nodeCodec.sha256Hex(bytes);
}

/** The lock entry of this workspace whose image this is. */
function findMaker(root: string, sha256: string): LockEntry | undefined {
  return lockFilesBelow(root)
    .flatMap((file) => {
      const text = readOwnFile(root, file, { maxBytes: 1_000_000 })?.toString("utf8");
      return text?.includes(sha256) ? [parseLockEntry({ file, text })] : [];
    })
    .find(({ outputs }) => outputs.some((output) => output.sha256 === sha256));
}

function lockFilesBelow(root: string): string[] {
  try {
    return readdirSync(join(root, LOCK_FOLDER), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
      .map((entry) => posix.join(LOCK_FOLDER, relativeTo(join(root, LOCK_FOLDER), join(entry.parentPath, entry.name))))
      .toSorted();
  } catch {
    // No lock folder: nothing is known of the master.
    return [];
  }
}

function relativeTo(folder: string, path: string): string {
  return path.slice(folder.length + 1).replaceAll("\\", "/");
}

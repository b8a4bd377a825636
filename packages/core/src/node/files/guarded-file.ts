import { hash, randomBytes } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { visibleText } from "../../assets/fields/input-problem.ts";
import { ArtdeskError } from "../../basics/errors.ts";
import {
  guardOwnPath,
  guardPath,
  type GuardedPath,
  isSystemError,
  lstatIfThere,
  refused,
  refuseSpecialFile,
} from "./path-guard.ts";

/** A reference or output may not be larger, in bytes. */
export const MAX_IMAGE_FILE_BYTES = 100_000_000;

/** Names of files that are being written, until they are renamed. A killed process leaves them behind. */
export const TEMPORARY_NAME: RegExp = /^\.artdesk-[0-9a-f]{16}\.tmp$/;

/** Not every system has these flags; the checks by lstat stand there alone. */
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;
const NON_BLOCKING = constants.O_NONBLOCK ?? 0;

/**
 * Writes an image that a prompt file names: all of it or nothing, on disk when the promise resolves (written beside
 * the target, flushed, renamed, folder flushed). Throws `invalid_request` for a path that leaves the workspace, by
 * name or through links, and for a target that is a symbolic link, not a regular file, or has several names.
 */
export async function writeFileGuarded(root: string, path: string, bytes: Uint8Array): Promise<void> {
  await writeAtomically(guardPath({ root, path, use: "output", create: true }), bytes);
}

/** Like {@link writeFileGuarded} for Artdesk's own files, for example under `.artdesk/`. */
export async function writeOwnFile(root: string, path: string, content: Uint8Array | string): Promise<void> {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  await writeAtomically(guardOwnPath({ root, path, create: true }), bytes);
}

/**
 * Reads an image that a prompt file names as reference or mask. Throws `invalid_request` for a path that leaves the
 * workspace, for anything but a regular file, for a hard link (its other name may lie outside the workspace; copy such
 * a file), for a file that does not exist, and above `maxBytes`.
 */
export async function readFileGuarded(
  root: string,
  path: string,
  options: { maxBytes?: number } = {},
): Promise<Uint8Array> {
  const bytes = readGuarded(guardPath({ root, path, use: "reference" }), {
    maxBytes: options.maxBytes ?? MAX_IMAGE_FILE_BYTES,
  });
  if (!bytes) throw refused(path, "does not exist");
  return bytes;
}

/** Reads one of the workspace's own text files (prompt file, lock entry); undefined when there is none. */
export function readOwnFile(
  root: string,
  path: string,
  options: { maxBytes: number; verified?: Set<string> },
): Buffer | undefined {
  const { maxBytes, verified } = options;
  return readGuarded(guardOwnPath({ root, path, ...(verified && { verified }) }), { maxBytes, allowHardLinks: true });
}

/** Lower-case hex SHA-256 of an output file; undefined when there is none. Same rules as {@link readFileGuarded}. */
export function hashOutputFile(
  root: string,
  path: string,
  options: { verified?: Set<string> } = {},
): string | undefined {
  const { verified } = options;
  const bytes = readGuarded(guardPath({ root, path, use: "output", ...(verified && { verified }) }), {
    maxBytes: MAX_IMAGE_FILE_BYTES,
  });
  return bytes && hash("sha256", bytes, "hex");
}

/** Flushes a folder, so that a rename in it survives a power cut. Where folders cannot be opened, this does nothing. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function readGuarded(
  guarded: GuardedPath,
  options: { maxBytes: number; allowHardLinks?: boolean },
): Buffer | undefined {
  const { path, absolutePath } = guarded;
  let descriptor: number;
  try {
    // Non-blocking: opening a pipe would otherwise wait for its writer.
    descriptor = openSync(absolutePath, constants.O_RDONLY | NO_FOLLOW | NON_BLOCKING);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    if (error.code === "ELOOP") throw refused(path, "is a symbolic link");
    throw refused(path, `cannot be read (${error.code})`, error);
  }
  try {
    const stats = fstatSync(descriptor);
    if (NO_FOLLOW === 0) refuseSpecialFile(path, lstatIfThere(absolutePath));
    refuseSpecialFile(path, stats, options);
    if (stats.size > options.maxBytes) {
      throw refused(path, `is ${stats.size} bytes; at most ${options.maxBytes} are read`);
    }
    return readAll(descriptor, stats.size);
  } finally {
    closeSync(descriptor);
  }
}

function readAll(descriptor: number, sizeBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(sizeBytes);
  let filled = 0;
  while (filled < sizeBytes) {
    const count = readSync(descriptor, bytes, filled, sizeBytes - filled, null);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

async function writeAtomically(target: GuardedPath, bytes: Uint8Array): Promise<void> {
  const { path, absolutePath, folder } = target;
  refuseSpecialFile(path, lstatIfThere(absolutePath));
  const temporaryPath = join(folder, `.artdesk-${randomBytes(8).toString("hex")}.tmp`);
  try {
    const handle = await open(
      temporaryPath,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW,
      0o644,
    );
    await writeAndClose(handle, bytes);
    refuseSpecialFile(path, lstatIfThere(absolutePath));
    await rename(temporaryPath, absolutePath);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporaryPath, { force: true });
    if (!isSystemError(error)) throw error;
    throw new ArtdeskError({
      code: "unavailable",
      shortMessage: visibleText(`The file ${path} cannot be written (${error.code}).`),
      hint: error.code === "ENOSPC" ? "Free some disk space." : "Look at the permissions of its folder.",
      cause: error,
    });
  }
}

async function writeAndClose(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

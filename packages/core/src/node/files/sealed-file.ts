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
import { ensureArtdeskFolder } from "./artdesk-folder.ts";
import { guardOwnPath } from "./path-guard.ts";

/** Modification times that are given to sealed files: milliseconds in 2001 to 2017. */
const FIRST_TIME_MS = 978_307_200_000;
const TIME_RANGE_MS = 2 ** 39;

/**
 * Reads a cache file that {@link writeSealedFile} wrote for the same `key`; undefined when there is none that counts.
 *
 * What a cache says is believed, so one that somebody else wrote must not count. A checkout or a pull request can
 * bring any content but never a modification time: a sealed file states its own, in a year before Artdesk existed.
 * Any later change to the file moves that time, so this also finds damage, without hashing megabytes.
 */
export function readSealedFile(options: { root: string; path: string; key: string }): unknown {
  const { root, path, key } = options;
  try {
    const { absolutePath } = guardOwnPath({ root, path });
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
    const descriptor = openSync(absolutePath, flags);
    try {
      const stats = fstatSync(descriptor);
      if (!stats.isFile() || stats.mtimeMs >= FIRST_TIME_MS + TIME_RANGE_MS) return undefined;
      const text = readFileSync(descriptor, "utf8");
      const head = headOf(Math.round(stats.mtimeMs), key);
      return text.startsWith(head) ? JSON.parse(text.slice(head.length, -1)) : undefined;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
}

/** Writes a cache file, all or nothing. Does nothing where that is not possible: a read-only checkout must work, too. */
export async function writeSealedFile(options: {
  root: string;
  path: string;
  key: string;
  content: unknown;
}): Promise<void> {
  const { root, path, key, content } = options;
  try {
    await ensureArtdeskFolder(root);
    const { absolutePath } = guardOwnPath({ root, path, create: true });
    const modifiedMs = FIRST_TIME_MS + randomInt(TIME_RANGE_MS);
    const temporaryPath = `${absolutePath}.${randomBytes(8).toString("hex")}.tmp`;
    const descriptor = openSync(temporaryPath, "wx");
    try {
      writeFileSync(descriptor, `${headOf(modifiedMs, key)}${JSON.stringify(content)}}`);
      futimesSync(descriptor, modifiedMs / 1000, modifiedMs / 1000);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporaryPath, absolutePath);
  } catch {
    // See above.
  }
}

function headOf(modifiedMs: number, key: string): string {
  return `{"modifiedMs":${modifiedMs},"key":${JSON.stringify(key)},"content":`;
}

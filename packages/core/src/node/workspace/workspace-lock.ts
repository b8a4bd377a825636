import type { DatabaseSync } from "node:sqlite";
import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { visibleText } from "../../assets/fields/input-problem.ts";
import { ArtdeskError } from "../../basics/errors.ts";
import type { AbortSignalLike } from "../../basics/ports.ts";
import { ensureArtdeskFolder } from "../files/artdesk-folder.ts";
import { readOwnFile, writeOwnFile } from "../files/guarded-file.ts";
import { guardOwnPath, lstatIfThere, refuseSpecialFile } from "../files/path-guard.ts";

const DATABASE_PATH = ".artdesk/run.sqlite";
const HOLDER_PATH = ".artdesk/run.sqlite-holder.json";
const POLL_MS = 100;
const SQLITE_BUSY = 5;
const SQLITE_NOT_A_DATABASE = 26;

/** Who holds the lock, for people to read: may be missing or out of date, unlike the lock itself. */
export interface LockHolder {
  pid: number;
  /** ISO 8601. */
  since: string;
  command: string;
  /** Id of the run in the books. */
  run: string;
  /** Runs that ended without giving the lock back and that nobody has recovered yet. */
  earlierRuns: readonly string[];
}

/** The right to write in a workspace. */
export interface WorkspaceLock {
  /** Runs that held the lock before and never finished, oldest first: they are dead, and their books may be open. */
  readonly earlierRuns: readonly string[];
  /** Their books are closed: later runs need not know them. */
  forgetEarlierRuns(): Promise<void>;
  /**
   * Gives the lock back. Calling it again does nothing. `unfinished`: this run's books may be open, and so may those of
   * the earlier runs: the next run is told of them.
   */
  release(options?: { unfinished?: boolean }): Promise<void>;
}

/**
 * Makes this the only writing run of a workspace. The lock is SQLite's exclusive lock on `.artdesk/run.sqlite`, which
 * the operating system takes back when the process ends, however it ends. Waits up to `waitMs`, telling `onWait` once
 * whom it waits for. Throws `unavailable` when the other run is not done by then, `aborted` when the signal aborts.
 */
export async function acquireWorkspaceLock(options: {
  root: string;
  /** Id of this run in the books. */
  run: string;
  waitMs: number;
  onWait?: (holder: LockHolder | undefined) => void;
  /** Shown to others that wait. @default "artdesk" */
  command?: string | undefined;
  signal?: AbortSignalLike | undefined;
}): Promise<WorkspaceLock> {
  const { root, run, waitMs, onWait, command = "artdesk", signal } = options;
  await ensureArtdeskFolder(root);
  const deadlineMs = performance.now() + waitMs;
  let database = await tryLock(root);
  if (!database) onWait?.(readHolder(root));
  while (!database) {
    if (signal?.aborted)
      throw new ArtdeskError({ code: "aborted", shortMessage: "Stopped while another run was working here." });
    if (performance.now() >= deadlineMs) throw stillLocked(readHolder(root));
    await sleep(POLL_MS);
    database = await tryLock(root);
  }
  const previous = readHolder(root);
  const earlierRuns = previous ? [...previous.earlierRuns, previous.run] : [];
  const holder: LockHolder = { pid: process.pid, since: new Date().toISOString(), command, run, earlierRuns };
  try {
    await writeHolder(root, holder);
  } catch (error) {
    database.close();
    throw error;
  }
  return lockOf(root, database, holder);
}

function lockOf(root: string, database: DatabaseSync, holder: LockHolder): WorkspaceLock {
  let held = true;
  return {
    earlierRuns: holder.earlierRuns,
    forgetEarlierRuns: () => writeHolder(root, { ...holder, earlierRuns: [] }),
    release: async ({ unfinished = false } = {}) => {
      if (!held) return;
      held = false;
      try {
        if (!unfinished) await rm(guardOwnPath({ root, path: HOLDER_PATH }).absolutePath, { force: true });
      } finally {
        database.close();
      }
    },
  };
}

function writeHolder(root: string, holder: LockHolder): Promise<void> {
  return writeOwnFile(root, HOLDER_PATH, `${JSON.stringify(holder)}\n`);
}

/** The open, locked database, or undefined when another process has it. */
async function tryLock(root: string): Promise<DatabaseSync | undefined> {
  const { absolutePath } = guardOwnPath({ root, path: DATABASE_PATH });
  for (const ending of ["", "-journal", "-wal", "-shm"])
    refuseSpecialFile(DATABASE_PATH + ending, lstatIfThere(absolutePath + ending));
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(absolutePath, { timeout: 0 });
  try {
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database.close();
    const code = error instanceof Error && "errcode" in error ? error.errcode : undefined;
    if (code === SQLITE_BUSY) return undefined;
    if (code !== SQLITE_NOT_A_DATABASE) throw error;
    throw new ArtdeskError({
      code: "unavailable",
      shortMessage: `${DATABASE_PATH} is damaged.`,
      hint: "Delete it; it holds nothing.",
      cause: error,
    });
  }
}

/** Who holds a workspace, in words. */
export function describeHolder(holder: LockHolder): string {
  return visibleText(`process ${holder.pid}, \`${holder.command}\`, since ${holder.since}`);
}

function stillLocked(holder: LockHolder | undefined): ArtdeskError {
  const who = holder ? ` (${describeHolder(holder)})` : "";
  return new ArtdeskError({
    code: "unavailable",
    shortMessage: visibleText(`Another run is working in this folder${who}.`),
    hint: "Wait until it is done, or stop it.",
  });
}

function readHolder(root: string): LockHolder | undefined {
  try {
    const value: unknown = JSON.parse(readOwnFile(root, HOLDER_PATH, { maxBytes: 1_000_000 })?.toString("utf8") ?? "");
    if (
      typeof value !== "object" ||
      value === null ||
      !("pid" in value && "since" in value && "command" in value && "run" in value)
    )
      return undefined;
    const { pid, since, command, run } = value;
    if (typeof pid !== "number" || typeof since !== "string" || typeof command !== "string" || typeof run !== "string")
      return undefined;
    const earlierRuns = "earlierRuns" in value && Array.isArray(value.earlierRuns) ? value.earlierRuns : [];
    return { pid, since, command, run, earlierRuns: earlierRuns.filter((earlier) => typeof earlier === "string") };
  } catch {
    // The lock itself does not depend on it; holds of a run that is not named here expire by themselves.
    return undefined;
  }
}

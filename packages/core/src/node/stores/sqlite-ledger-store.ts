import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { ArtdeskError, isArtdeskError } from "../../basics/errors.ts";
import type { LedgerStore } from "../../basics/ports.ts";

export interface SqliteLedgerStoreOptions {
  /** The database file; it and its folder are made on the first write. On a local disk, not a network share. */
  path: string;
  /** How long a call waits for other processes' writes. @default 30_000 */
  busyTimeoutMs?: number | undefined;
}

interface Connection {
  database: DatabaseSync;
  /** Of the file that is open. */
  inode: bigint;
  read: StatementSync;
  readVersion: StatementSync;
  insert: StatementSync;
  update: StatementSync;
}

const MAX_PAUSE_MS = 4;

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/**
 * Keeps the ledger in one SQLite file, for any number of processes of one machine. A write is on the disk when it
 * resolves (write-ahead log, `synchronous=FULL`: 0.5 ms a write where a rollback journal took 2 ms).
 */
export function createSqliteLedgerStore(options: SqliteLedgerStoreOptions): LedgerStore {
  const { path, busyTimeoutMs = 30_000 } = options;
  let connection: Connection | undefined;

  const close = (): void => {
    const open = connection;
    connection = undefined;
    open?.database.close();
  };

  /** Repeats `work` while another process holds the file, pausing in between so that this process can go on. */
  const withConnection = async <T>(work: (open: Connection) => T): Promise<T> => {
    const { DatabaseSync: Database } = await import("node:sqlite");
    const startedAtMs = performance.now();
    for (;;) {
      try {
        connection ??= connect(Database, path);
        return work(connection);
      } catch (error) {
        if (!isBusy(error)) {
          close();
          throw isArtdeskError(error) ? error : storeError(path, error);
        }
        if (performance.now() - startedAtMs > busyTimeoutMs) throw busyError(path, busyTimeoutMs);
      }
      await sleep(1 + Math.random() * MAX_PAUSE_MS);
    }
  };

  return {
    async read(key) {
      if (!connection && !existsSync(path)) return undefined;
      const row = await withConnection(({ read }) => read.get(key));
      return row && { value: String(row["value"]), version: String(row["version"]) };
    },
    async write(key, value, version) {
      return withConnection(({ inode, readVersion, insert, update }) => {
        requireSameFile(path, inode);
        // Reading needs no lock, so who has lost already need not queue for the write.
        const stored = readVersion.get(key)?.["version"];
        if (stored !== (version === undefined ? undefined : Number(version))) return "conflict";
        const { changes } = version === undefined ? insert.run(key, value) : update.run(value, key, Number(version));
        return changes > 0 ? "ok" : "conflict";
      });
    },
    async close() {
      close();
    },
  };
}

function connect(Database: typeof DatabaseSync, path: string): Connection {
  mkdirSync(dirname(path), { recursive: true });
  const database = new Database(path);
  try {
    // SQLite's own waiting would stop everything else in this process, and wait on after the race is lost.
    database.exec("PRAGMA busy_timeout = 0");
    requireOwnDatabase(database, path);
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    database.exec(
      "CREATE TABLE IF NOT EXISTS artdesk_ledger (key TEXT PRIMARY KEY, value TEXT NOT NULL, version INTEGER NOT NULL) STRICT",
    );
    // Each is a single statement: SQLite takes the write lock before it looks at the row, as BEGIN IMMEDIATE would.
    return {
      database,
      inode: statSync(path, { bigint: true }).ino,
      read: database.prepare("SELECT value, version FROM artdesk_ledger WHERE key = ?"),
      readVersion: database.prepare("SELECT version FROM artdesk_ledger WHERE key = ?"),
      insert: database.prepare("INSERT INTO artdesk_ledger VALUES (?, ?, 1) ON CONFLICT (key) DO NOTHING"),
      update: database.prepare(
        "UPDATE artdesk_ledger SET value = ?, version = version + 1 WHERE key = ? AND version = ?",
      ),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A database of another program is not written into, not even its header. */
function requireOwnDatabase(database: DatabaseSync, path: string): void {
  const tables = database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .all()
    .map((row) => String(row["name"]));
  if (tables.length === 0 || tables.includes("artdesk_ledger")) return;
  throw new ArtdeskError({
    code: "unavailable",
    shortMessage: `The file ${path} is a database of something else (it has the table ${JSON.stringify(tables[0])}).`,
    hint: "Nothing was changed. Name another file for the ledger.",
  });
}

/** What is written into a file that somebody has deleted or replaced meanwhile would be lost. */
function requireSameFile(path: string, inode: bigint): void {
  if (statSync(path, { bigint: true, throwIfNoEntry: false })?.ino === inode) return;
  throw new ArtdeskError({
    code: "unavailable",
    shortMessage: `The ledger file ${path} was deleted or replaced while it was in use.`,
    hint: "Nothing was booked by this call. Put the file back, then run this again.",
  });
}

/** SQLite's primary result code, out of the extended one. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return undefined;
  return error.errcode & 0xff;
}

function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === SQLITE_BUSY || code === SQLITE_LOCKED;
}

function busyError(path: string, waitedMs: number): ArtdeskError {
  return new ArtdeskError({
    code: "unavailable",
    shortMessage: `The ledger file ${path} was locked for ${Math.round(waitedMs / 1000)} s.`,
    hint: "Another program holds it: close it, or use a ledger server (redis: or postgres:).",
  });
}

function storeError(path: string, error: unknown): ArtdeskError {
  const code = resultCode(error);
  const damaged = code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
  return new ArtdeskError({
    code: "unavailable",
    shortMessage: damaged
      ? `The ledger file ${path} is damaged or is not an SQLite database.`
      : `The ledger file ${path} cannot be used: ${error instanceof Error ? error.message : String(error)}.`,
    hint: damaged
      ? "Nothing was changed. Restore it from a backup, or move it away and lower the budgets by what the providers' statements say was spent this month."
      : "Check that its folder exists, is writable and has space.",
    details: error instanceof Error ? error.message : undefined,
    cause: error,
  });
}

import type { Pool } from "pg";
import { ArtdeskError, isArtdeskError } from "../../basics/errors.ts";
import type { LedgerStore } from "../../basics/ports.ts";
import { loadDriver, parseStoreAddress } from "./store-address.ts";

export interface PostgresLedgerStoreOptions {
  /** `postgres://` or `postgresql://`, with `?sslmode=` as the driver reads it. */
  url: string;
  /** Made on first use. @default "artdesk_ledger" */
  table?: string | undefined;
  /** Longest wait for a connection and for an answer. @default 10_000 */
  timeoutMs?: number | undefined;
}

const MAX_CONNECTIONS = 4;
/** Serialises the making of the table; any fixed number that others do not use. */
const ADVISORY_LOCK = 7_283_419_256;
const SERIALIZATION_FAILURE = "40001";

/** Keeps the ledger in a table of a PostgreSQL database, for any number of machines. */
export function createPostgresLedgerStore(options: PostgresLedgerStoreOptions): LedgerStore {
  const { url, table = "artdesk_ledger", timeoutMs = 10_000 } = options;
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(table)) {
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: `"${table}" cannot be the ledger's table: use lower-case letters, digits and underscores.`,
    });
  }
  const address = parseStoreAddress(url, 5432);
  let pool: Promise<Pool> | undefined;
  let ready: Promise<void> | undefined;

  const query = async (
    text: string,
    values: unknown[],
  ): Promise<{ rows: Record<string, unknown>[]; count: number }> => {
    try {
      const open = await (pool ??= openPool(url, timeoutMs));
      await (ready ??= makeTable(open, table));
      const result = await open.query<Record<string, unknown>>(text, values);
      return { rows: result.rows, count: result.rowCount ?? 0 };
    } catch (error) {
      ready = undefined;
      if (isArtdeskError(error)) {
        pool = undefined;
        throw error;
      }
      // Under a stricter isolation level the loser of a race gets an error where others find no row.
      if (codeOf(error) === SERIALIZATION_FAILURE) return { rows: [], count: 0 };
      throw address.unavailable(error);
    }
  };

  return {
    async read(key) {
      const { rows } = await query(`SELECT value, version FROM ${table} WHERE key = $1`, [key]);
      const row = rows[0];
      return row && { value: String(row["value"]), version: String(row["version"]) };
    },
    async write(key, value, version) {
      const { count } = await (version === undefined
        ? query(`INSERT INTO ${table} VALUES ($1, $2, 1) ON CONFLICT (key) DO NOTHING`, [key, value])
        : query(`UPDATE ${table} SET value = $2, version = version + 1 WHERE key = $1 AND version = $3`, [
            key,
            value,
            version,
          ]));
      return count > 0 ? "ok" : "conflict";
    },
    async close() {
      const pending = pool;
      pool = undefined;
      ready = undefined;
      const open = await pending?.catch(() => undefined);
      await open?.end();
    },
  };
}

async function openPool(url: string, timeoutMs: number): Promise<Pool> {
  const { Pool: PgPool } = await loadDriver("pg", () => import("pg"));
  const pool = new PgPool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    allowExitOnIdle: true,
  });
  // An idle connection that breaks is dropped by the pool; without a listener it would end the process.
  pool.on("error", () => undefined);
  return pool;
}

/** Two processes may come first at the same time; a user without the right to make tables may find it made. */
async function makeTable(pool: Pool, table: string): Promise<void> {
  const found = await pool.query<{ name: string | null }>("SELECT to_regclass($1)::text AS name", [table]);
  if (found.rows[0]?.name) return;
  await pool.query(
    `SELECT pg_advisory_xact_lock(${ADVISORY_LOCK}); CREATE TABLE IF NOT EXISTS ${table} (key text PRIMARY KEY, value text NOT NULL, version bigint NOT NULL)`,
  );
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

import { resolve } from "node:path";
import { ArtdeskError } from "../../basics/errors.ts";
import type { LedgerStore } from "../../basics/ports.ts";
import { createMemoryLedgerStore } from "../../buy/ledger/memory-ledger-store.ts";
import { createPostgresLedgerStore } from "./postgres-ledger-store.ts";
import { createRedisLedgerStore } from "./redis-ledger-store.ts";
import { parseStoreAddress } from "./store-address.ts";
import { createSqliteLedgerStore } from "./sqlite-ledger-store.ts";

/** Where the books are kept when nobody says it, below the working directory or the workspace. */
export const DEFAULT_LEDGER = "sqlite:.artdesk/ledger.sqlite";

/**
 * Opens the ledger store that a configuration names: `sqlite:PATH` (relative to `cwd`), `redis://` or `rediss://`,
 * `postgres://` or `postgresql://`, `memory:`. Nothing is connected or created before the first call, and drivers are
 * loaded then. Throws `invalid_request` for anything else, never repeating a URL, which may hold a password.
 */
export function openLedgerStore(spec: string, options: { cwd: string }): LedgerStore {
  const scheme = /^([a-z]+):/.exec(spec)?.[1];
  const rest = spec.slice((scheme?.length ?? 0) + 1);
  switch (scheme) {
    case "memory":
      return createMemoryLedgerStore();
    case "sqlite":
      if (rest === "") throw unknownSpec("sqlite: without a path");
      return createSqliteLedgerStore({ path: resolve(options.cwd, rest) });
    case "redis":
    case "rediss":
      return createRedisLedgerStore({ url: spec });
    case "postgres":
    case "postgresql":
      return createPostgresLedgerStore({ url: spec });
    default:
      throw unknownSpec(scheme === undefined ? "no scheme" : `scheme "${scheme}:"`);
  }
}

function unknownSpec(problem: string): ArtdeskError {
  return new ArtdeskError({
    code: "invalid_request",
    shortMessage: `The ledger's address is not understood: ${problem}.`,
    hint: "Write for example sqlite:.artdesk/ledger.sqlite, redis://host:6379, postgres://user@host/database or memory:.",
  });
}

/** Where a ledger is, without user, password and parameters. */
export function placeOfLedger(spec: string): string {
  if (!/^(rediss?|postgres(ql)?):/.test(spec)) return spec;
  const { label } = parseStoreAddress(spec, spec.startsWith("redis") ? 6379 : 5432);
  return `${label}${new URL(spec).pathname.replace(/\/$/, "")}`;
}

import type { LedgerStore } from "../../src/basics/ports.ts";
import { createPostgresLedgerStore } from "../../src/node/stores/postgres-ledger-store.ts";
import { createRedisLedgerStore } from "../../src/node/stores/redis-ledger-store.ts";
import { createSqliteLedgerStore } from "../../src/node/stores/sqlite-ledger-store.ts";

/** Which ledger the processes share. */
export type RaceStore =
  | { kind: "sqlite"; path: string }
  | { kind: "redis"; url: string; keyPrefix: string }
  | { kind: "postgres"; url: string; table: string };

export interface RaceSetup {
  store: RaceStore;
  limitMicroUsd: number;
  /** Reservations are between 1 and this. */
  worstCaseMicroUsd: number;
}

/** What one process says it did. */
export interface RaceReport {
  run: string;
  settledMicroUsd: number;
  unknownMicroUsd: number;
  images: number;
  reservations: number;
  slowestMs: number;
  end: { code: string; message: string } | undefined;
}

export function openRaceStore(store: RaceStore): LedgerStore {
  if (store.kind === "sqlite") return createSqliteLedgerStore(store);
  if (store.kind === "redis") return createRedisLedgerStore(store);
  return createPostgresLedgerStore(store);
}

// Reservations per second and what one costs, for each place where the books can be kept. Redis and PostgreSQL only
// when ARTDESK_TEST_REDIS_URL and ARTDESK_TEST_POSTGRES_URL say where they are.
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { LedgerStore, VersionedValue } from "../packages/core/src/basics/ports.ts";
import type { Ledger, ReservationWish, Settlement } from "../packages/core/src/buy/ledger/ledger-types.ts";
import { createLedger } from "../packages/core/src/buy/ledger/ledger.ts";
import { createMemoryLedgerStore } from "../packages/core/src/buy/ledger/memory-ledger-store.ts";
import { systemClock } from "../packages/core/src/node/platform/system-clock.ts";
import { systemRandom } from "../packages/core/src/node/platform/system-random.ts";
import { createPostgresLedgerStore } from "../packages/core/src/node/stores/postgres-ledger-store.ts";
import { createRedisLedgerStore } from "../packages/core/src/node/stores/redis-ledger-store.ts";
import { createSqliteLedgerStore } from "../packages/core/src/node/stores/sqlite-ledger-store.ts";

export interface LedgerFigures {
  backend: string;
  /** `1 writer`; `16 writers`, each with a ledger and a connection of its own; `16 callers` of one ledger, as in one run. */
  scene: string;
  /** Money set aside and settled again: two durable writes, or a share in them. */
  reservationsPerSecond: number;
  medianReserveMs: number;
  p99ReserveMs: number;
}

const SCENES = [
  { scene: "1 writer", ledgers: 1, callers: 1 },
  { scene: "16 writers", ledgers: 16, callers: 1 },
  { scene: "16 callers", ledgers: 1, callers: 16 },
];

/** The figures as a table for people. */
export function showLedger(figures: readonly LedgerFigures[]): string[] {
  const head = `\nLedger${"".padEnd(18)}${"reservations/s".padStart(16)}${"median ms".padStart(12)}${"p99 ms".padStart(10)}`;
  const rows = figures.map(
    ({ backend, scene, reservationsPerSecond, medianReserveMs, p99ReserveMs }) =>
      backend.padEnd(12) +
      scene.padEnd(12) +
      reservationsPerSecond.toFixed(0).padStart(16) +
      medianReserveMs.toFixed(2).padStart(12) +
      p99ReserveMs.toFixed(2).padStart(10),
  );
  return [head, ...rows];
}

/** Measures every backend that is there. */
export async function benchLedger(durationMs = 1_500): Promise<readonly LedgerFigures[]> {
  const folder = mkdtempSync(join(tmpdir(), "artdesk-bench-"));
  const figures: LedgerFigures[] = [];
  try {
    for (const { backend, openArea } of backends(folder)) {
      for (const { scene, ledgers, callers } of SCENES) {
        const measured = await measure(openArea(), ledgers, callers, durationMs);
        figures.push({ backend, scene, ...measured });
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return figures;
}

type OpenStore = () => LedgerStore;

/** Each call of `openArea` begins with empty books; stores that it opens share them. */
function backends(folder: string): { backend: string; openArea: () => OpenStore }[] {
  const redisUrl = process.env["ARTDESK_TEST_REDIS_URL"];
  const postgresUrl = process.env["ARTDESK_TEST_POSTGRES_URL"];
  const all: { backend: string; openArea: () => OpenStore }[] = [
    {
      backend: "memory",
      openArea: () => {
        const documents = new Map<string, VersionedValue>();
        return () => createMemoryLedgerStore(documents);
      },
    },
    {
      backend: "SQLite",
      openArea: () => {
        const path = join(folder, `${randomUUID()}.sqlite`);
        return () => createSqliteLedgerStore({ path });
      },
    },
  ];
  if (redisUrl) {
    all.push({
      backend: "Redis",
      openArea: () => {
        const keyPrefix = `bench-${randomUUID()}:`;
        return () => createRedisLedgerStore({ url: redisUrl, keyPrefix });
      },
    });
  }
  if (postgresUrl) {
    all.push({
      backend: "PostgreSQL",
      openArea: () => {
        const table = `bench_${randomUUID().replaceAll("-", "")}`;
        return () => createPostgresLedgerStore({ url: postgresUrl, table });
      },
    });
  }
  return all;
}

async function measure(
  open: OpenStore,
  ledgerCount: number,
  callersPerLedger: number,
  durationMs: number,
): Promise<Omit<LedgerFigures, "backend" | "scene">> {
  const stores = Array.from({ length: ledgerCount }, open);
  const ledgers = stores.map((store, index) =>
    createLedger({
      store,
      clock: systemClock,
      random: systemRandom,
      budget: { monthMicroUsd: Number.MAX_SAFE_INTEGER, tags: { client: { "*": Number.MAX_SAFE_INTEGER } } },
      run: `bench-${index}`,
    }),
  );
  try {
    // The first page is full and everything is compiled before time counts.
    await Promise.all(ledgers.map((ledger) => cycle(ledger, performance.now() + durationMs / 3)));
    const startedAtMs = performance.now();
    const callers = ledgers.flatMap((ledger) => Array.from({ length: callersPerLedger }, () => ledger));
    const latencies = (await Promise.all(callers.map((ledger) => cycle(ledger, startedAtMs + durationMs))))
      .flat()
      .toSorted((left, right) => left - right);
    const seconds = (performance.now() - startedAtMs) / 1_000;
    return {
      reservationsPerSecond: latencies.length / seconds,
      medianReserveMs: latencies[Math.floor(latencies.length / 2)] ?? 0,
      p99ReserveMs: latencies[Math.floor(latencies.length * 0.99)] ?? 0,
    };
  } finally {
    for (const store of stores) await store.close?.();
  }
}

/** Reserves and settles until the time is over. Returns how long each reservation took. */
async function cycle(ledger: Ledger, untilMs: number): Promise<number[]> {
  const latencies: number[] = [];
  while (performance.now() < untilMs) {
    const startedAtMs = performance.now();
    const [reservation] = await ledger.reserve([{ ...WISH, id: systemRandom.id() }]);
    latencies.push(performance.now() - startedAtMs);
    if (reservation) await ledger.settle(reservation, SETTLEMENT);
  }
  return latencies;
}

const WISH: ReservationWish = {
  id: "",
  amountMicroUsd: 60_000,
  provider: "openai",
  model: "gpt-image-2",
  quality: "medium",
  size: "1024x1024",
  images: 1,
  tags: { client: "acme" },
  subject: "docs/hero.image.md",
};

const SETTLEMENT: Settlement = {
  costMicroUsd: 53_000,
  tableMicroUsd: 53_000,
  images: 1,
  usage: undefined,
  requestId: "req_0123456789abcdef",
  outcome: "delivered",
  reason: undefined,
  durationMs: 20_000,
};

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await benchLedger();

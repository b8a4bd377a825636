import { createLedger, type LedgerOptions } from "../src/buy/ledger/ledger.ts";
import type { Ledger, Reservation, ReservationWish, Settlement } from "../src/buy/ledger/ledger-types.ts";
import { createMemoryLedgerStore } from "../src/buy/ledger/memory-ledger-store.ts";
import type { Clock, LedgerStore, Random, VersionedValue } from "../src/basics/ports.ts";
import type { ScopeBalance } from "../src/basics/budget.ts";

const NOVEMBER_23_MS = Date.UTC(2026, 10, 23, 12);

/** A clock that a test sets, also back. Sleeping moves it on at once. */
export interface TestClock extends Clock {
  set: (nowMs: number) => void;
}

export function testClock(startMs: number = NOVEMBER_23_MS): TestClock {
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    set: (newMs) => {
      nowMs = newMs;
    },
    sleep: (durationMs) => {
      nowMs += durationMs;
      return Promise.resolve();
    },
  };
}

/** Counts up: the same in every run. */
export function testRandom(): Random {
  let count = 0;
  return {
    next: () => ((count += 1) * 0.618) % 1,
    id: () => `id-${(count += 1)}`,
  };
}

export interface TestBooks {
  documents: Map<string, VersionedValue>;
  store: LedgerStore;
  clock: TestClock;
  /** Another ledger on the same books. */
  open: (options?: Partial<LedgerOptions>) => Ledger;
}

export function testBooks(defaults: Partial<LedgerOptions> = {}): TestBooks {
  const documents = new Map<string, VersionedValue>();
  const store = createMemoryLedgerStore(documents);
  const clock = testClock();
  const random = testRandom();
  return {
    documents,
    store,
    clock,
    open: (options = {}) =>
      createLedger({
        store,
        clock,
        random,
        budget: {},
        run: "run-1",
        reservationTtlMs: 60_000,
        ...defaults,
        ...options,
      }),
  };
}

export function wish(id: string, amountMicroUsd: number, changes: Partial<ReservationWish> = {}): ReservationWish {
  return {
    id,
    amountMicroUsd,
    provider: "openai",
    model: "openai/gpt-image-2",
    quality: "medium",
    size: "1024x1024",
    images: 1,
    tags: {},
    subject: "hero.png",
    ...changes,
  };
}

export function settlement(costMicroUsd: number, changes: Partial<Settlement> = {}): Settlement {
  return {
    costMicroUsd,
    tableMicroUsd: costMicroUsd,
    images: 1,
    usage: undefined,
    requestId: undefined,
    outcome: "delivered",
    reason: undefined,
    durationMs: 20_000,
    ...changes,
  };
}

export const FAILED: Settlement = settlement(0, { images: 0, outcome: "failed", reason: "unavailable" });
export const UNKNOWN: Settlement = settlement(0, { images: 0, outcome: "unknown", reason: "timeout" });

/** Reserves one wish. */
export async function reserveOne(ledger: Ledger, one: ReservationWish): Promise<Reservation> {
  const [reservation] = await ledger.reserve([one]);
  if (!reservation) throw new Error("nothing was reserved");
  return reservation;
}

/** `spent reserved unknown left images` of a scope. */
export async function figures(ledger: Ledger, scope: string, month?: string): Promise<string> {
  const found = (await ledger.balances(month)).find((balance) => balance.scope === scope);
  return found ? showFigures(found) : "no such scope";
}

export function showFigures(balance: ScopeBalance): string {
  const { spentMicroUsd, reservedMicroUsd, unknownMicroUsd, leftMicroUsd, images } = balance;
  return [
    `spent ${spentMicroUsd}`,
    `reserved ${reservedMicroUsd}`,
    `unknown ${unknownMicroUsd}`,
    `left ${leftMicroUsd ?? "-"}`,
    `images ${images}`,
  ].join(", ");
}

import assert from "node:assert/strict";
import { isArtdeskError } from "../basics/errors.ts";
import type { Clock, LedgerStore, Random } from "../basics/ports.ts";
import type { Ledger, ReservationWish, Settlement } from "../buy/ledger/ledger-types.ts";
import { createLedger } from "../buy/ledger/ledger.ts";

/** What a ledger contract test needs of its surroundings. */
export interface LedgerContractTools {
  /** Registers a test, for example vitest's `test`. */
  test: (name: string, run: () => Promise<void>) => void;
}

const NOVEMBER_MS = Date.UTC(2026, 10, 23, 12);
const KEY = "artdesk/v1/2026-11";

/**
 * The contract of every ledger store, and of the ledger over it. Registers one test per rule.
 *
 * @param name Shown before each test's name.
 * @param openStore Opens a store on the data of `area`: two stores of one area share their data as two processes would,
 * and areas share nothing. Each test uses areas of its own and closes what it opened.
 */
export function ledgerContract(
  name: string,
  openStore: (area: string) => Promise<LedgerStore> | LedgerStore,
  { test }: LedgerContractTools,
): void {
  let areas = 0;
  const withStores = (rule: string, run: (open: () => Promise<LedgerStore>) => Promise<void>): void => {
    test(`${name}: ${rule}`, async () => {
      const area = `area${(areas += 1)}`;
      const opened: LedgerStore[] = [];
      try {
        await run(async () => {
          const store = await openStore(area);
          opened.push(store);
          return store;
        });
      } finally {
        for (const store of opened) await store.close?.();
      }
    });
  };

  withStores("has nothing at first", async (open) => {
    assert.equal(await (await open()).read(KEY), undefined);
  });

  withStores("gives back what was written, with a version", async (open) => {
    const store = await open();
    const value = JSON.stringify({ text: 'quotes " and \\, ümlaut, 絵, 🖼, \u0000, line\nbreak' });
    assert.equal(await store.write(KEY, value, undefined), "ok");
    const stored = await store.read(KEY);
    assert.equal(stored?.value, value);
    assert.equal(typeof stored.version, "string");
    assert.deepEqual(await (await open()).read(KEY), stored);
  });

  withStores("creates a key once only", async (open) => {
    const [first, second] = [await open(), await open()];
    assert.equal(await first.write(KEY, "first", undefined), "ok");
    assert.equal(await second.write(KEY, "second", undefined), "conflict");
    assert.equal((await second.read(KEY))?.value, "first");
  });

  withStores("refuses an old version and one that never was", async (open) => {
    const store = await open();
    await store.write(KEY, "one", undefined);
    const old = await store.read(KEY);
    assert.equal(await store.write(KEY, "two", old?.version), "ok");
    assert.equal(await store.write(KEY, "three", old?.version), "conflict");
    assert.equal((await store.read(KEY))?.value, "two");
    assert.equal(await store.write(`${KEY}/other`, "x", old?.version), "conflict");
    assert.equal(await store.read(`${KEY}/other`), undefined);
  });

  withStores("keeps keys apart", async (open) => {
    const store = await open();
    await store.write(KEY, "month", undefined);
    await store.write(`${KEY}/page-0001`, "page", undefined);
    assert.equal((await store.read(KEY))?.value, "month");
    assert.equal((await store.read(`${KEY}/page-0001`))?.value, "page");
  });

  withStores("lets exactly one of many writers win each version", async (open) => {
    const stores = await Promise.all(Array.from({ length: 8 }, open));
    await stores[0]?.write(KEY, "0", undefined);
    for (let round = 1; round <= 5; round += 1) {
      const version = (await stores[0]?.read(KEY))?.version;
      const results = await Promise.all(stores.map((store, index) => store.write(KEY, `${round} ${index}`, version)));
      assert.equal(results.filter((result) => result === "ok").length, 1);
      assert.equal((await stores[7]?.read(KEY))?.value, `${round} ${results.indexOf("ok")}`);
    }
  });

  withStores("keeps a value of a megabyte", async (open) => {
    const store = await open();
    const value = "0123456789abcdef".repeat(65_536);
    assert.equal(await store.write(KEY, value, undefined), "ok");
    assert.equal((await store.read(KEY))?.value, value);
  });

  withStores("still has everything after it was closed and opened again", async (open) => {
    const store = await open();
    await openLedger(store, "first").reserve([wish("kept", 300)]);
    // The second handle is opened first, because memory lives only while somebody has it open.
    const second = await open();
    await store.close?.();
    const entries = await openLedger(second, "second").entries();
    assert.deepEqual(
      entries.map(({ id, state, microUsd }) => ({ id, state, microUsd })),
      [{ id: "kept", state: "held", microUsd: 300 }],
    );
  });

  withStores("never lets ledgers that race overspend", async (open) => {
    const ledgers = await Promise.all(
      Array.from({ length: 6 }, async (_, index) => openLedger(await open(), `racer-${index}`)),
    );
    const won = await Promise.all(ledgers.map((ledger) => raceForBudget(ledger)));
    const wins = won.reduce((sum, count) => sum + count, 0);
    assert.equal(wins, 20, "1,000 micro-USD hold 20 calls of 50");
    const [month] = await openLedger(await open(), "reader").balances();
    assert.equal(month?.spentMicroUsd, 1_000);
    assert.equal(month.reservedMicroUsd, 0);
    assert.equal(month.images, 20);
  });

  withStores("keeps every line when ended ones move to pages", async (open) => {
    const [first, second] = [openLedger(await open(), "first"), openLedger(await open(), "second")];
    for (let round = 0; round < 20; round += 1) {
      await Promise.all([bookTen(first, `a${round}`), bookTen(second, `b${round}`)]);
    }
    const entries = await openLedger(await open(), "reader").entries();
    assert.equal(entries.length, 400);
    assert.equal(new Set(entries.map(({ id }) => id)).size, 400);
    assert.ok(entries.every(({ state }) => state === "settled"));
  });
}

/** Reserves and settles 50 micro-USD until the budget is gone, and tells how often. */
async function raceForBudget(ledger: Ledger): Promise<number> {
  for (let wins = 0; ; wins += 1) {
    try {
      const [reservation] = await ledger.reserve([wish(`${ledger.run}-${wins}`, 50)]);
      assert.ok(reservation);
      await ledger.begin(reservation);
      await ledger.settle(reservation, delivered(50));
    } catch (error) {
      if (isArtdeskError(error) && error.code === "budget_exceeded") return wins;
      throw error;
    }
  }
}

async function bookTen(ledger: Ledger, prefix: string): Promise<void> {
  const wishes = Array.from({ length: 10 }, (_, index) => wish(`${prefix}-${index}`, 0));
  const reservations = await ledger.reserve(wishes);
  await Promise.all(reservations.map((reservation) => ledger.settle(reservation, delivered(0))));
}

function openLedger(store: LedgerStore, run: string): Ledger {
  return createLedger({ store, clock: contractClock(), random: contractRandom, budget: { monthMicroUsd: 1_000 }, run });
}

/** Stands still but for what was slept, and lets others have their turn meanwhile. */
function contractClock(): Clock {
  let nowMs = NOVEMBER_MS;
  return {
    nowMs: () => nowMs,
    sleep: (durationMs) => {
      nowMs += durationMs;
      return new Promise((resolve) => setTimeout(resolve, Math.min(durationMs, 20)));
    },
  };
}

const contractRandom: Random = { next: () => Math.random(), id: () => crypto.randomUUID() };

function wish(id: string, amountMicroUsd: number): ReservationWish {
  return {
    id,
    amountMicroUsd,
    provider: "example",
    model: "example-image-1",
    quality: "medium",
    size: "1024x1024",
    images: 1,
    tags: { client: "acme" },
    subject: "hero.png",
  };
}

function delivered(costMicroUsd: number): Settlement {
  return {
    costMicroUsd,
    tableMicroUsd: costMicroUsd,
    images: 1,
    usage: undefined,
    requestId: "req_1",
    outcome: "delivered",
    reason: undefined,
    durationMs: 20_000,
  };
}

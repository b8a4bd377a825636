import { describe, expect, it } from "vitest";
import { figures, reserveOne, settlement, testBooks, type TestBooks, wish } from "../../../test/test-ledger.ts";
import type { LedgerStore } from "../../basics/ports.ts";
import { MAX_ENDED_LINES, MAX_IDLE_RUNS, PAGE_LINES } from "./document.ts";
import type { Ledger } from "./ledger-types.ts";

const MONTH_KEY = "artdesk/v1/2026-11";
const PAGE_KEY = `${MONTH_KEY}/page-0001`;

async function book(ledger: Ledger, from: number, count: number, costMicroUsd = 1): Promise<void> {
  for (let number = from; number < from + count; number += 1) {
    await ledger.settle(await reserveOne(ledger, wish(`n${number}`, costMicroUsd)), settlement(costMicroUsd));
  }
}

function monthOf(books: TestBooks): { pages: number; ended: unknown[]; runs: unknown[]; evictedRuns: number } {
  return JSON.parse(books.documents.get(MONTH_KEY)?.value ?? "{}");
}

/** A store that ends like a process that dies: once `dies` says so, nothing is written any more. */
function mortalStore(store: LedgerStore, dies: (key: string) => boolean): LedgerStore {
  let dead = false;
  return {
    read: (key) => store.read(key),
    async write(key, value, version) {
      dead ||= dies(key);
      if (dead) throw new Error("killed");
      return store.write(key, value, version);
    },
  };
}

describe("pages", () => {
  it("keep the month's document small and every line on the books", async () => {
    const books = testBooks();
    const ledger = books.open();
    await book(ledger, 0, 500);
    const month = monthOf(books);
    expect(month.ended.length).toBeLessThanOrEqual(MAX_ENDED_LINES + 1);
    expect(month.pages).toBe(Math.floor((500 - month.ended.length) / PAGE_LINES));
    expect(books.documents.get(MONTH_KEY)?.value.length).toBeLessThan(40_000);
    expect((await books.open().entries()).map(({ id }) => id)).toEqual(Array.from({ length: 500 }, (_, n) => `n${n}`));
    expect(await figures(ledger, "month:2026-11")).toMatch("spent 500, reserved 0,");
  });

  it("survive a writer that dies between the page and the month", async () => {
    const books = testBooks();
    await book(books.open(), 0, MAX_ENDED_LINES);
    const mortal = books.open({ store: mortalStore(books.store, (key) => key === MONTH_KEY) });
    await expect(mortal.reserve([wish("lost", 1)])).rejects.toThrow("killed");
    expect(books.documents.has(PAGE_KEY)).toBe(true);
    expect(monthOf(books).pages).toBe(0);
    expect(await books.open().entries()).toHaveLength(MAX_ENDED_LINES);
    await book(books.open(), MAX_ENDED_LINES, 100);
    const ids = (await books.open().entries()).map(({ id }) => id);
    expect(ids).toEqual(Array.from({ length: MAX_ENDED_LINES + 100 }, (_, n) => `n${n}`));
  });

  it("come out alike when two writers cut them at the same time", async () => {
    const books = testBooks();
    await book(books.open(), 0, MAX_ENDED_LINES);
    // The slow writer has read the month before the quick one changed it, and cuts its page after that.
    let goOn = (): void => undefined;
    const quickIsDone = new Promise<void>((resolve) => (goOn = resolve));
    const slowStore: LedgerStore = {
      read: (key) => books.store.read(key),
      write: async (key, value, version) => {
        await quickIsDone;
        return books.store.write(key, value, version);
      },
    };
    const slow = books.open({ store: slowStore }).reserve([wish("slow", 1)]);
    await book(books.open(), 1_000, MAX_ENDED_LINES);
    goOn();
    await slow;
    const entries = await books.open().entries();
    expect(entries).toHaveLength(2 * MAX_ENDED_LINES + 1);
    expect(new Set(entries.map(({ id }) => id)).size).toBe(2 * MAX_ENDED_LINES + 1);
  });

  it("are looked through before something is booked a second time", async () => {
    const books = testBooks();
    const ledger = books.open();
    const [early, swept] = await ledger.reserve([wish("early", 5), wish("swept", 7)]);
    if (!early || !swept) throw new Error("two wishes");
    await ledger.settle(early, settlement(5));
    books.clock.set(books.clock.nowMs() + 60_000);
    await ledger.sweep();
    await book(ledger, 0, 200);
    expect(monthOf(books).pages).toBeGreaterThan(1);
    await ledger.settle(early, settlement(5));
    await ledger.release(early, settlement(0));
    expect(await figures(ledger, "month:2026-11")).toMatch("spent 205, reserved 0,");
    await ledger.settle(swept, settlement(7));
    await ledger.settle(swept, settlement(7));
    expect(await figures(ledger, "month:2026-11")).toMatch("spent 212, reserved 0,");
    const entries = await ledger.entries();
    expect(entries.filter(({ id }) => id === "swept")).toMatchObject([{ state: "settled", microUsd: 7 }]);
    expect(entries).toHaveLength(202);
    await expect(ledger.begin(swept)).rejects.toMatchObject({ code: "invalid_request" });
    await ledger.reconcile("early", 5);
  });

  it("are an error when one is missing or holds other lines", async () => {
    const books = testBooks();
    await book(books.open(), 0, MAX_ENDED_LINES + 10);
    const page = books.documents.get(PAGE_KEY);
    books.documents.delete(PAGE_KEY);
    await expect(books.open().entries()).rejects.toMatchObject({
      code: "unavailable",
      shortMessage: `The ledger document "${PAGE_KEY}" cannot be read: it is missing.`,
    });
    const fresh = testBooks();
    await book(fresh.open(), 1_000, MAX_ENDED_LINES);
    if (page) fresh.documents.set(PAGE_KEY, page);
    await expect(fresh.open().reserve([wish("x", 1)])).rejects.toMatchObject({
      shortMessage: `The ledger document "${PAGE_KEY}" cannot be read: it is there already with other lines than the month has.`,
    });
  });
});

describe("totals of runs", () => {
  it("stay exact for runs whose totals were dropped", async () => {
    const books = testBooks({ budget: { runMicroUsd: 100 } });
    const first = books.open({ run: "first" });
    await book(first, 0, 90);
    for (let number = 0; number < MAX_IDLE_RUNS + 20; number += 1) {
      await book(books.open({ run: `run ${number}` }), 1_000 + number, 1);
    }
    const month = monthOf(books);
    expect(month.evictedRuns).toBeGreaterThan(0);
    expect(month.runs.length).toBeLessThanOrEqual(MAX_IDLE_RUNS);
    expect(JSON.stringify(month.runs)).not.toContain('"first"');
    for (const ledger of [first, books.open({ run: "first" })]) {
      expect(await figures(ledger, "run:first")).toBe("spent 90, reserved 0, unknown 0, left 10, images 90");
      await expect(ledger.reserve([wish("too much", 11)])).rejects.toMatchObject({ code: "budget_exceeded" });
    }
    await book(first, 5_000, 1, 10);
    expect(await figures(books.open({ run: "first" }), "run:first")).toMatch("spent 100,");
  });

  it("stay exact when a dropped run settles late", async () => {
    const books = testBooks({ budget: { runMicroUsd: 100 } });
    const first = books.open({ run: "first" });
    const late = await reserveOne(first, wish("late", 60));
    books.clock.set(books.clock.nowMs() + 60_000);
    await first.sweep();
    for (let number = 0; number < MAX_IDLE_RUNS + 5; number += 1) {
      await book(books.open({ run: `run ${number}` }), number, 1);
    }
    await first.settle(late, settlement(60));
    expect(await figures(books.open({ run: "first" }), "run:first")).toMatch("spent 60,");
    await expect(first.reserve([wish("too much", 41)])).rejects.toMatchObject({ code: "budget_exceeded" });
    await first.reserve([wish("fits", 40)]);
  });
});

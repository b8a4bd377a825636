import { describe, expect, it } from "vitest";
import { reserveOne, settlement, testBooks, type TestBooks, wish } from "../../../test/test-ledger.ts";
import type { LedgerStore } from "../../basics/ports.ts";

const KEY = "artdesk/v1/2026-11";

interface StoredMonth {
  [field: string]: unknown;
  total: Record<string, unknown>;
  active: Record<string, unknown>[];
  ended: Record<string, unknown>[];
}

function first(lines: Record<string, unknown>[]): Record<string, unknown> {
  const [line] = lines;
  if (!line) throw new Error("no line");
  return line;
}

async function booksWith(change: (month: StoredMonth) => void): Promise<TestBooks> {
  const books = testBooks();
  const ledger = books.open();
  const [, settled] = await ledger.reserve([wish("a", 100), wish("b", 200)]);
  if (!settled) throw new Error("two wishes");
  await ledger.settle(settled, settlement(150));
  const month = JSON.parse(books.documents.get(KEY)?.value ?? "") as StoredMonth;
  change(month);
  books.documents.set(KEY, { value: JSON.stringify(month), version: "corrupt" });
  return books;
}

describe("a stored month", () => {
  it("is not touched by a change that changes nothing", async () => {
    const books = await booksWith(() => undefined);
    const ledger = books.open();
    await ledger.sweep();
    expect(books.documents.get(KEY)?.version).toBe("corrupt");
    await ledger.reserve([wish("c", 1)]);
    expect(await ledger.entries()).toHaveLength(3);
  });

  it.each<[string, (month: StoredMonth) => void]>([
    ["total is not an object", (month) => Object.assign(month, { total: [] })],
    ["total is not an object", (month) => Object.assign(month, { total: undefined })],
    ["spentMicroUsd is not a whole number from 0 up", (month) => (month.total["spentMicroUsd"] = "150")],
    ["spentMicroUsd is not a whole number from 0 up", (month) => (month.total["spentMicroUsd"] = -1)],
    ["spentMicroUsd is not a whole number from 0 up", (month) => (month.total["spentMicroUsd"] = null)],
    ["total is not the sum of the active lines", (month) => (month.total["reservedMicroUsd"] = 0)],
    ["active[0]: state is not one of held, in_flight, unknown", (month) => (first(month.active)["state"] = "settled")],
    ["active[0]: expiresAtMs is not a whole number from 0 up", (month) => delete first(month.active)["expiresAtMs"]],
    ["ended[0]: microUsd is not a whole number from 0 up", (month) => (first(month.ended)["microUsd"] = 0.5)],
    ["ended[0]: tags is not an object", (month) => (first(month.ended)["tags"] = null)],
    ["ended[0]: outcome is not one of", (month) => (first(month.ended)["outcome"] = "won")],
    ["active is not a list", (month) => Object.assign(month, { active: {} })],
    ['month is not "2026-11"', (month) => (month["month"] = "2026-10")],
    ['kind is not "artdesk-ledger-month"', (month) => (month["kind"] = "artdesk-ledger-page")],
    ["format is not a whole number from 0 up", (month) => delete month["format"]],
    ["format is not 1", (month) => (month["format"] = 0)],
  ])("that is damaged is refused: %s", async (problem, damage) => {
    const books = await booksWith(damage);
    const before = books.documents.get(KEY);
    const ledger = books.open();
    for (const call of [ledger.reserve([wish("c", 1)]), ledger.spend({}), ledger.entries(), ledger.sweep()]) {
      await expect(call).rejects.toMatchObject({
        code: "unavailable",
        shortMessage: expect.stringContaining(`The ledger document "${KEY}" cannot be read: ${problem}`),
        hint: expect.stringContaining("Restore the ledger from a backup"),
      });
    }
    expect(books.documents.get(KEY)).toEqual(before);
  });

  it.each(["", "{", "null", "[]", '"text"', "\u0000"])("that is %j is refused", async (value) => {
    const books = testBooks();
    books.documents.set(KEY, { value, version: "1" });
    await expect(books.open().reserve([wish("a", 1)])).rejects.toMatchObject({ code: "unavailable" });
  });

  it("of a newer version asks for an update", async () => {
    const books = await booksWith((month) => (month["format"] = 2));
    await expect(books.open().spend({})).rejects.toMatchObject({
      code: "unavailable",
      shortMessage: `The ledger document "${KEY}" has format 2; this version of Artdesk reads format 1.`,
      hint: "Another process uses a newer Artdesk on the same ledger: update this one.",
    });
  });

  it("that was there and is gone does not start the budget at zero", async () => {
    const books = testBooks({ budget: { monthMicroUsd: 100 } });
    const ledger = books.open();
    await ledger.reserve([wish("a", 100)]);
    books.documents.clear();
    const failure = {
      code: "unavailable",
      shortMessage: `The ledger document "${KEY}" cannot be read: it was there before and is gone.`,
    };
    await expect(ledger.reserve([wish("b", 100)])).rejects.toMatchObject(failure);
    await expect(ledger.spend({})).rejects.toMatchObject(failure);
  });
});

describe("a store", () => {
  it("that is always busy ends in a clear error after a bounded time", async () => {
    const books = testBooks({ patienceMs: 30_000 });
    const startMs = books.clock.nowMs();
    const store: LedgerStore = { read: (key) => books.store.read(key), write: () => Promise.resolve("conflict") };
    const ledger = books.open({ store });
    await expect(ledger.reserve([wish("a", 1)])).rejects.toMatchObject({
      code: "unavailable",
      shortMessage: expect.stringMatching(/^The ledger is too busy: \d+ tries in 3\d s all met another writer\.$/),
    });
    expect(books.clock.nowMs() - startMs).toBeLessThan(40_000);
  });

  it("that is always busy ends in an error although the clock is set back all the time", async () => {
    const books = testBooks({ patienceMs: 1_000 });
    const store: LedgerStore = {
      read: (key) => books.store.read(key),
      write: () => {
        books.clock.set(books.clock.nowMs() - 3_600_000);
        return Promise.resolve("conflict");
      },
    };
    await expect(books.open({ store }).reserve([wish("a", 1)])).rejects.toMatchObject({ code: "unavailable" });
  });

  it("that fails fails the call, and the next call works again", async () => {
    const books = testBooks();
    let broken = true;
    const store: LedgerStore = {
      read: (key) => (broken ? Promise.reject(new Error("gone")) : books.store.read(key)),
      write: (...written) => books.store.write(...written),
    };
    const ledger = books.open({ store });
    await expect(Promise.allSettled([ledger.reserve([wish("a", 1)]), ledger.sweep()])).resolves.toMatchObject([
      { status: "rejected" },
      { status: "rejected" },
    ]);
    broken = false;
    await reserveOne(ledger, wish("a", 1));
  });

  it("whose answer got lost does not count a reservation or a cost twice", async () => {
    const books = testBooks();
    let loseAnswer = true;
    const store: LedgerStore = {
      read: (key) => books.store.read(key),
      async write(...written) {
        const result = await books.store.write(...written);
        loseAnswer = !loseAnswer;
        return loseAnswer ? result : "conflict";
      },
    };
    const ledger = books.open({ store });
    const a = await reserveOne(ledger, wish("a", 100));
    await ledger.begin(a);
    await ledger.settle(a, settlement(80));
    expect((await books.open().balances())[0]).toMatchObject({ spentMicroUsd: 80, reservedMicroUsd: 0, images: 1 });
  });

  it("is written once for everything that is asked in the same turn", async () => {
    const books = testBooks({ budget: { monthMicroUsd: 1_000 } });
    let writes = 0;
    const store: LedgerStore = {
      read: (key) => books.store.read(key),
      write: (...written) => {
        writes += 1;
        return books.store.write(...written);
      },
    };
    const ledger = books.open({ store });
    const asked = Array.from({ length: 20 }, (_, number) => ledger.reserve([wish(`n${number}`, 100)]));
    const results = await Promise.allSettled(asked);
    expect(results.map(({ status }) => status)).toEqual([
      ...Array.from({ length: 10 }, () => "fulfilled"),
      ...Array.from({ length: 10 }, () => "rejected"),
    ]);
    expect(writes).toBe(1);
  });
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { figures, reserveOne, settlement, testBooks, wish } from "../../../test/test-ledger.ts";
import { emptyMonth, monthKey, putEnded } from "./document.ts";
import { encodeMonth } from "./encode.ts";
import { lineOf, settledLine } from "./line.ts";
import { reportEntries } from "./spending-report.ts";

const SPELLINGS = ["Zed", "zed", " zed ", "ZED", "Ｚｅｄ", "z\u200Bed", "Zed\u00A0"];

test("all spellings of a client share one budget, whatever the spelling of the limit", async () => {
  for (const limited of SPELLINGS) {
    const { open } = testBooks({ budget: { tags: { client: { [limited]: 100 } } } });
    const ledger = open();
    await reserveOne(ledger, wish("a", 60, { tags: { client: "Zed" } }));
    for (const client of SPELLINGS) {
      await expect(ledger.reserve([wish("b", 60, { tags: { client } })])).rejects.toMatchObject({
        code: "budget_exceeded",
        shortMessage: expect.stringContaining("client Zed (2026-11)"),
      });
    }
    expect(await figures(ledger, "tag:2026-11:client=Zed")).toBe("spent 0, reserved 60, unknown 0, left 40, images 0");
  }
});

test("spellings in one write add up", async () => {
  const { open } = testBooks({ budget: { tags: { client: { "*": 100 } } } });
  const both = [wish("a", 60, { tags: { client: "Zed" } }), wish("b", 60, { tags: { client: "ZED " } })];
  await expect(open().reserve(both)).rejects.toMatchObject({ code: "budget_exceeded" });
});

test("of two limits for one client the lower one holds", async () => {
  const { open } = testBooks({ budget: { tags: { client: { Zed: 500, zed: 50, "*": 1000 } } } });
  await expect(open().reserve([wish("a", 60, { tags: { client: "zED" } })])).rejects.toMatchObject({
    code: "budget_exceeded",
  });
});

test("balances and reports have one line per client, in the first spelling", async () => {
  const { open } = testBooks({ budget: { tags: { client: { zed: 1000, Other: 10 } } } });
  const ledger = open();
  for (const [index, client] of SPELLINGS.entries()) {
    await ledger.settle(await reserveOne(ledger, wish(`a${index}`, 50, { tags: { client } })), settlement(40));
  }
  const balances = (await ledger.balances()).filter(({ scope }) => scope.startsWith("tag:"));
  expect(balances.map(({ label, spentMicroUsd, limitMicroUsd }) => [label, spentMicroUsd, limitMicroUsd])).toEqual([
    ["client Other (2026-11)", 0, 10],
    ["client Zed (2026-11)", 280, 1000],
  ]);
  expect(reportEntries(await ledger.entries(), "client").map(({ key, costMicroUsd }) => [key, costMicroUsd])).toEqual([
    ["Zed", 280],
  ]);
});

test("books that kept spellings apart are read as one client, and go on counting", async () => {
  const books = testBooks({ budget: { tags: { client: { zed: 100 } } } });
  const month = emptyMonth("2026-11");
  const ledger = books.open();
  const template = await reserveOne(ledger, wish("x", 0));
  for (const [id, client] of [
    ["o1", "Zed"],
    ["o2", "zed "],
    ["o3", "acme"],
  ] as const) {
    putEnded(month, settledLine(lineOf({ ...template, id, tags: { client } }), settlement(30)));
  }
  // As a version wrote it that compared byte by byte.
  const stored = JSON.parse(encodeMonth(month)) as { tags: Record<string, Record<string, unknown>> };
  const totals = { spentMicroUsd: 30, reservedMicroUsd: 0, unknownMicroUsd: 0, images: 1 };
  stored.tags = { client: { Zed: totals, "zed ": totals, acme: totals } };
  books.documents.set(monthKey("2026-11"), { value: JSON.stringify(stored), version: "7" });
  const reader = books.open();
  expect(await figures(reader, "tag:2026-11:client=Zed")).toBe("spent 60, reserved 0, unknown 0, left 40, images 2");
  await expect(reader.reserve([wish("n", 41, { tags: { client: "ZED" } })])).rejects.toMatchObject({
    code: "budget_exceeded",
  });
  await reader.reserve([wish("n", 40, { tags: { client: "ZED" } })]);
  const written = JSON.parse(books.documents.get(monthKey("2026-11"))?.value ?? "") as typeof stored;
  expect(Object.keys(written.tags["client"] ?? {})).toEqual(["Zed", "acme"]);
});

test("however a client is spelled, no limit is passed", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ amount: fc.integer({ min: 1, max: 60 }), spelling: fc.constantFrom(...SPELLINGS) }), {
        maxLength: 12,
      }),
      async (wishes) => {
        const { open } = testBooks({ budget: { tags: { client: { zed: 100 } } } });
        const ledger = open();
        let granted = 0;
        for (const [index, { amount, spelling }] of wishes.entries()) {
          const tags = { client: spelling };
          const held = await ledger.reserve([wish(`w${index}`, amount, { tags })]).catch(() => undefined);
          if (held) granted += amount;
          else expect(granted + amount).toBeGreaterThan(100);
          expect(granted).toBeLessThanOrEqual(100);
        }
      },
    ),
    { numRuns: 60 },
  );
});

import { describe, expect, it } from "vitest";
import {
  FAILED,
  figures,
  reserveOne,
  settlement,
  showFigures,
  testBooks,
  UNKNOWN,
  wish,
} from "../../../test/test-ledger.ts";

const MONTH = "month:2026-11";

describe("reserve", () => {
  it("sets money aside in the month, the run and every tag", async () => {
    const { open } = testBooks({
      budget: { monthMicroUsd: 1_000, runMicroUsd: 800, tags: { client: { acme: 500, "*": 100 } } },
    });
    const ledger = open();
    await ledger.reserve([wish("a", 300, { tags: { client: "acme", campaign: "spring" } })]);
    const { balances } = await ledger.spend({ client: "acme", campaign: "spring" });
    expect(balances.map((balance) => `${balance.scope} | ${balance.label} | ${showFigures(balance)}`)).toEqual([
      "month:2026-11 | month 2026-11 | spent 0, reserved 300, unknown 0, left 700, images 0",
      "run:run-1 | this run | spent 0, reserved 300, unknown 0, left 500, images 0",
      "tag:2026-11:client=acme | client acme (2026-11) | spent 0, reserved 300, unknown 0, left 200, images 0",
      "tag:2026-11:campaign=spring | campaign spring (2026-11) | spent 0, reserved 300, unknown 0, left -, images 0",
    ]);
  });

  it("names the scope, what it takes and what is left", async () => {
    const { open } = testBooks({
      budget: { monthMicroUsd: 50_000_000, tags: { client: { acme: 5_000_000, "*": 1_000_000 } } },
    });
    const ledger = open();
    const unknown = await reserveOne(ledger, wish("a", 4_866_000, { tags: { client: "acme" } }));
    await ledger.markUnknown(unknown, UNKNOWN);
    await expect(ledger.reserve([wish("b", 211_000, { tags: { client: "acme" } })])).rejects.toMatchObject({
      code: "budget_exceeded",
      shortMessage:
        "Not enough budget for client acme (2026-11): this takes up to $0.211, and $0.134 of $5.00 is left.",
      hint: "Raise the limit, choose a cheaper offer, or wait for the next month. $4.866 of it is possibly billed: reconcile it to free what was not.",
      details: "Spent $0.00, reserved $0.00, possibly billed $4.866.",
    });
    await expect(ledger.reserve([wish("c", 1_000_001, { tags: { client: "other" } })])).rejects.toMatchObject({
      shortMessage:
        "Not enough budget for client other (2026-11): this takes up to $1.000001, and $1.00 of $1.00 is left.",
    });
  });

  it("takes all wishes or none, and adds up what falls into one scope", async () => {
    const { open } = testBooks({ budget: { monthMicroUsd: 1_000, tags: { client: { acme: 500 } } } });
    const ledger = open();
    const both = [wish("a", 300, { tags: { client: "acme" } }), wish("b", 201, { tags: { client: "acme" } })];
    await expect(ledger.reserve(both)).rejects.toMatchObject({ code: "budget_exceeded" });
    expect(await figures(ledger, MONTH)).toBe("spent 0, reserved 0, unknown 0, left 1000, images 0");
    expect(await ledger.entries()).toEqual([]);
    expect(await ledger.reserve([])).toEqual([]);
    await ledger.reserve([wish("a", 300, { tags: { client: "acme" } }), wish("b", 200, { tags: { client: "acme" } })]);
    expect(await figures(ledger, MONTH)).toBe("spent 0, reserved 500, unknown 0, left 500, images 0");
  });

  it("lets exactly the limit through, and nothing more but what is free", async () => {
    const { open } = testBooks({ budget: { monthMicroUsd: 1_000 } });
    const ledger = open();
    await ledger.reserve([wish("a", 1_000)]);
    await expect(ledger.reserve([wish("b", 1)])).rejects.toMatchObject({ code: "budget_exceeded" });
    await expect(ledger.reserve([wish("c", 0)])).resolves.toHaveLength(1);
  });

  it("counts a limit of zero as a limit", async () => {
    const ledger = testBooks({ budget: { tags: { client: { acme: 0 } } } }).open();
    await expect(ledger.reserve([wish("a", 1, { tags: { client: "acme" } })])).rejects.toMatchObject({
      code: "budget_exceeded",
    });
  });

  it("limits a run over all processes that share it, and no other", async () => {
    const { open } = testBooks({ budget: { runMicroUsd: 500 } });
    await open({ run: "x" }).reserve([wish("a", 300)]);
    await expect(open({ run: "x" }).reserve([wish("b", 300)])).rejects.toMatchObject({
      code: "budget_exceeded",
      shortMessage: "Not enough budget for this run: this takes up to $0.0003, and $0.0002 of $0.0005 is left.",
      hint: "Raise the limit, choose a cheaper offer, or start another run.",
    });
    await open({ run: "y" }).reserve([wish("c", 300)]);
  });

  it("keeps tags apart that look alike when written down", async () => {
    const ledger = testBooks({ budget: { tags: { "a=b": { c: 100 } } } }).open();
    await ledger.reserve([wish("x", 100, { tags: { "a=b": "c" } })]);
    await ledger.reserve([wish("y", 900, { tags: { a: "b=c" } })]);
    await expect(ledger.reserve([wish("z", 1, { tags: { "a=b": "c" } })])).rejects.toMatchObject({
      code: "budget_exceeded",
    });
  });

  it("takes tags with the names of an object's own parts", async () => {
    const tags: Record<string, string> = { constructor: "toString", hasOwnProperty: "valueOf" };
    Object.defineProperty(tags, "__proto__", { value: "polluted", enumerable: true });
    const { open } = testBooks({ budget: { tags: { client: { "*": 1 } } } });
    const ledger = open();
    await ledger.settle(await reserveOne(ledger, wish("x", 100, { tags })), settlement(90));
    expect(await figures(open(), "tag:2026-11:__proto__=polluted")).toMatch("spent 90,");
    expect(await figures(open(), "tag:2026-11:constructor=toString")).toMatch("spent 90,");
    expect((await open().entries())[0]?.tags).toEqual(tags);
  });

  it.each([
    ["an amount that is no number", [wish("a", Number.NaN)], "amountMicroUsd NaN is not a whole number from 0 up."],
    ["half a micro-dollar", [wish("a", 0.5)], "amountMicroUsd 0.5 is not a whole number from 0 up."],
    ["negative money", [wish("a", -1)], "amountMicroUsd -1 is not a whole number from 0 up."],
    ["negative images", [wish("a", 1, { images: -1 })], "images -1 is not a whole number from 0 up."],
    ["an id twice", [wish("a", 1), wish("a", 2)], 'Reservation id "a" is empty or used twice.'],
  ])("refuses %s", async (_what, wishes, shortMessage) => {
    await expect(testBooks().open().reserve(wishes)).rejects.toMatchObject({ code: "invalid_request", shortMessage });
  });

  it("takes a repeated wish for the one that is reserved, and no other use of its id", async () => {
    const { open } = testBooks();
    const ledger = open();
    await ledger.reserve([wish("a", 100)]);
    await ledger.reserve([wish("a", 100)]);
    expect(await figures(ledger, MONTH)).toMatch("reserved 100,");
    await expect(ledger.reserve([wish("a", 200)])).rejects.toMatchObject({ code: "invalid_request" });
    await expect(open({ run: "other" }).reserve([wish("a", 100)])).rejects.toMatchObject({ code: "invalid_request" });
  });
});

describe("settle, release and markUnknown", () => {
  it("books the cost, frees the rest and counts delivered images", async () => {
    const { open } = testBooks({ budget: { monthMicroUsd: 1_000 } });
    const ledger = open();
    const a = await reserveOne(ledger, wish("a", 600, { images: 4 }));
    await ledger.begin(a);
    await ledger.settle(a, settlement(400, { images: 3, outcome: "partial", tableMicroUsd: 450, requestId: "req_1" }));
    expect(await figures(ledger, MONTH)).toBe("spent 400, reserved 0, unknown 0, left 600, images 3");
    expect(await ledger.entries()).toMatchObject([
      {
        id: "a",
        state: "settled",
        microUsd: 400,
        tableMicroUsd: 450,
        images: 3,
        outcome: "partial",
        requestId: "req_1",
      },
    ]);
    expect(await ledger.spend({})).toMatchObject({
      imagesThisMonth: 3,
      imagesThisMonthByModel: { "openai/gpt-image-2": 3 },
    });
  });

  it("changes nothing the second time", async () => {
    const { open, documents } = testBooks();
    const ledger = open();
    const [a, b, c] = await ledger.reserve([wish("a", 100), wish("b", 100), wish("c", 100)]);
    if (!a || !b || !c) throw new Error("three wishes");
    await ledger.settle(a, settlement(80));
    await ledger.release(b, FAILED);
    await ledger.markUnknown(c, UNKNOWN);
    const before = documents.get("artdesk/v1/2026-11");
    await ledger.settle(a, settlement(90));
    await ledger.release(a, FAILED);
    await ledger.markUnknown(a, UNKNOWN);
    await ledger.release(b, FAILED);
    await ledger.markUnknown(c, UNKNOWN);
    await ledger.begin(c);
    expect(documents.get("artdesk/v1/2026-11")).toEqual(before);
    expect(await figures(ledger, MONTH)).toBe("spent 80, reserved 0, unknown 100, left -, images 1");
  });

  it("books in full what the provider billed above the reserved amount; then nothing more goes", async () => {
    const ledger = testBooks({ budget: { monthMicroUsd: 1_000 } }).open();
    await ledger.settle(await reserveOne(ledger, wish("a", 900)), settlement(1_200));
    expect(await figures(ledger, MONTH)).toBe("spent 1200, reserved 0, unknown 0, left -200, images 1");
    await expect(ledger.reserve([wish("b", 1)])).rejects.toMatchObject({
      shortMessage:
        "Not enough budget for month 2026-11: this takes up to $0.000001, and its $0.001 is overdrawn by $0.0002.",
    });
  });

  it("keeps the amount of an unknown outcome counted until it is settled, released or reconciled", async () => {
    const ledger = testBooks({ budget: { monthMicroUsd: 1_000 } }).open();
    const a = await reserveOne(ledger, wish("a", 700));
    await ledger.begin(a);
    await ledger.markUnknown(a, UNKNOWN);
    expect(await figures(ledger, MONTH)).toBe("spent 0, reserved 0, unknown 700, left 300, images 0");
    await expect(ledger.reserve([wish("b", 301)])).rejects.toMatchObject({ code: "budget_exceeded" });
    await ledger.settle(a, settlement(650));
    expect(await figures(ledger, MONTH)).toBe("spent 650, reserved 0, unknown 0, left 350, images 1");
    const c = await reserveOne(ledger, wish("c", 350));
    await ledger.markUnknown(c, UNKNOWN);
    await ledger.release(c, FAILED);
    expect(await figures(ledger, MONTH)).toBe("spent 650, reserved 0, unknown 0, left 350, images 1");
  });

  it("keeps released attempts on the books with their reason, cut to a bearable length", async () => {
    const ledger = testBooks().open();
    const a = await reserveOne(ledger, wish("a", 700, { subject: "s".repeat(1_000) }));
    await ledger.release(a, settlement(0, { outcome: "failed", images: 0, reason: "r".repeat(1_000) }));
    const [entry] = await ledger.entries();
    expect(entry).toMatchObject({ state: "released", microUsd: 0, images: 0, outcome: "failed" });
    expect([entry?.subject.length, entry?.reason?.length]).toEqual([200, 200]);
  });

  it("books even a reservation that it never saw: money truth wins", async () => {
    const elsewhere = await reserveOne(testBooks().open(), wish("a", 700));
    const ledger = testBooks({ budget: { monthMicroUsd: 1_000 } }).open();
    await ledger.settle(elsewhere, settlement(650));
    expect(await figures(ledger, MONTH)).toBe("spent 650, reserved 0, unknown 0, left 350, images 1");
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 0.1])("refuses a cost of %s", async (cost) => {
    const ledger = testBooks().open();
    const a = await reserveOne(ledger, wish("a", 700));
    await expect(ledger.settle(a, settlement(cost))).rejects.toMatchObject({ code: "invalid_request" });
    expect(await figures(ledger, MONTH)).toMatch("reserved 700,");
  });
});

describe("balances", () => {
  it("lists limits without movement and movement without limits", async () => {
    const { open } = testBooks({ budget: { tags: { client: { acme: 500, "*": 100 } } } });
    await open({ run: "other" }).reserve([wish("a", 10, { tags: { campaign: "spring" } })]);
    const balances = await open().balances();
    expect(balances.map((balance) => `${balance.label}: ${showFigures(balance)}`)).toEqual([
      "month 2026-11: spent 0, reserved 10, unknown 0, left -, images 0",
      "this run: spent 0, reserved 0, unknown 0, left -, images 0",
      "run other: spent 0, reserved 10, unknown 0, left -, images 0",
      "campaign spring (2026-11): spent 0, reserved 10, unknown 0, left -, images 0",
      "client acme (2026-11): spent 0, reserved 0, unknown 0, left 500, images 0",
    ]);
  });

  it("lists what is outstanding", async () => {
    const ledger = testBooks().open();
    const [a, b] = await ledger.reserve([wish("a", 10), wish("b", 20), wish("c", 30)]);
    if (!a || !b) throw new Error("three wishes");
    await ledger.begin(a);
    await ledger.settle(b, settlement(20));
    expect((await ledger.outstanding()).map(({ id, state, microUsd }) => `${id} ${state} ${microUsd}`)).toEqual([
      "a in_flight 10",
      "c held 30",
    ]);
  });

  it("refuses a month that is none", async () => {
    const ledger = testBooks().open();
    await expect(ledger.entries("2026-13")).rejects.toMatchObject({ code: "invalid_request" });
    await expect(ledger.balances("../2026-11")).rejects.toMatchObject({ code: "invalid_request" });
  });
});

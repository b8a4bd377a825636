import { afterEach, describe, expect, it } from "vitest";
import { FAILED, figures, reserveOne, settlement, testBooks, wish } from "../../../test/test-ledger.ts";
import { monthOf, monthsAround, shiftMonth } from "./months.ts";

const LAST_SECOND_MS = Date.UTC(2026, 11, 1) - 1_000;
const HOUR_MS = 3_600_000;

describe("months", () => {
  const timeZone = process.env["TZ"];
  afterEach(() => {
    if (timeZone === undefined) delete process.env["TZ"];
    else process.env["TZ"] = timeZone;
  });

  it.each(["Pacific/Kiritimati", "America/Los_Angeles", "Europe/Berlin"])("are UTC months in %s", (zone) => {
    process.env["TZ"] = zone;
    expect(new Date(LAST_SECOND_MS).getTimezoneOffset()).not.toBe(0);
    expect(monthOf(LAST_SECOND_MS)).toBe("2026-11");
    expect(monthOf(LAST_SECOND_MS + 1_000)).toBe("2026-12");
  });

  it("do not move with daylight saving", () => {
    process.env["TZ"] = "Europe/Berlin";
    const clocksGoBackMs = Date.UTC(2026, 9, 25, 1);
    expect(new Date(clocksGoBackMs - 1).getTimezoneOffset()).not.toBe(new Date(clocksGoBackMs).getTimezoneOffset());
    expect([monthOf(clocksGoBackMs - 1), monthOf(clocksGoBackMs)]).toEqual(["2026-10", "2026-10"]);
    const lastHourMs = Date.UTC(2027, 2, 31, 23, 59);
    expect(monthOf(lastHourMs)).toBe("2027-03");
  });

  it("are counted over years", () => {
    expect(shiftMonth("2026-12", 1)).toBe("2027-01");
    expect(shiftMonth("2027-01", -1)).toBe("2026-12");
    expect(shiftMonth("2026-11", -12)).toBe("2025-11");
    expect(monthsAround(LAST_SECOND_MS)).toEqual(["2026-11", "2026-12"]);
    expect(monthsAround(Date.UTC(2026, 10, 15))).toEqual(["2026-11"]);
  });
});

describe("the turn of a month", () => {
  it("charges the month of the reservation, whenever it settles", async () => {
    const { open, clock } = testBooks({ budget: { monthMicroUsd: 1_000 } });
    clock.set(LAST_SECOND_MS);
    const ledger = open();
    const a = await reserveOne(ledger, wish("a", 900));
    expect(a.month).toBe("2026-11");
    clock.set(LAST_SECOND_MS + 20_000);
    await ledger.begin(a);
    await ledger.settle(a, settlement(800));
    const b = await reserveOne(ledger, wish("b", 1_000));
    expect(b.month).toBe("2026-12");
    expect(await figures(ledger, "month:2026-11", "2026-11")).toBe(
      "spent 800, reserved 0, unknown 0, left 200, images 1",
    );
    expect(await figures(ledger, "month:2026-12")).toBe("spent 0, reserved 1000, unknown 0, left 0, images 0");
    expect((await ledger.entries()).map(({ id }) => id)).toEqual(["b"]);
    expect(await ledger.entries("2026-11")).toMatchObject([{ id: "a", month: "2026-11", atMs: LAST_SECOND_MS }]);
    expect((await ledger.spend({})).imagesThisMonth).toBe(0);
  });

  it("does not give a run its limit twice", async () => {
    const { open, clock } = testBooks({ budget: { runMicroUsd: 1_000 } });
    clock.set(LAST_SECOND_MS);
    await open().reserve([wish("a", 700)]);
    clock.set(LAST_SECOND_MS + HOUR_MS);
    for (const ledger of [open(), open()]) {
      await expect(ledger.reserve([wish("b", 301)])).rejects.toMatchObject({
        code: "budget_exceeded",
        shortMessage: "Not enough budget for this run: this takes up to $0.000301, and $0.0003 of $0.001 is left.",
      });
    }
    const ledger = open();
    await ledger.reserve([wish("c", 300)]);
    expect(await figures(ledger, "run:run-1")).toBe("spent 0, reserved 1000, unknown 0, left 0, images 0");
  });

  it("does not give a run its limit twice when two processes see different months", async () => {
    const books = testBooks({ budget: { runMicroUsd: 1_000 } });
    books.clock.set(LAST_SECOND_MS);
    const late = { nowMs: () => LAST_SECOND_MS + 2_000, sleep: () => Promise.resolve() };
    for (let round = 0; round < 5; round += 1) {
      const run = `run ${round}`;
      const results = await Promise.allSettled([
        books.open({ run }).reserve([wish(`a${round}`, 600)]),
        books.open({ run, clock: late }).reserve([wish(`b${round}`, 600)]),
      ]);
      expect(results.filter(({ status }) => status === "fulfilled").length).toBeLessThanOrEqual(1);
      const committed = await figures(books.open({ run }), `run:${run}`);
      expect(committed).toMatch(/reserved (0|600),/);
    }
  });

  it("still knows what a run spent last month when it comes back in the middle of the next", async () => {
    const { open, clock } = testBooks({ budget: { runMicroUsd: 1_000 } });
    const first = open();
    await first.settle(await reserveOne(first, wish("a", 700)), settlement(700));
    clock.set(Date.UTC(2026, 11, 15));
    await expect(open().reserve([wish("b", 301)])).rejects.toMatchObject({ code: "budget_exceeded" });
  });
});

describe("a clock that is set back", () => {
  it("keeps month and limits right", async () => {
    const { open, clock } = testBooks({ budget: { monthMicroUsd: 1_000, runMicroUsd: 1_500 } });
    clock.set(LAST_SECOND_MS + 5_000);
    const ledger = open();
    await ledger.reserve([wish("december", 900)]);
    clock.set(LAST_SECOND_MS - HOUR_MS);
    const november = await reserveOne(ledger, wish("november", 500));
    expect(november.month).toBe("2026-11");
    await expect(ledger.reserve([wish("more", 101)])).rejects.toMatchObject({ code: "budget_exceeded" });
    expect((await ledger.outstanding()).map(({ id }) => id)).toEqual(["november", "december"]);
    await ledger.release(november, FAILED);
  });

  it("lets a reservation hold longer, never shorter", async () => {
    const { open, clock } = testBooks({ reservationTtlMs: HOUR_MS });
    const startMs = clock.nowMs();
    const ledger = open();
    await ledger.reserve([wish("a", 900)]);
    clock.set(startMs - 5 * HOUR_MS);
    expect(await ledger.sweep()).toEqual({ released: 0, unknown: 0 });
    clock.set(startMs + HOUR_MS);
    expect(await ledger.sweep()).toEqual({ released: 1, unknown: 0 });
  });

  it("sorts entries by the time they tell", async () => {
    const { open, clock } = testBooks();
    const ledger = open();
    await ledger.reserve([wish("later", 1)]);
    clock.set(clock.nowMs() - HOUR_MS);
    await ledger.reserve([wish("earlier", 1)]);
    expect((await ledger.entries()).map(({ id }) => id)).toEqual(["earlier", "later"]);
  });
});

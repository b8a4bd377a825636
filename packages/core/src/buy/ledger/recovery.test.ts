import { describe, expect, it } from "vitest";
import { FAILED, figures, reserveOne, settlement, testBooks, UNKNOWN, wish } from "../../../test/test-ledger.ts";

const MONTH = "month:2026-11";
const TTL_MS = 60_000;

describe("sweep", () => {
  it("gives expired holds back and doubts expired calls", async () => {
    const { open, clock } = testBooks({ budget: { monthMicroUsd: 1_000 } });
    const ledger = open();
    const [, inFlight] = await ledger.reserve([wish("held", 100), wish("in flight", 200), wish("young", 400)]);
    if (!inFlight) throw new Error("three wishes");
    clock.set(clock.nowMs() + TTL_MS - 1);
    await ledger.begin(inFlight);
    expect(await ledger.sweep()).toEqual({ released: 0, unknown: 0 });
    clock.set(clock.nowMs() + 1);
    await ledger.reserve([wish("new", 10)]);
    expect(await open({ run: "another" }).sweep()).toEqual({ released: 2, unknown: 0 });
    expect(await figures(ledger, MONTH)).toBe("spent 0, reserved 210, unknown 0, left 790, images 0");
    clock.set(clock.nowMs() + TTL_MS);
    expect(await ledger.sweep()).toEqual({ released: 1, unknown: 1 });
    expect(await figures(ledger, MONTH)).toBe("spent 0, reserved 0, unknown 200, left 800, images 0");
    expect(await ledger.sweep()).toEqual({ released: 0, unknown: 0 });
    expect((await ledger.entries()).map(({ id, state, reason }) => `${id} ${state} ${reason}`)).toEqual([
      "held released expired",
      "young released expired",
      "in flight unknown expired",
      "new released expired",
    ]);
  });

  it("sweeps last month too", async () => {
    const { open, clock } = testBooks();
    clock.set(Date.UTC(2026, 11, 1) - 1);
    const ledger = open();
    await ledger.reserve([wish("a", 100)]);
    clock.set(Date.UTC(2026, 11, 2));
    expect(await ledger.sweep()).toEqual({ released: 1, unknown: 0 });
  });

  it("happens by itself to holds that stand in the way of a reservation", async () => {
    const { open, clock } = testBooks({ budget: { monthMicroUsd: 1_000 } });
    await open({ run: "dead" }).reserve([wish("a", 900)]);
    const ledger = open();
    await expect(ledger.reserve([wish("b", 200)])).rejects.toMatchObject({ code: "budget_exceeded" });
    clock.set(clock.nowMs() + TTL_MS);
    await ledger.reserve([wish("b", 200)]);
    expect(await figures(ledger, MONTH)).toBe("spent 0, reserved 200, unknown 0, left 800, images 0");
  });
});

describe("after a sweep", () => {
  it("begin reserves anew, or rejects when the money is gone", async () => {
    const { open, clock } = testBooks({ budget: { monthMicroUsd: 1_000, runMicroUsd: 900 } });
    const ledger = open();
    const a = await reserveOne(ledger, wish("a", 600));
    clock.set(clock.nowMs() + TTL_MS);
    await ledger.sweep();
    const other = open({ run: "other" });
    const b = await reserveOne(other, wish("b", 500));
    await expect(ledger.begin(a)).rejects.toMatchObject({ code: "budget_exceeded" });
    expect(await figures(ledger, MONTH)).toBe("spent 0, reserved 500, unknown 0, left 500, images 0");
    await other.release(b, FAILED);
    await ledger.begin(a);
    await ledger.begin(a);
    expect(await figures(ledger, MONTH)).toBe("spent 0, reserved 600, unknown 0, left 400, images 0");
    expect(await figures(ledger, "run:run-1")).toBe("spent 0, reserved 600, unknown 0, left 300, images 0");
    await ledger.settle(a, settlement(550));
    expect((await ledger.entries()).map(({ id, state }) => `${id} ${state}`)).toEqual(["a settled", "b released"]);
    await expect(ledger.begin(a)).rejects.toMatchObject({ code: "invalid_request" });
  });

  it("settle books the full cost, once", async () => {
    const { open, clock } = testBooks({ budget: { monthMicroUsd: 1_000 } });
    const ledger = open();
    const [held, begun] = await ledger.reserve([wish("a", 300), wish("b", 300)]);
    if (!held || !begun) throw new Error("two wishes");
    await ledger.begin(begun);
    clock.set(clock.nowMs() + TTL_MS);
    expect(await ledger.sweep()).toEqual({ released: 1, unknown: 1 });
    for (const reservation of [held, begun, held, begun]) await ledger.settle(reservation, settlement(250));
    expect(await figures(ledger, MONTH)).toBe("spent 500, reserved 0, unknown 0, left 500, images 2");
    expect(await ledger.entries()).toHaveLength(2);
  });

  it("markUnknown counts the amount again, and release tells the real reason", async () => {
    const { open, clock } = testBooks({ budget: { monthMicroUsd: 1_000 } });
    const ledger = open();
    const [a, b] = await ledger.reserve([wish("a", 300), wish("b", 300)]);
    if (!a || !b) throw new Error("two wishes");
    clock.set(clock.nowMs() + TTL_MS);
    await ledger.sweep();
    await ledger.markUnknown(a, UNKNOWN);
    await ledger.release(b, FAILED);
    expect(await figures(ledger, MONTH)).toBe("spent 0, reserved 0, unknown 300, left 700, images 0");
    expect((await ledger.entries()).map(({ id, state, reason }) => `${id} ${state} ${reason}`)).toEqual([
      "a unknown timeout",
      "b released unavailable",
    ]);
  });
});

describe("recover", () => {
  it("ends what a dead run left, and nothing of others", async () => {
    const { open, clock } = testBooks({ budget: { monthMicroUsd: 10_000 } });
    const dead = open({ run: "dead" });
    const reservations = await dead.reserve(["held", "flying", "received", "late"].map((id) => wish(id, 100)));
    for (const reservation of reservations.slice(1)) await dead.begin(reservation);
    await open({ run: "alive" }).reserve([wish("alive", 100)]);
    clock.set(clock.nowMs() + 1);
    const received = {
      received: settlement(70, { outcome: "resumed" }),
      alive: settlement(1),
      stranger: settlement(1),
    };
    const ledger = open({ run: "next" });
    expect(await ledger.recover("dead", received)).toEqual({ settled: 1, released: 1, unknown: 2 });
    expect(await ledger.recover("dead", { ...received, late: settlement(60) })).toEqual({
      settled: 1,
      released: 0,
      unknown: 0,
    });
    expect(await figures(ledger, MONTH)).toBe("spent 130, reserved 100, unknown 100, left 9670, images 2");
    expect((await ledger.entries()).map(({ id, state, reason }) => `${id} ${state} ${reason}`)).toEqual([
      "received settled undefined",
      "held released run ended",
      "late settled undefined",
      "flying unknown run ended",
      "alive held undefined",
    ]);
  });

  it("settles what was received although its hold had been swept, also last month's", async () => {
    const { open, clock } = testBooks();
    clock.set(Date.UTC(2026, 11, 1) - 1);
    await open({ run: "dead" }).reserve([wish("a", 100)]);
    clock.set(Date.UTC(2026, 11, 2));
    const ledger = open();
    await ledger.sweep();
    expect(await ledger.recover("dead", { a: settlement(90) })).toEqual({ settled: 1, released: 0, unknown: 0 });
    expect(await figures(ledger, MONTH, "2026-11")).toMatch("spent 90, reserved 0,");
  });
});

describe("reconcile", () => {
  it("books what the statement says, or frees the money", async () => {
    const { open, clock } = testBooks({ budget: { monthMicroUsd: 1_000 } });
    const ledger = open();
    const reservations = await ledger.reserve([wish("billed", 300), wish("free", 300)]);
    for (const reservation of reservations) await ledger.markUnknown(reservation, UNKNOWN);
    clock.set(Date.UTC(2027, 2, 1));
    await ledger.reconcile("billed", 280);
    await ledger.reconcile("free", 0);
    await ledger.reconcile("billed", 280);
    expect(await figures(ledger, MONTH, "2026-11")).toBe("spent 280, reserved 0, unknown 0, left 720, images 0");
    expect((await ledger.entries("2026-11")).map(({ id, state, reason }) => `${id} ${state} ${reason}`)).toEqual([
      "billed settled reconciled",
      "free released reconciled",
    ]);
    await expect(ledger.reconcile("billed", 290)).rejects.toMatchObject({
      code: "invalid_request",
      shortMessage: "Reservation billed is already booked with $0.00028.",
    });
  });

  it("refuses what is still running and what it does not know", async () => {
    const ledger = testBooks().open();
    await ledger.reserve([wish("a", 300)]);
    await expect(ledger.reconcile("a", 0)).rejects.toMatchObject({
      shortMessage: "Reservation a has not ended yet (held): only a possibly billed one can be reconciled.",
    });
    await expect(ledger.reconcile("b", 0)).rejects.toMatchObject({ code: "invalid_request" });
    await expect(ledger.reconcile("a", -1)).rejects.toMatchObject({ code: "invalid_request" });
  });
});

describe("what a batch makes without its run", () => {
  it("stays in flight past the usual time, and past the end of its run", async () => {
    const { open, clock } = testBooks({ budget: { monthMicroUsd: 1_000 } });
    const ledger = open({ run: "submitter" });
    const [batch, call] = await ledger.reserve([wish("batch", 200), wish("call", 300)]);
    if (!batch || !call) throw new Error("two wishes");
    await ledger.begin(batch, { holdMs: 10 * TTL_MS });
    await ledger.begin(call);
    clock.set(clock.nowMs() + 5 * TTL_MS);
    const next = open({ run: "another" });
    expect(await next.sweep()).toEqual({ released: 0, unknown: 1 });
    expect(await next.recover("submitter", {}, new Set(["batch"]))).toEqual({ settled: 0, released: 0, unknown: 0 });
    expect(await figures(next, MONTH)).toBe("spent 0, reserved 200, unknown 300, left 500, images 0");
    await next.settle(batch, settlement(120));
    expect(await figures(next, MONTH)).toBe("spent 120, reserved 0, unknown 300, left 580, images 1");
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { settlement, testClock, testRandom, UNKNOWN, wish } from "../../../test/test-ledger.ts";
import { isArtdeskError } from "../../basics/errors.ts";
import { createMemoryLedgerStore } from "./memory-ledger-store.ts";
import type { LedgerStore, VersionedValue } from "../../basics/ports.ts";
import type { Budget } from "../../basics/budget.ts";
import { decodeMonth } from "./decode.ts";
import { monthKey } from "./document.ts";
import { createLedger } from "./ledger.ts";
import { committedMicroUsd, countLine, emptyTotals } from "./totals.ts";
import type { Ledger, LedgerEntry, Reservation } from "./ledger-types.ts";

const MONTH = "2026-11";
const TTL_MS = 1_000;
const BUDGET: Budget = { monthMicroUsd: 1_000, runMicroUsd: 600, tags: { client: { acme: 500, "*": 300 } } };
const CLIENTS = ["acme", "beta", "gamma"] as const;

type Step =
  | { do: "reserve"; amounts: readonly number[]; client: number }
  | { do: "begin" | "release" | "unknown"; target: number }
  | { do: "settle" | "reconcile"; target: number; share: number }
  | { do: "sweep" }
  | { do: "pass time"; durationMs: number };

const target = fc.nat(20);
const share = fc.integer({ min: 0, max: 100 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("reserve" as const),
      amounts: fc.array(fc.nat(250), { minLength: 1, maxLength: 3 }),
      client: fc.nat(2),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("begin" as const), target }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("settle" as const), target, share }) },
  fc.record({ do: fc.constantFrom("release" as const, "unknown" as const), target }),
  fc.record({ do: fc.constant("reconcile" as const), target, share }),
  fc.record({ do: fc.constant("sweep" as const) }),
  fc.record({ do: fc.constant("pass time" as const), durationMs: fc.integer({ min: 0, max: 2 * TTL_MS }) }),
);

/** What a program knows of a reservation that it was granted. */
interface Granted {
  reservation: Reservation;
  begun: boolean;
  end: { state: "settled" | "released" | "unknown"; microUsd: number } | undefined;
}

/** Follows the rules of a run: a call is booked only after it began. Repeats are welcome. */
async function runProgram(
  ledger: Ledger,
  steps: readonly Step[],
  name: string,
  passTime: (durationMs: number) => void,
): Promise<Granted[]> {
  const granted: Granted[] = [];
  for (const [number, next] of steps.entries()) {
    try {
      await runStep(ledger, next, granted, `${name}-${number}`, passTime);
    } catch (error) {
      if (!isArtdeskError(error) || error.code !== "budget_exceeded") throw error;
    }
  }
  return granted;
}

async function runStep(
  ledger: Ledger,
  next: Step,
  granted: Granted[],
  id: string,
  passTime: (durationMs: number) => void,
): Promise<void> {
  if (next.do === "sweep") return void (await ledger.sweep());
  if (next.do === "pass time") return passTime(next.durationMs);
  if (next.do === "reserve") {
    const tags = { client: CLIENTS[next.client] ?? "acme" };
    const wishes = next.amounts.map((amount, index) => wish(`${id}-${index}`, amount, { tags }));
    for (const reservation of await ledger.reserve(wishes)) {
      granted.push({ reservation, begun: false, end: undefined });
    }
    return;
  }
  const one = granted[next.target % Math.max(granted.length, 1)];
  if (!one) return;
  const { reservation } = one;
  const cost = (percent: number): number => Math.floor((reservation.amountMicroUsd * percent) / 100);
  if (next.do === "begin") {
    if (one.end) return;
    await ledger.begin(reservation);
    one.begun = true;
  } else if (next.do === "settle") {
    if (!one.begun) return;
    await ledger.settle(reservation, settlement(cost(next.share)));
    if (one.end?.state !== "settled") one.end = { state: "settled", microUsd: cost(next.share) };
  } else if (next.do === "release") {
    // A call that was billed is never released, nor is one that may have been.
    if (one.end) return;
    await ledger.release(reservation, settlement(0, { outcome: "failed", images: 0 }));
    one.end = { state: "released", microUsd: 0 };
    one.begun = false;
  } else if (next.do === "unknown") {
    if (!one.begun) return;
    await ledger.markUnknown(reservation, UNKNOWN);
    one.end ??= { state: "unknown", microUsd: reservation.amountMicroUsd };
  } else if (next.do === "reconcile" && one.end?.state === "unknown") {
    await ledger.reconcile(reservation.id, cost(next.share));
    one.end = { state: cost(next.share) > 0 ? "settled" : "released", microUsd: cost(next.share) };
    one.begun = false;
  }
}

/** Everything that must hold in every state that any reader can see. */
function checkMonth(value: string): void {
  const month = decodeMonth(value, monthKey(MONTH), MONTH);
  expect(committedMicroUsd(month.total)).toBeLessThanOrEqual(1_000);
  for (const [client, totals] of month.tags.get("client") ?? []) {
    expect(committedMicroUsd(totals)).toBeLessThanOrEqual(client === "acme" ? 500 : 300);
  }
  for (const totals of month.runs.values()) expect(committedMicroUsd(totals)).toBeLessThanOrEqual(600);
}

function checkEntries(entries: readonly LedgerEntry[], granted: readonly Granted[], value: string | undefined): void {
  expect(entries.map(({ id }) => id).toSorted()).toEqual(granted.map(({ reservation }) => reservation.id).toSorted());
  const sum = emptyTotals();
  for (const entry of entries) {
    countLine(sum, entry, 1);
    const known = granted.find(({ reservation }) => reservation.id === entry.id);
    if (known?.end) expect([entry.state, entry.microUsd]).toEqual([known.end.state, known.end.microUsd]);
    else if (known?.begun) expect(["in_flight", "unknown"]).toContain(entry.state);
    else expect(["held", "released"]).toContain(entry.state);
    expect(entry.microUsd).toBeLessThanOrEqual(known?.reservation.amountMicroUsd ?? 0);
  }
  if (value) expect(decodeMonth(value, monthKey(MONTH), MONTH).total).toEqual(sum);
  else expect(entries).toEqual([]);
}

describe("any interleaving of ledgers", () => {
  it("never overspends, and accounts for every reservation", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.array(step, { maxLength: 25 }), { minLength: 2, maxLength: 4 }),
        async (scheduler, programs) => {
          const documents = new Map<string, VersionedValue>();
          const memory = createMemoryLedgerStore(documents);
          const store: LedgerStore = {
            read: scheduler.scheduleFunction((key: string) => memory.read(key)),
            write: scheduler.scheduleFunction(async (key: string, value: string, version: string | undefined) => {
              const result = await memory.write(key, value, version);
              if (result === "ok" && key === monthKey(MONTH)) checkMonth(value);
              return result;
            }),
          };
          const clock = testClock();
          const random = testRandom();
          const open = (run: string, over: LedgerStore): Ledger =>
            createLedger({ store: over, clock, random, budget: BUDGET, run, reservationTtlMs: TTL_MS });
          const done = Promise.all(
            programs.map((steps, index) =>
              // Two of the programs share a run, as the jobs of a matrix do.
              runProgram(open(`run-${index >> 1}`, store), steps, `p${index}`, (durationMs) =>
                clock.set(clock.nowMs() + durationMs),
              ),
            ),
          );
          const granted = (await scheduler.waitFor(done)).flat();
          checkEntries(await open("reader", memory).entries(), granted, documents.get(monthKey(MONTH))?.value);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("holds a run to its limit over the turn of a month, with clocks that disagree", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(
          fc.record({
            offsetMs: fc.integer({ min: -5_000, max: 5_000 }),
            amounts: fc.array(fc.nat(400), { maxLength: 6 }),
          }),
          { minLength: 2, maxLength: 4 },
        ),
        async (scheduler, programs) => {
          const memory = createMemoryLedgerStore();
          const store: LedgerStore = {
            read: scheduler.scheduleFunction((key: string) => memory.read(key)),
            write: scheduler.scheduleFunction((...written: Parameters<LedgerStore["write"]>) =>
              memory.write(...written),
            ),
          };
          const random = testRandom();
          const open = (offsetMs: number, over: LedgerStore): Ledger => {
            const clock = testClock(Date.UTC(2026, 11, 1) + offsetMs);
            return createLedger({ store: over, clock, random, budget: { runMicroUsd: 600 }, run: "shared" });
          };
          let grantedMicroUsd = 0;
          const done = Promise.all(
            programs.map(async ({ offsetMs, amounts }, index) => {
              const ledger = open(offsetMs, store);
              for (const [number, amount] of amounts.entries()) {
                const won = await ledger.reserve([wish(`p${index}-${number}`, amount)]).catch((error: unknown) => {
                  if (isArtdeskError(error) && error.code === "budget_exceeded") return [];
                  throw error;
                });
                grantedMicroUsd += won.length * amount;
                expect(grantedMicroUsd).toBeLessThanOrEqual(600);
              }
            }),
          );
          await scheduler.waitFor(done);
          const [, run] = (await open(0, memory).spend({})).balances;
          expect(run?.reservedMicroUsd).toBe(grantedMicroUsd);
        },
      ),
      { numRuns: 300 },
    );
  });
});

import { expect } from "vitest";
import { createLedger } from "../../src/buy/ledger/ledger.ts";
import { systemClock } from "../../src/node/platform/system-clock.ts";
import { systemRandom } from "../../src/node/platform/system-random.ts";
import { openRaceStore } from "./race-setup.ts";
import type { PaidRaceResult } from "./run-paid-race.ts";

/** Holds ledger, processes and bank statement against each other. `isFaulty`: some outcomes may be unknown. */
export async function checkPaidRace(
  { setup, reports, statement, durationMs }: PaidRaceResult,
  isFaulty: boolean,
): Promise<void> {
  for (const { end } of reports) {
    expect(end).toMatchObject({
      code: "budget_exceeded",
      message: expect.stringMatching(/\$\d/),
      hint: expect.any(String),
    });
  }
  const store = openRaceStore(setup.store);
  const budget = { monthMicroUsd: setup.limitMicroUsd };
  const ledger = createLedger({ store, clock: systemClock, random: systemRandom, budget, run: "check" });
  const [month] = await ledger.balances();
  await store.close?.();
  const spentMicroUsd = month?.spentMicroUsd ?? 0;
  const unknownMicroUsd = month?.unknownMicroUsd ?? 0;
  const total = (count: (report: (typeof reports)[number]) => number): number =>
    reports.reduce((sum, report) => sum + count(report), 0);

  expect(statement.totalMicroUsd).toBeGreaterThan(0);
  expect(statement.totalMicroUsd).toBeLessThanOrEqual(setup.limitMicroUsd);
  expect(spentMicroUsd + unknownMicroUsd).toBeLessThanOrEqual(setup.limitMicroUsd);
  expect(month?.reservedMicroUsd).toBe(0);
  expect(spentMicroUsd).toBe(total(({ paidMicroUsd }) => paidMicroUsd));
  expect(unknownMicroUsd).toBe(total(({ possiblyBilledMicroUsd }) => possiblyBilledMicroUsd));
  expect(month?.images).toBe(total(({ images }) => images));
  if (isFaulty) {
    expect(unknownMicroUsd).toBeGreaterThan(0);
    expect(spentMicroUsd + unknownMicroUsd).toBeGreaterThanOrEqual(statement.totalMicroUsd);
  } else {
    expect(unknownMicroUsd).toBe(0);
    // By process first: a difference then names the calls that it comes from.
    const billed = reports.map(({ run, requestIds, paidMicroUsd }) => {
      const entries = statement.entries.filter(({ requestId }) => requestIds.includes(requestId));
      return { run, paidMicroUsd, entries };
    });
    const wrong = billed.filter(
      ({ paidMicroUsd, entries }) => paidMicroUsd !== entries.reduce((sum, { microUsd }) => sum + microUsd, 0),
    );
    expect(wrong).toEqual([]);
    expect(spentMicroUsd).toBe(statement.totalMicroUsd);
    // Every billed call belongs to a process that knows of it: who lost the race paid nothing.
    expect(reports.flatMap(({ requestIds }) => requestIds).toSorted()).toEqual(
      statement.entries.map(({ requestId }) => requestId).toSorted(),
    );
  }
  // The budget is for far fewer calls than there are processes, so that somebody must lose.
  const losers = reports.filter(
    ({ paidMicroUsd, possiblyBilledMicroUsd }) => paidMicroUsd + possiblyBilledMicroUsd === 0,
  );
  expect(losers.length).toBeGreaterThan(0);
  console.log(
    `${setup.store.kind}: ${reports.length} processes, limit ${setup.limitMicroUsd}, statement ${statement.totalMicroUsd}, ` +
      `ledger ${spentMicroUsd} + ${unknownMicroUsd} unknown micro-USD, ${statement.images} images, ` +
      `${losers.length} processes paid nothing, ${Math.round(durationMs)} ms`,
  );
}

import { expect } from "vitest";
import type { Clock } from "../../src/basics/ports.ts";
import type { Ledger } from "../../src/buy/ledger/ledger-types.ts";
import { createLedger } from "../../src/buy/ledger/ledger.ts";
import { systemClock } from "../../src/node/platform/system-clock.ts";
import { systemRandom } from "../../src/node/platform/system-random.ts";
import { openRaceStore, type RaceSetup } from "./race-setup.ts";
import { type RaceResult, runRace } from "./run-race.ts";

/** Races and holds the books against what the processes say they did. Prints how long it took. */
export async function checkRace(setup: RaceSetup, processes: number): Promise<void> {
  const result = await runRace(setup, processes);
  expect(result.reports).toHaveLength(processes);
  expect(result.reports.map(({ end }) => end?.code)).toEqual(
    Array.from({ length: processes }, () => "budget_exceeded"),
  );
  await withLedger(setup, systemClock, async (ledger) => {
    const entries = await ledger.entries();
    const [month] = await ledger.balances();
    const committed = (month?.spentMicroUsd ?? 0) + (month?.unknownMicroUsd ?? 0);
    expect(committed).toBeLessThanOrEqual(setup.limitMicroUsd);
    // Everybody stopped for want of money, so what is left is less than one call may take.
    expect(committed).toBeGreaterThan(setup.limitMicroUsd - setup.worstCaseMicroUsd);
    expect(month).toMatchObject({
      spentMicroUsd: sum(result, "settledMicroUsd"),
      unknownMicroUsd: sum(result, "unknownMicroUsd"),
      reservedMicroUsd: 0,
      images: sum(result, "images"),
    });
    expect(entries).toHaveLength(sum(result, "reservations"));
    const total = entries.reduce((money, { microUsd }) => money + microUsd, 0);
    expect(total).toBe(committed);
  });
  console.log(
    `${setup.store.kind}: ${processes} processes, ${sum(result, "reservations")} reservations, ` +
      `${Math.round(result.durationMs)} ms, slowest call ${Math.round(Math.max(...result.reports.map((one) => one.slowestMs)))} ms`,
  );
}

/** Kills some of the processes in the middle and holds the books against what the others say. */
export async function checkKilledRace(setup: RaceSetup, processes: number, kills: number): Promise<void> {
  const result = await runRace(setup, processes, kills);
  expect(result.reports.length).toBeGreaterThanOrEqual(processes - kills);
  for (const { end } of result.reports) expect(end?.code).toBe("budget_exceeded");
  const survivors = new Set(result.reports.map(({ run }) => run));
  await withLedger(setup, systemClock, async (ledger) => {
    const entries = await ledger.entries();
    const [month] = await ledger.balances();
    expect(month?.leftMicroUsd).toBeGreaterThanOrEqual(0);
    const settled = entries.filter(({ run, state }) => survivors.has(run) && state === "settled");
    expect(settled.reduce((money, { microUsd }) => money + microUsd, 0)).toBe(sum(result, "settledMicroUsd"));
    expect(
      entries.filter(({ run, state }) => survivors.has(run) && (state === "held" || state === "in_flight")),
    ).toEqual([]);
  });
  const tomorrow: Clock = { ...systemClock, nowMs: () => systemClock.nowMs() + 3_600_000 };
  await withLedger(setup, tomorrow, async (ledger) => {
    const before = await ledger.outstanding();
    const swept = await ledger.sweep();
    expect(swept).toEqual({
      released: before.filter(({ state }) => state === "held").length,
      unknown: before.filter(({ state }) => state === "in_flight").length,
    });
    const after = await ledger.outstanding();
    expect(after.every(({ state }) => state === "unknown")).toBe(true);
    expect(after).toHaveLength(before.filter(({ state }) => state !== "held").length);
  });
}

async function withLedger(setup: RaceSetup, clock: Clock, check: (ledger: Ledger) => Promise<void>): Promise<void> {
  const store = openRaceStore(setup.store);
  try {
    const budget = { monthMicroUsd: setup.limitMicroUsd };
    await check(createLedger({ store, clock, random: systemRandom, budget, run: "check" }));
  } finally {
    await store.close?.();
  }
}

function sum(
  { reports }: RaceResult,
  field: "settledMicroUsd" | "unknownMicroUsd" | "images" | "reservations",
): number {
  return reports.reduce((total, report) => total + report[field], 0);
}

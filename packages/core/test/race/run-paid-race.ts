import { type FaultInput, type Simulator, startSimulator, type Statement } from "@artdesk/simulator";
import { fileURLToPath } from "node:url";
import type { RaceStore } from "./race-setup.ts";
import { runRacers } from "./run-race.ts";

/** A race in which every process pays for real calls to the simulator. */
export interface PaidRaceSetup {
  store: RaceStore;
  limitMicroUsd: number;
  /** Base URLs and keys that point at the simulator. */
  env: Readonly<Record<string, string>>;
}

/** What one process says it bought. */
export interface PaidRaceReport {
  run: string;
  paidMicroUsd: number;
  possiblyBilledMicroUsd: number;
  images: number;
  requestIds: string[];
  /** Codes of calls that failed for another reason than money. */
  otherErrors: string[];
  /** Why the process stopped buying. */
  end: { code: string; message: string; hint: string | undefined } | undefined;
}

export interface PaidRaceResult {
  setup: PaidRaceSetup;
  reports: readonly PaidRaceReport[];
  /** What the simulated providers billed. */
  statement: Statement;
  durationMs: number;
}

const WORKER = fileURLToPath(new URL("paid-race-worker.ts", import.meta.url));

/** Lets that many processes buy images from one budget until it is gone. */
export async function runPaidRace(
  store: RaceStore,
  { limitMicroUsd, processes, faults }: { limitMicroUsd: number; processes: number; faults: readonly FaultInput[] },
): Promise<PaidRaceResult> {
  const simulator: Simulator = await startSimulator({ seed: 1 });
  try {
    simulator.faults(faults);
    const setup: PaidRaceSetup = { store, limitMicroUsd, env: simulator.env };
    const { reports, durationMs } = await runRacers<PaidRaceReport>(WORKER, setup, processes);
    return { setup, reports, statement: simulator.statement(), durationMs };
  } finally {
    await simulator.close();
  }
}

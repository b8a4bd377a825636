import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { RaceReport, RaceSetup } from "./race-setup.ts";

const WORKER = fileURLToPath(new URL("race-worker.ts", import.meta.url));

export interface RaceResult<Report = RaceReport> {
  reports: readonly Report[];
  /** From the common start to the last process's end. */
  durationMs: number;
}

interface Racer<Report> {
  child: ChildProcess;
  ready: Promise<unknown>;
  report: Promise<Report | undefined>;
}

/** Lets that many processes race for one budget; the first `kills` of them are killed one after the other meanwhile. */
export function runRace(setup: RaceSetup, processes: number, kills = 0): Promise<RaceResult> {
  return runRacers<RaceReport>(WORKER, setup, processes, kills);
}

/** Starts that many processes of `worker`, sends them off together and collects what each reports. */
export async function runRacers<Report>(
  worker: string,
  setup: object,
  processes: number,
  kills = 0,
): Promise<RaceResult<Report>> {
  const racers = Array.from({ length: processes }, (_, index) => startRacer<Report>(worker, setup, `race-${index}`));
  try {
    await Promise.all(racers.map((racer) => racer.ready));
    const startedAtMs = performance.now();
    for (const { child } of racers) child.stdin?.write("go\n");
    for (const { child } of racers.slice(0, kills)) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      child.kill("SIGKILL");
    }
    const reports = await Promise.all(racers.map((racer) => racer.report));
    return {
      reports: reports.filter((report) => report !== undefined),
      durationMs: performance.now() - startedAtMs,
    };
  } finally {
    for (const { child } of racers) child.kill("SIGKILL");
  }
}

function startRacer<Report>(worker: string, setup: object, run: string): Racer<Report> {
  const child = spawn(process.execPath, ["--conditions=source", worker, JSON.stringify(setup), run], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  // A killed process closes its end of the pipe.
  child.stdin.on("error", () => undefined);
  const lines = createInterface(child.stdout);
  let report: Report | undefined;
  const ready = once(lines, "line");
  lines.on("line", (line) => {
    if (line.startsWith("{")) report = JSON.parse(line) as Report;
  });
  return { child, ready, report: once(child, "close").then(() => report) };
}

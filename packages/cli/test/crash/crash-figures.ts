import { type CrashKind, type CrashOutcome, crashRun } from "./crash-run.ts";

/** The sum of many crashes. */
export interface CrashFigures {
  runs: number;
  /** Runs that were killed; the others were over before. */
  killed: number;
  /** Killed before, between and after their paid calls. */
  killedBeforeCalls: number;
  imagesLost: number;
  imagesBoughtTwice: number;
  looksBoughtTwice: number;
  /** Calls named as possibly billed. */
  unknown: number;
  /** Bills that are settled to the micro-USD. */
  settled: number;
  /** Assets that the second run delivered without a call. */
  recovered: number;
  /** Judges' answers, and images made again on a better offer. */
  looks: number;
  madeAgain: number;
  /** With the seed of the run. */
  violations: string[];
}

/** Crashes `runs` workspaces, `parallel` of them side by side. */
export async function crashFigures(options: {
  runs: number;
  seed: number;
  parallel: number;
  /** @default "drafts" */
  kind?: CrashKind;
  onOutcome?: (outcome: CrashOutcome) => void;
}): Promise<CrashFigures> {
  const { runs, seed, parallel } = options;
  const figures: CrashFigures = {
    runs: 0,
    killed: 0,
    killedBeforeCalls: 0,
    imagesLost: 0,
    imagesBoughtTwice: 0,
    looksBoughtTwice: 0,
    unknown: 0,
    settled: 0,
    recovered: 0,
    looks: 0,
    madeAgain: 0,
    violations: [],
  };
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < runs) {
      const runSeed = seed + next;
      next += 1;
      const outcome = await crashRun(runSeed, options.kind);
      figures.runs += 1;
      figures.killed += outcome.killed ? 1 : 0;
      figures.killedBeforeCalls += outcome.killed && outcome.callsAtKill === 0 ? 1 : 0;
      figures.imagesLost += outcome.imagesLost;
      figures.imagesBoughtTwice += outcome.imagesBoughtTwice;
      figures.looksBoughtTwice += outcome.looksBoughtTwice;
      figures.unknown += outcome.unknown;
      figures.settled += outcome.settled;
      figures.recovered += outcome.recovered;
      figures.looks += outcome.looks;
      figures.madeAgain += outcome.madeAgain;
      figures.violations.push(...outcome.violations.map((violation) => `seed ${runSeed}: ${violation}`));
      options.onOutcome?.(outcome);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return figures;
}

import { builtInJudges, formatUsd, type RateInterval } from "@artdesk/core";
import { measureLabels } from "@artdesk/core/node";
import { type CommandOptions, deskOptions } from "../host/command-options.ts";
import { EXIT, type ExitCode } from "../host/exit-code.ts";
import type { Io } from "../host/io.ts";
import { openDesk } from "../host/open-desk.ts";

export interface JudgeCommandOptions extends CommandOptions {
  labels: string;
  judge: string;
}

/** Ids of the judges, for the help text. */
export const JUDGE_IDS: readonly string[] = builtInJudges.map(({ id }) => id);

/** `artdesk judge --labels FILE`: how often a judge agrees with your own labels. */
export async function judgeCommand(options: JudgeCommandOptions, io: Io): Promise<ExitCode> {
  const desk = await openDesk(deskOptions(options, io), io);
  try {
    const report = await measureLabels(
      desk,
      desk.workspace.fromRoot([options.labels])[0] ?? options.labels,
      options.judge,
    );
    if (options.json) io.out(`${JSON.stringify(report, null, 2)}\n`);
    else {
      io.out(
        [
          `${report.judge} on ${report.labels} labelled elements of ${report.images} images, for ${formatUsd(report.costMicroUsd)}:`,
          `agreement  ${describeRate(report.agreement)}`,
          `precision  ${describeRate(report.precision)}  really there, of what it calls placed`,
          `recall     ${describeRate(report.recall)}  called placed, of what is really there`,
          `unsure     ${report.unsure}`,
          ...report.reasons,
          "",
        ].join("\n"),
      );
    }
    return report.labels > report.unsure ? EXIT.done : EXIT.failed;
  } finally {
    await desk.close();
  }
}

function describeRate({ successes, trials, rate, low, high }: RateInterval): string {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  if (rate === undefined) return "none";
  return `${percent(rate)} (${successes} of ${trials}, 95 % interval ${percent(low)} to ${percent(high)})`;
}

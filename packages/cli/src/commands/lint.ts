import { lintAssets, type LintReport } from "@artdesk/core/node";
import type { Colors } from "../host/colors.ts";
import { type CommandOptions, deskOptions } from "../host/command-options.ts";
import { EXIT, type ExitCode } from "../host/exit-code.ts";
import type { Io } from "../host/io.ts";
import { openDesk } from "../host/open-desk.ts";
import { showReportError } from "../show/show-error.ts";

/** `artdesk lint`: what models are known to drop in the prompts. Needs no key and calls nothing. */
export async function lintCommand(
  paths: readonly string[],
  options: CommandOptions & { strict?: boolean },
  io: Io,
  colors: Colors,
): Promise<ExitCode> {
  const desk = await openDesk({ ...deskOptions(options, io), readOnly: true }, io);
  try {
    const report = await lintAssets(desk, paths);
    io.out(options.json ? `${JSON.stringify(report, null, 2)}\n` : showLint(report, colors));
    if (report.problems.length > 0) return EXIT.invalid;
    return options.strict && report.totals.advised > 0 ? EXIT.stale : EXIT.done;
  } finally {
    await desk.close();
  }
}

function showLint({ assets, problems, totals }: LintReport, colors: Colors): string {
  const lines = problems.map((problem) => showReportError(problem, colors));
  for (const { id, file, line, advice } of assets) {
    for (const { message } of advice) lines.push(`${colors.yellow("!")} ${file}:${line} ${id}: ${message}\n`);
  }
  const mistakes = totals.problems === 0 ? "" : `; ${totals.problems} with mistakes`;
  lines.push(
    totals.advised === 0
      ? `${colors.green("✓")} ${totals.assets} ${totals.assets === 1 ? "prompt says" : "prompts say"} what models need${mistakes}.\n`
      : `${totals.advised} of ${totals.assets} prompts could say more${mistakes}.\n`,
  );
  return lines.join("");
}

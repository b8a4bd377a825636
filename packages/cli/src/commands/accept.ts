import { acceptAssets } from "@artdesk/core/node";
import type { Colors } from "../host/colors.ts";
import { type CommandOptions, deskOptions } from "../host/command-options.ts";
import { EXIT, type ExitCode } from "../host/exit-code.ts";
import type { Io } from "../host/io.ts";
import { openDesk } from "../host/open-desk.ts";
import { showReportError } from "../show/show-error.ts";

/** `artdesk accept`: takes files that somebody edited or made as the images of their assets. Buys nothing. */
export async function acceptCommand(
  paths: readonly string[],
  options: CommandOptions,
  io: Io,
  colors: Colors,
): Promise<ExitCode> {
  const desk = await openDesk({ ...deskOptions(options, io), readOnly: true }, io);
  try {
    const report = await acceptAssets(desk, paths);
    if (options.json) io.out(`${JSON.stringify(report, null, 2)}\n`);
    else {
      for (const { id, outputs } of report.accepted) {
        io.out(`${colors.green("✓")} ${id}: ${outputs.join(", ")} is accepted as it is.\n`);
      }
      for (const problem of report.problems) io.out(showReportError(problem, colors));
      if (report.accepted.length + report.problems.length === 0) io.out("Nothing to accept: no file was edited.\n");
    }
    return report.problems.length > 0 ? EXIT.invalid : EXIT.done;
  } finally {
    await desk.close();
  }
}

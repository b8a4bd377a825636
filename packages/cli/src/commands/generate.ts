import { generateAssets } from "@artdesk/core/node";
import type { Colors } from "../host/colors.ts";
import { type CommandOptions, deskOptions } from "../host/command-options.ts";
import { EXIT, type ExitCode, exitCodeOfAll } from "../host/exit-code.ts";
import { interruptSignals } from "../host/interrupt-signals.ts";
import type { Io } from "../host/io.ts";
import { openDesk } from "../host/open-desk.ts";
import { generateProgress } from "../show/generate-progress.ts";
import { showGenerate } from "../show/show-generate.ts";

export interface GenerateCommandOptions extends CommandOptions {
  keepGoing?: boolean;
  force?: boolean;
  /** False by `--no-wait`. */
  wait?: boolean;
}

/** `artdesk generate`: makes what is new, changed or missing. The first Ctrl-C lets paid calls finish, the second cuts them off. */
export async function generateCommand(
  paths: readonly string[],
  options: GenerateCommandOptions,
  io: Io,
  colors: Colors,
): Promise<ExitCode> {
  const desk = await openDesk(deskOptions(options, io), io);
  const interrupts = interruptSignals(io);
  try {
    const report = await generateAssets(desk, {
      paths,
      keepGoing: options.keepGoing ?? false,
      force: options.force ?? false,
      lockWaitMs: options.wait === false ? 0 : undefined,
      stop: interrupts.stop,
      signal: interrupts.abort,
      onProgress: generateProgress(io, colors),
    });
    io.live("");
    io.out(options.json ? `${JSON.stringify(report, null, 2)}\n` : showGenerate(report, colors));
    const code = exitCodeOfAll(report.assets.flatMap((asset) => asset.error?.code ?? []));
    return code === EXIT.done && interrupts.stop.aborted && report.totals.skipped > 0 ? EXIT.failed : code;
  } finally {
    interrupts.ignore();
    await desk.close();
  }
}

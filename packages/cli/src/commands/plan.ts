import { planAssets } from "@artdesk/core/node";
import type { Colors } from "../host/colors.ts";
import { type CommandOptions, deskOptions } from "../host/command-options.ts";
import { type ExitCode, exitCodeOfAll } from "../host/exit-code.ts";
import type { Io } from "../host/io.ts";
import { openDesk } from "../host/open-desk.ts";
import { showPlan } from "../show/show-plan.ts";

/** `artdesk plan`: what would be made, by which model, why and for how much. Calls nothing. */
export async function planCommand(
  paths: readonly string[],
  options: CommandOptions,
  io: Io,
  colors: Colors,
): Promise<ExitCode> {
  const desk = await openDesk({ ...deskOptions(options, io), readOnly: true }, io);
  try {
    const report = await planAssets(desk, paths);
    io.out(options.json ? `${JSON.stringify(report, null, 2)}\n` : showPlan(report, colors));
    return exitCodeOfAll(report.assets.flatMap((asset) => asset.error?.code ?? []));
  } finally {
    await desk.close();
  }
}

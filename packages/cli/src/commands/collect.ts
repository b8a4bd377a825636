import { collectBatches } from "@artdesk/core/node";
import type { Colors } from "../host/colors.ts";
import { type CommandOptions, deskOptions } from "../host/command-options.ts";
import { EXIT, type ExitCode, exitCodeOfAll } from "../host/exit-code.ts";
import type { Io } from "../host/io.ts";
import { openDesk } from "../host/open-desk.ts";
import { showCollect } from "../show/show-collect.ts";

/** `artdesk collect`: fetches what batches have made. Ends with 4 while a batch still runs. */
export async function collectCommand(options: CommandOptions, io: Io, colors: Colors): Promise<ExitCode> {
  const desk = await openDesk(deskOptions(options, io), io);
  try {
    const report = await collectBatches(desk);
    io.out(options.json ? `${JSON.stringify(report, null, 2)}\n` : showCollect(report, colors));
    const code = exitCodeOfAll(report.failed.map(({ error }) => error.code));
    if (code !== EXIT.done) return code;
    return report.waiting.length > 0 ? EXIT.stale : EXIT.done;
  } finally {
    await desk.close();
  }
}

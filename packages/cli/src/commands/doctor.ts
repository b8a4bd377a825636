import { diagnose } from "@artdesk/core/node";
import type { Colors } from "../host/colors.ts";
import { type CommandOptions, deskOptions } from "../host/command-options.ts";
import { EXIT, type ExitCode } from "../host/exit-code.ts";
import type { Io } from "../host/io.ts";

/** `artdesk doctor`: looks at configuration, keys, ledger and workspace; with `--live` asks each provider for its models, which is free. */
export async function doctorCommand(
  options: CommandOptions & { live?: boolean },
  io: Io,
  colors: Colors,
): Promise<ExitCode> {
  const findings = await diagnose({ ...deskOptions(options, io), live: options.live ?? false });
  if (options.json) io.out(`${JSON.stringify({ findings }, null, 2)}\n`);
  else {
    const marks = { ok: colors.green("✓"), warning: colors.yellow("!"), failed: colors.red("✗") };
    for (const { state, subject, message, hint } of findings) {
      io.out(`${marks[state]} ${subject}: ${message}\n${hint ? `    ${colors.dim(hint)}\n` : ""}`);
    }
    if (!options.live)
      io.out(
        colors.dim("Nothing was called. `artdesk doctor --live` asks each provider that has a key (free of charge).\n"),
      );
  }
  return findings.some((finding) => finding.state === "failed") ? EXIT.failed : EXIT.done;
}

import { checkAssets, openAssetDesk } from "@artdesk/core/node";
import type { Colors } from "../colors.ts";
import { type CommandOptions, deskOptions } from "../command-options.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { showReportError } from "../show/show-error.ts";

/** `artdesk check`: fails when an image is not what its prompt file says. Needs no key and calls nothing. */
export async function checkCommand(
  paths: readonly string[],
  options: CommandOptions,
  io: Io,
  colors: Colors,
): Promise<ExitCode> {
  const desk = await openAssetDesk({ ...deskOptions(options, io), readOnly: true });
  try {
    const report = await checkAssets(desk, paths);
    const { totals } = report;
    if (options.json) io.out(`${JSON.stringify(report, null, 2)}\n`);
    else {
      for (const asset of report.assets) {
        if (asset.error) io.out(showReportError(asset.error, colors));
        else if (asset.status !== "unchanged") io.out(`${colors.yellow("!")} ${asset.id}: ${asset.why}\n`);
      }
      for (const orphan of report.orphans)
        io.out(`${colors.yellow("!")} ${orphan}: its prompt file is gone; delete the lock entry.\n`);
      const stale = totals.stale + totals.orphans;
      io.out(
        stale + totals.invalid === 0
          ? `${colors.green("✓")} All ${totals.assets} assets are up to date.\n`
          : `${stale} stale, ${totals.invalid} with mistakes, of ${totals.assets} assets. Run: artdesk generate\n`,
      );
    }
    if (totals.invalid > 0) return EXIT.invalid;
    return totals.stale + totals.orphans > 0 ? EXIT.stale : EXIT.done;
  } finally {
    await desk.close();
  }
}

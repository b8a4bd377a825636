import { ArtdeskError } from "@artdesk/core";
import { checkAssets, type CheckReport } from "@artdesk/core/node";
import type { Colors } from "../host/colors.ts";
import { type CommandOptions, deskOptions } from "../host/command-options.ts";
import { EXIT, type ExitCode } from "../host/exit-code.ts";
import type { Io } from "../host/io.ts";
import { openDesk } from "../host/open-desk.ts";
import { showReportError } from "../show/show-error.ts";

/** `artdesk check`: fails when an image is not what its prompt file says. Needs no key and calls nothing. */
export async function checkCommand(
  paths: readonly string[],
  options: CommandOptions,
  io: Io,
  colors: Colors,
): Promise<ExitCode> {
  const desk = await openDesk({ ...deskOptions(options, io), readOnly: true }, io);
  try {
    const report = await checkAssets(desk, paths);
    const { totals } = report;
    if (totals.assets === 0 && totals.orphans === 0 && desk.workspace.config.prompts.length > 0) {
      throw nothingChecked(desk.workspace);
    }
    if (options.json) io.out(`${JSON.stringify(report, null, 2)}\n`);
    else {
      for (const asset of report.assets) {
        if (asset.error) io.out(showReportError(asset.error, colors));
        else if (asset.status !== "unchanged") io.out(`${colors.yellow("!")} ${asset.id}: ${asset.why}\n`);
      }
      for (const orphan of report.orphans)
        io.out(`${colors.yellow("!")} ${orphan}: its prompt file is gone; delete the lock entry.\n`);
      io.out(headline(report, colors));
    }
    if (totals.invalid > 0) return EXIT.invalid;
    return totals.stale + totals.orphans > 0 ? EXIT.stale : EXIT.done;
  } finally {
    await desk.close();
  }
}

function headline({ totals, assets: checked }: CheckReport, colors: Colors): string {
  const { assets, stale, invalid, orphans } = totals;
  // In their place stands a file that a person made or changed: they wait for a word.
  const ofPeople = checked.filter(({ status }) => status === "edited_output" || status === "own_output").length;
  if (stale + orphans + invalid === 0)
    return `${colors.green("✓")} ${assets === 1 ? "The one asset is" : `All ${assets} assets are`} up to date.\n`;
  const next = [
    ...(stale > ofPeople || orphans + invalid > 0 ? ["Run: artdesk generate"] : []),
    ...(ofPeople > 0 ? [`To keep what people made: artdesk accept`] : []),
  ];
  return `${stale + orphans} stale, ${invalid} with mistakes, of ${assets} assets. ${next.join(". ")}\n`;
}

/** A check that looks at nothing must not be green: mostly it runs in the wrong folder. */
function nothingChecked({ root, config }: { root: string; config: { file: string | undefined } }): ArtdeskError {
  return new ArtdeskError({
    code: "invalid_request",
    shortMessage: `Nothing was checked: ${root} has ${config.file === undefined ? "neither artdesk.yml nor prompt files" : "no prompt files"}.`,
    hint: "Run it in the folder of artdesk.yml, or name it with --cwd. Where there are no images on purpose, write `prompts: []` in artdesk.yml.",
  });
}

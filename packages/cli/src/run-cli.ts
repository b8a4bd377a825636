import { isArtdeskError } from "@artdesk/core";
import { Command, CommanderError, Option } from "commander";
import pico from "picocolors";
import { collectIds, withCommonOptions, withUrgency } from "./host/command-options.ts";
import { acceptCommand } from "./commands/accept.ts";
import { budgetCommand, rebuildCommand, reconcileCommand } from "./commands/budget.ts";
import { draftCommand, finalCommand, refineCommand } from "./commands/chain.ts";
import { compareCommand } from "./commands/compare.ts";
import { checkCommand } from "./commands/check.ts";
import { collectCommand } from "./commands/collect.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { finishCommand } from "./commands/finish.ts";
import { generateCommand } from "./commands/generate.ts";
import { initCommand } from "./commands/init.ts";
import { lintCommand } from "./commands/lint.ts";
import { JUDGE_IDS, judgeCommand } from "./commands/judge.ts";
import { modelsCommand } from "./commands/models.ts";
import { planCommand } from "./commands/plan.ts";
import { reportCommand } from "./commands/report.ts";
import { EXIT, type ExitCode, exitCodeOf } from "./host/exit-code.ts";
import type { Io } from "./host/io.ts";
import { reportErrorOf, showReportError, usageReportError } from "./show/show-error.ts";

/** Runs one command line. Resolves to the process exit code; never throws. */
export async function runCli(args: readonly string[], io: Io): Promise<ExitCode> {
  const colors = pico.createColors(io.color);
  let code: ExitCode = EXIT.done;
  const finish = async (result: Promise<ExitCode> | ExitCode): Promise<void> => {
    code = await result;
  };
  const program = new Command("artdesk")
    .description(
      "Makes images from committed prompt files: the right model for each, inside a budget that cannot be overspent.",
    )
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.note(text) })
    .showSuggestionAfterError()
    .showHelpAfterError("Run `artdesk --help` for the commands.");

  program
    .command("init")
    .description("write artdesk.yml and a first prompt file")
    .option("--cwd <dir>", "work in this folder instead of the current one")
    .option("--json", "print one JSON document on standard output")
    .action((options) => finish(initCommand(options, io)));
  withUrgency(withCommonOptions(program.command("plan")))
    .description("show what would be made, by which model, why and for how much; calls nothing")
    .argument("[paths...]", "prompt files or folders")
    .action((paths, options) => finish(planCommand(paths, options, io, colors)));
  withUrgency(withCommonOptions(program.command("generate")))
    .description("make what is new, changed or missing")
    .argument("[paths...]", "prompt files or folders")
    .option("--keep-going", "go on with the other assets after a failure or a mistake in a file")
    .option("--force", "make unchanged assets again, too")
    .option("--deadline <when>", "start no call later: minutes from now, or a time; `low` does not wait beyond it")
    .option("--no-wait", "fail at once when another run is working in this folder, instead of waiting for it")
    .option("--yes", "accepted for scripts; generate never asks")
    .action((paths, options) => finish(generateCommand(paths, options, io, colors)));
  withCommonOptions(program.command("collect"))
    .description("fetch what batches have made (`urgency: batch`); ends with 4 while one still runs")
    .action((options) => finish(collectCommand(options, io, colors)));
  withCommonOptions(program.command("draft"))
    .description("make cheap drafts of one image and a page to pick from; those that are there are not bought again")
    .argument("<file>", "prompt file, or the asset's id")
    .option("--count <n>", "how many drafts there are to be, 1 to 10", "4")
    .option("--more", "make that many more, however many there are")
    .option("--no-wait", "fail at once when another run is working in this folder, instead of waiting for it")
    .action((asset, options) => finish(draftCommand(asset, options, io, colors)));
  withCommonOptions(program.command("refine"))
    .description("change one draft in words, on the cheap model; corrections add up in order")
    .argument("<asset>", "the asset's id, or its prompt file")
    .argument("[correction]", 'what to change, for example "more shadow under the left cheekbone"')
    .option("--pick <n>", "number of the image to change (default: the newest refinement, else the first draft)")
    .option("--no-wait", "fail at once when another run is working in this folder, instead of waiting for it")
    .action((asset, correction, options) => finish(refineCommand(asset, correction, options, io, colors)));
  withCommonOptions(program.command("final"))
    .description("make the image itself from a draft, on a premium model with the pick as reference")
    .argument("<asset>", "the asset's id, or its prompt file")
    .option("--pick <n>", "number of the draft or refinement (default: the newest refinement)")
    .option("--force", "make it again, also over a file that was edited by hand")
    .option("--no-wait", "fail at once when another run is working in this folder, instead of waiting for it")
    .action((asset, options) => finish(finalCommand(asset, options, io, colors)));
  program
    .command("finish")
    .description("cut files of exact pixels, format and weight from an image that is there; nothing is paid")
    .argument("[image]", "the image")
    .argument("[outputs...]", "presets or pixels, with a format behind a dot: og, 1080x1350, favicon, 1600x900.avif")
    .option("--list", "list the presets with their pixels and sources")
    .option("--format <name>", "png, jpeg, webp or avif, for outputs that name none")
    .option("--fit <how>", "cover (cuts), contain (transparent or white margins) or pad (margins in the edge's colour)")
    .option("--focus <where>", "what a cut keeps: auto, center, or x,y as shares from 0 to 1", "auto")
    .option("--max-kb <n>", "most that a file may weigh, in kB")
    .option("--quality <n>", "1 to 100 (default: 82, avif 55)")
    .option("--out <dir>", "folder for the files (default: beside the image)")
    .option("--alt <text>", "text for readers who do not see the image, written into the files")
    .addOption(
      new Option("--disclosure <how>", "`off`: no file says that a trained model made it").choices(["auto", "off"]),
    )
    .option("--force", "write over files that are there")
    .option("--cwd <dir>", "work in this folder instead of the current one")
    .option("--json", "print one JSON document on standard output")
    .action((image, outputs, options) => finish(finishCommand(image, outputs, options, io, colors)));
  withCommonOptions(program.command("check"))
    .description("fail when an image is not what its prompt file says; needs no key")
    .argument("[paths...]", "prompt files or folders")
    .action((paths, options) => finish(checkCommand(paths, options, io, colors)));
  withCommonOptions(program.command("accept"))
    .description("take files that somebody edited or made as the images of their assets; buys nothing")
    .argument("[assets...]", "prompt files, folders or ids of assets; all that were edited when absent")
    .action((paths, options) => finish(acceptCommand(paths, options, io, colors)));
  withCommonOptions(program.command("lint"))
    .description("say what models are known to drop in the prompts; needs no key")
    .argument("[paths...]", "prompt files or folders")
    .option("--strict", "exit 4 when a prompt could say more")
    .action((paths, options) => finish(lintCommand(paths, options, io, colors)));
  withCommonOptions(program.command("compare"))
    .description("make the same prompt with several models, and compare what is in the images")
    .argument("<paths...>", "prompt files")
    .requiredOption(
      "--models <ids>",
      "models by id or alias, MODEL@QUALITY for one quality (commas or repeated)",
      collectIds,
    )
    .option("--attempts <n>", "images per model, 1 to 10", "5")
    .action((paths, options) => finish(compareCommand(paths, options, io, colors)));
  withCommonOptions(program.command("judge"))
    .description("measure a judge on images that you have labelled")
    .requiredOption("--labels <file>", "JSON lines: image, elements with q and label")
    .option("--judge <id>", JUDGE_IDS.join(", "), JUDGE_IDS[0])
    .action((options) => finish(judgeCommand(options, io)));
  program
    .command("models")
    .description("list the catalogue: prices, tiers and their evidence, lifecycle, sources")
    .argument("[names...]", "only these models, by id, name or alias; retired names are explained")
    .option("--operation <name>", "only models that generate, edit or upscale")
    .option("--provider <id>", "only this provider (repeatable)", collectIds)
    .option("--max-price <usd>", "only models with an image at this price or below, in USD")
    .option("--check", "compare with what the providers' own lists say today (free); exit 4 when something differs")
    .option("--cwd <dir>", "work in this folder instead of the current one")
    .option("--config <file>", "configuration file (default: artdesk.yml)")
    .option("--json", "print one JSON document on standard output")
    .action((names, options) => finish(modelsCommand(names, options, io)));
  const budget = withCommonOptions(program.command("budget"))
    .description("show what is spent, reserved, possibly billed and left")
    .option("--month <YYYY-MM>", "another month (UTC)")
    .action((options) => finish(budgetCommand(options, io)));
  withCommonOptions(budget.command("reconcile"))
    .description("say what a possibly billed call did cost")
    .argument("[ids...]", "ids that `artdesk budget` lists")
    .option("--all", "every possibly billed call that `artdesk budget` lists")
    .option("--cost <usd>", "what the provider charged for each, 0 for nothing")
    .action((ids, options) => finish(reconcileCommand(ids, { ...budget.opts(), ...options }, io)));
  withCommonOptions(budget.command("rebuild"))
    .description("start new books where the ledger is gone: what the lock entries cost counts as spent this month")
    .option("--spent <usd>", "what the providers' statements say was spent this month, instead")
    .action((options) => finish(rebuildCommand({ ...budget.opts(), ...options }, io)));
  withCommonOptions(program.command("report"))
    .description("sum up the ledger, failed and refused attempts included")
    .option("--by <what>", "client, campaign, model, asset, day, or any tag name", "model")
    .option("--month <YYYY-MM>", "another month (UTC)")
    .option("--csv", "print CSV")
    .action((options) => finish(reportCommand(options, io)));
  withCommonOptions(program.command("doctor"))
    .description("look at configuration, keys, ledger and workspace")
    .option("--live", "also ask each provider that has a key for its models (free)")
    .action((options) => finish(doctorCommand(options, io, colors)));

  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    io.live("");
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    const wantsJson = args.includes("--json");
    if (error instanceof CommanderError) {
      // Commander has told people already; a script gets its document all the same.
      if (wantsJson) io.out(`${JSON.stringify({ error: usageReportError(error) }, null, 2)}\n`);
      return EXIT.invalid;
    }
    const shown = reportErrorOf(error);
    if (wantsJson) io.out(`${JSON.stringify({ error: shown }, null, 2)}\n`);
    else io.note(showReportError(shown, colors));
    return isArtdeskError(error) ? exitCodeOf(error.code) : EXIT.failed;
  }
}

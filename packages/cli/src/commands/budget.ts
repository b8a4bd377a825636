import { ArtdeskError, formatUsd, usdToMicroUsd } from "@artdesk/core";
import { rebuildLedger } from "@artdesk/core/node";
import { type CommandOptions, deskOptions } from "../host/command-options.ts";
import { EXIT, type ExitCode } from "../host/exit-code.ts";
import type { Io } from "../host/io.ts";
import { openDesk } from "../host/open-desk.ts";
import { showBudget } from "../show/show-budget.ts";
import { showTable } from "../show/show-table.ts";

export interface BudgetCommandOptions extends CommandOptions {
  month?: string;
}

/** `artdesk budget`: spent, reserved, unknown and left per scope. */
export async function budgetCommand(options: BudgetCommandOptions, io: Io): Promise<ExitCode> {
  const desk = await openDesk({ ...deskOptions(options, io), readOnly: true }, io);
  try {
    const { ledger } = desk.artdesk;
    for (const warning of desk.warnings) io.note(`! ${warning}\n`);
    await ledger.sweep();
    const balances = (await ledger.balances(options.month)).filter((balance) => !balance.scope.startsWith("run:"));
    const lines = options.month === undefined ? await ledger.outstanding() : await ledger.entries(options.month);
    const unknown = lines.filter((entry) => entry.state === "unknown");
    if (options.json) {
      io.out(`${JSON.stringify({ balances, unknown }, null, 2)}\n`);
      return EXIT.done;
    }
    io.out(showBudget(balances));
    if (unknown.length > 0) {
      io.out("\nPossibly billed, counted until you say what the provider charged:\n");
      io.out(
        showTable(
          [
            { head: "id", maxWidth: 40 },
            { head: "asset", maxWidth: 40 },
            { head: "model" },
            { head: "counted", align: "right" },
            { head: "at" },
          ],
          unknown.map((entry) => [
            entry.id,
            entry.subject,
            entry.model,
            formatUsd(entry.microUsd),
            new Date(entry.atMs).toISOString(),
          ]),
        ),
      );
      io.out(
        [
          "",
          "Look at the provider's usage page, then say for each:",
          "  it was billed:      artdesk budget reconcile ID --cost USD   counts what it cost",
          "  it was not billed:  artdesk budget reconcile ID --cost 0     frees the money; the image will be made again",
          "",
        ].join("\n"),
      );
    }
    return EXIT.done;
  } finally {
    await desk.close();
  }
}

/** `artdesk budget reconcile ID --cost USD`: says what a possibly billed call did cost. */
export async function reconcileCommand(
  ids: readonly string[],
  options: CommandOptions & { cost?: string; all?: boolean },
  io: Io,
): Promise<ExitCode> {
  const costMicroUsd = options.cost === undefined ? undefined : usdToMicroUsd(options.cost);
  if (costMicroUsd === undefined || (ids.length === 0 && !options.all)) {
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: "`reconcile` wants an id (or --all) and what the provider charged for each.",
      hint: "`--cost 0.041` counts what it cost, `--cost 0` says that it was not billed: the money is free, and the image will be made again. `artdesk budget` lists the ids.",
    });
  }
  const desk = await openDesk(deskOptions(options, io), io);
  try {
    const calls = await desk.artdesk.reconcile(options.all ? "all" : ids, costMicroUsd);
    const wanted = calls.map(({ id }) => id);
    if (options.json) io.out(`${JSON.stringify({ reconciled: wanted, costMicroUsd }, null, 2)}\n`);
    else io.out(`Booked ${formatUsd(costMicroUsd)} for each of: ${wanted.join(", ") || "nothing"}.\n`);
    return EXIT.done;
  } finally {
    await desk.close();
  }
}

/** `artdesk budget rebuild`: starts new books on purpose where the ledger is gone. */
export async function rebuildCommand(options: CommandOptions & { spent?: string }, io: Io): Promise<ExitCode> {
  const spentMicroUsd = options.spent === undefined ? undefined : usdToMicroUsd(options.spent.replace(/^\$/, ""));
  if (options.spent !== undefined && spentMicroUsd === undefined) {
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: `--spent ${JSON.stringify(options.spent)} is not an amount in USD.`,
      hint: "Write what the providers' statements say was spent this month, such as --spent 2.50, or 0.",
    });
  }
  const report = await rebuildLedger({ ...deskOptions(options, io), spentMicroUsd });
  if (options.json) io.out(`${JSON.stringify(report, null, 2)}\n`);
  else {
    const from = report.images === 0 ? "" : `, for ${report.images} images that lock entries name`;
    io.out(`New books are kept from now on. Spent in ${report.month}: ${formatUsd(report.costMicroUsd)}${from}.\n`);
  }
  return EXIT.done;
}

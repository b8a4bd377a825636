import { formatUsd, reportCsv, reportEntries } from "@artdesk/core";
import { listChains } from "@artdesk/core/node";
import { deskOptions } from "../host/command-options.ts";
import { EXIT, type ExitCode } from "../host/exit-code.ts";
import type { Io } from "../host/io.ts";
import { openDesk } from "../host/open-desk.ts";
import { showChains } from "../show/show-chains.ts";
import { showTable } from "../show/show-table.ts";
import type { BudgetCommandOptions } from "./budget.ts";

/** `artdesk report`: the month's books by client, campaign, model, asset, day or any tag, and what each chain of drafts cost. */
export async function reportCommand(
  options: BudgetCommandOptions & { by: string; csv?: boolean },
  io: Io,
): Promise<ExitCode> {
  const desk = await openDesk({ ...deskOptions(options, io), readOnly: true }, io);
  try {
    const entries = await desk.artdesk.ledger.entries(options.month);
    const rows = reportEntries(entries, options.by);
    const { chains, warnings } = await listChains(desk);
    for (const warning of warnings) io.note(`! ${warning}\n`);
    if (options.json) io.out(`${JSON.stringify({ by: options.by, rows, chains }, null, 2)}\n`);
    else if (options.csv) io.out(reportCsv(rows, options.by));
    else {
      io.out(
        showTable(
          [
            { head: options.by, maxWidth: 40 },
            { head: "images", align: "right" },
            { head: "attempts", align: "right" },
            { head: "refused", align: "right" },
            { head: "failed", align: "right" },
            { head: "unknown", align: "right" },
            { head: "cost", align: "right" },
          ],
          rows.map((row) => [
            row.key,
            String(row.images),
            String(row.attempts),
            String(row.refused),
            String(row.failed),
            String(row.unknown),
            formatUsd(row.costMicroUsd),
          ]),
        ),
      );
      if (chains.length > 0) io.out(`\n${showChains(chains)}`);
    }
    return EXIT.done;
  } finally {
    await desk.close();
  }
}

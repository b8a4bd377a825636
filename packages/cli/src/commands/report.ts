import { formatUsd, reportCsv, reportEntries } from "@artdesk/core";
import { openAssetDesk } from "@artdesk/core/node";
import { deskOptions } from "../command-options.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { showTable } from "../show/show-table.ts";
import type { BudgetCommandOptions } from "./budget.ts";

/** `artdesk report`: the month's books by client, campaign, model, day or any tag. */
export async function reportCommand(
  options: BudgetCommandOptions & { by: string; csv?: boolean },
  io: Io,
): Promise<ExitCode> {
  const desk = await openAssetDesk({ ...deskOptions(options, io), readOnly: true });
  try {
    const entries = await desk.artdesk.ledger.entries(options.month);
    const rows = reportEntries(entries, options.by);
    if (options.json) io.out(`${JSON.stringify({ by: options.by, rows }, null, 2)}\n`);
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
    }
    return EXIT.done;
  } finally {
    await desk.close();
  }
}

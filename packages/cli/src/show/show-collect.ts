import { formatUsd } from "@artdesk/core";
import type { CollectReport } from "@artdesk/core/node";
import type { Colors } from "../host/colors.ts";
import { showReportError } from "./show-error.ts";

/** What came out of the batches, for people. */
export function showCollect(report: CollectReport, colors: Colors): string {
  const parts: string[] = [];
  for (const id of report.collected) parts.push(`${colors.green("✓")} ${id}: collected.`);
  for (const { id, error } of report.failed) parts.push(`${id}: ${showReportError(error, colors)}`.trimEnd());
  for (const { batch, provider, assets, state } of report.waiting) {
    const images = `${assets.length} ${assets.length === 1 ? "asset" : "assets"}`;
    parts.push(
      `${colors.cyan("…")} ${batch} (${provider}, ${images}) is not done yet: ${state}. Run artdesk collect again later.`,
    );
  }
  for (const warning of report.warnings) parts.push(`${colors.yellow("!")} ${warning}`);
  if (parts.length === 0) return "Nothing to collect: no batch is under way.\n";
  return `${parts.join("\n")}\n\n${report.collected.length} collected. Spent ${formatUsd(report.costMicroUsd)}.\n`;
}

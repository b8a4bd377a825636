import { formatUsd } from "@artdesk/core";
import { commandLineWays, type ChainReport, type ChainReportImage } from "@artdesk/core/node";
import type { Colors } from "../host/colors.ts";
import { showBudget } from "./show-budget.ts";
import { showReportError } from "./show-error.ts";
import { showTable } from "./show-table.ts";

/** Drafts, a refinement or a final, for people: what is there, what it cost, and what to do next. */
export function showChain(report: ChainReport, colors: Colors): string {
  const parts: string[] = [];
  if (report.images.length > 0) {
    const numberOf = new Map(report.images.map(({ sha256, number }) => [sha256, number]));
    parts.push(
      showTable(
        [
          { head: "", align: "right" },
          { head: "image", maxWidth: 40 },
          { head: "model", maxWidth: 30 },
          { head: "file", maxWidth: 60 },
        ],
        report.images.map((image) => [
          String(image.number),
          describe(image, numberOf.get(image.parent ?? "")),
          image.model,
          image.path,
        ]),
      ),
    );
  }
  for (const id of report.recovered) parts.push(`${colors.green("✓")} ${id}: finished from a run that was cut off.\n`);
  if (report.error) parts.push(showReportError(report.error, colors));
  for (const warning of report.warnings) parts.push(`${colors.yellow("!")} ${warning}\n`);
  if (report.model !== undefined)
    parts.push(
      `${[report.model, report.quality, report.size].filter(Boolean).join(" ")}: ${report.reasons.join(" ")}\n`,
    );
  parts.push(`${headline(report)}\n`);
  for (const attempt of report.attempts.filter(({ billed }) => billed === "unknown"))
    parts.push(
      `${colors.yellow("!")} Possibly billed: ${formatUsd(attempt.costMicroUsd)} stays counted. ${commandLineWays(attempt.id)}\n`,
    );
  parts.push(showBudget(report.budget.filter((balance) => balance.limitMicroUsd !== undefined)));
  if (report.contactSheet) parts.push(`Contact sheet: ${report.contactSheet}\n`);
  if (report.next.length > 0) parts.push(`Next: ${report.next.join("\n      ")}\n`);
  return parts.filter(Boolean).join("\n");
}

function describe({ kind, correction, isNew }: ChainReportImage, parent: number | undefined): string {
  const what = kind === "draft" ? "draft" : `from ${parent ?? "?"}: ${correction ?? ""}`;
  return isNew ? `${what} (new)` : what;
}

function headline(report: ChainReport): string {
  const { chain } = report;
  const whole = `The chain cost ${formatUsd(chain.costMicroUsd)} so far: ${counted(chain.drafts, "draft")}, ${counted(chain.refinements, "refinement")}, ${counted(chain.finals, "final")}.`;
  if (report.status === "unchanged") {
    const what = { draft: "The drafts are there already", refine: "It is there already", final: "It is made already" };
    const more = { draft: " --more adds some.", refine: "", final: " --force makes it again." };
    return `${what[report.kind]}: nothing was bought.${more[report.kind]} ${whole}`;
  }
  const made = report.kind === "final" ? report.outputs.join(", ") : counted(newImages(report), "new image");
  const failed = report.status === "failed" ? "Failed, with " : "";
  return `${failed}${made} for ${formatUsd(report.costMicroUsd)}. ${whole}`;
}

function newImages({ images }: ChainReport): number {
  return images.filter(({ isNew }) => isNew).length;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

import { formatUsd } from "@artdesk/core";
import { commandLineWays, type GenerateAsset, type GenerateReport } from "@artdesk/core/node";
import type { Colors } from "../host/colors.ts";
import { showBudget } from "./show-budget.ts";
import { showAssetErrors } from "./show-error.ts";
import { showTable } from "./show-table.ts";

/** What a run made, for people: asset, model, why, cost, time; then what went wrong and what is left. */
export function showGenerate(report: GenerateReport, colors: Colors): string {
  const { totals } = report;
  const parts: string[] = [];
  const rows = report.assets
    .filter((asset) => asset.status === "generated" || asset.model !== undefined)
    .map(generateRow);
  if (rows.length > 0) {
    parts.push(
      showTable(
        [
          { head: "asset", maxWidth: 44 },
          { head: "model", maxWidth: 36 },
          { head: "cost", align: "right" },
          { head: "time", align: "right" },
          { head: "why", maxWidth: 64 },
        ],
        rows,
      ),
    );
  }
  const seen = report.assets.flatMap((asset) => verificationLines(asset, colors));
  if (seen.length > 0) parts.push(seen.join(""));
  for (const id of report.recovered) parts.push(`${colors.green("✓")} ${id}: finished from a run that was cut off.\n`);
  parts.push(...showAssetErrors(report.assets, colors));
  for (const warning of report.warnings) parts.push(`${colors.yellow("!")} ${warning}\n`);
  parts.push(`${headline(totals)}\n`);
  if (totals.possiblyBilledMicroUsd > 0) {
    parts.push(
      `${colors.yellow("!")} Possibly billed: ${formatUsd(totals.possiblyBilledMicroUsd)} stays counted. Compare with the provider's usage page, then run:\n`,
      ...report.assets.flatMap(reconcileLines),
    );
  }
  parts.push(showBudget(report.budget.filter((balance) => balance.limitMicroUsd !== undefined)));
  if (report.contactSheet) parts.push(`Contact sheet: ${report.contactSheet}\n`);
  return parts.filter(Boolean).join("\n");
}

/** What a judge saw: what is missing, what was made again, what that saved. */
function verificationLines({ id, verification }: GenerateAsset, colors: Colors): string[] {
  if (!verification) return [];
  const { images, steps, savedMicroUsd, judgeMicroUsd } = verification;
  const missing = new Set(
    images.flatMap(({ elements }) =>
      elements.flatMap(({ element, verdict }) => (verdict === "dropped" ? element : [])),
    ),
  );
  const unsure = images.filter(({ verdict }) => verdict === "unsure").length;
  const chain = steps.map(
    ({ model, quality, images: made, passed }) => `${model} ${quality}: ${passed} of ${made} complete`,
  );
  const saved =
    savedMicroUsd === undefined
      ? ""
      : `, ${formatUsd(Math.abs(savedMicroUsd))} ${savedMicroUsd < 0 ? "more" : "less"} than the best at once`;
  const mark = missing.size > 0 ? colors.yellow("!") : unsure > 0 ? colors.yellow("?") : colors.green("✓");
  const lines = [`${mark} ${id}: ${chain.join(", then ")}; judged for ${formatUsd(judgeMicroUsd)}${saved}.\n`];
  if (missing.size > 0) lines.push(`    missing: ${[...missing].join("; ")}\n`);
  for (const { reason } of images.filter((image) => image.reason !== undefined).slice(0, 1))
    lines.push(`    ${reason}\n`);
  return lines;
}

function reconcileLines(asset: GenerateAsset): string[] {
  return asset.attempts
    .filter((attempt) => attempt.billed === "unknown")
    .map((attempt) => `    ${asset.id}: ${commandLineWays(attempt.id)}\n`);
}

function generateRow(asset: GenerateAsset): string[] {
  return [
    asset.id,
    [asset.model, asset.quality, asset.size].filter(Boolean).join(" "),
    formatUsd(asset.costMicroUsd),
    `${(asset.durationMs / 1000).toFixed(1)} s`,
    asset.reasons.join(" "),
  ];
}

function headline(totals: GenerateReport["totals"]): string {
  if (totals.generated === 0 && totals.failed === 0 && totals.skipped === 0 && totals.submitted === 0) {
    return `Nothing to do: ${totals.unchanged} assets are up to date. No call was made; nothing was spent.`;
  }
  const images = `${totals.images} ${totals.images === 1 ? "image" : "images"}`;
  const parts = [totals.images === 0 ? "Nothing made" : `${totals.generated} made (${images})`];
  if (totals.unchanged > 0) parts.push(`${totals.unchanged} unchanged`);
  if (totals.failed > 0) parts.push(`${totals.failed} failed`);
  if (totals.submitted > 0) parts.push(`${totals.submitted} in batches (artdesk collect)`);
  if (totals.skipped > 0) parts.push(`${totals.skipped} not started`);
  return `${parts.join(", ")}. Spent ${formatUsd(totals.costMicroUsd)}.`;
}

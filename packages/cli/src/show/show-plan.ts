import { formatUsd } from "@artdesk/core";
import type { PlanAsset, PlanReport, ReportOffer } from "@artdesk/core/node";
import type { Colors } from "../host/colors.ts";
import { showBudget } from "./show-budget.ts";
import { showAssetErrors } from "./show-error.ts";
import { showTable } from "./show-table.ts";

/** A plan for people: one line per asset to make, with the reasons and what it costs. */
export function showPlan(report: PlanReport, colors: Colors): string {
  const { totals } = report;
  const toMake = report.assets.filter((asset) => asset.decision !== undefined && asset.error === undefined);
  const rows = toMake.map((asset) => planRow(asset));
  const parts: string[] = [];
  if (rows.length > 0) {
    parts.push(
      showTable(
        [
          { head: "asset", maxWidth: 44 },
          { head: "status", maxWidth: 14 },
          { head: "model", maxWidth: 36 },
          { head: "about", align: "right" },
          { head: "at most", align: "right" },
          { head: "why", maxWidth: 60 },
        ],
        rows,
      ),
    );
  }
  parts.push(...showAssetErrors(report.assets, colors));
  for (const warning of report.warnings) parts.push(`${colors.yellow("!")} ${warning}\n`);
  for (const line of adviceLines(report.assets)) parts.push(`${colors.yellow("!")} ${line}\n`);
  for (const orphan of report.orphans)
    parts.push(`${colors.yellow("!")} ${orphan}: its prompt file is gone; delete the lock entry.\n`);
  parts.push(planHeadline(report));
  if (totals.toMake > 0) parts.push(showBudget(report.budget.filter((balance) => balance.limitMicroUsd !== undefined)));
  return parts.join("\n");
}

/** Each advice once, with the assets that it concerns. */
function adviceLines(assets: readonly PlanAsset[]): string[] {
  const owners = new Map<string, string[]>();
  for (const { id, advice } of assets) {
    for (const { message } of advice) owners.set(message, [...(owners.get(message) ?? []), id]);
  }
  return [...owners].map(([message, ids]) => {
    const others = ids.length > 3 ? ` and ${ids.length - 3} more (artdesk lint lists them)` : "";
    return `${ids.slice(0, 3).join(", ")}${others}: ${message}`;
  });
}

function planRow(asset: PlanAsset): string[] {
  const offer = asset.decision?.offers[0];
  if (!offer) return [asset.id, asset.status, "-", "-", "-", asset.why];
  return [
    asset.id,
    asset.status.replace("_", " "),
    `${describeOffer(offer)}${asset.cutTo === undefined ? "" : `, cut to ${asset.cutTo}`}`,
    formatUsd(offer.estimateMicroUsd),
    formatUsd(offer.worstCaseMicroUsd),
    [batchWords(asset), ...offer.reasons].filter(Boolean).join(" "),
  ];
}

function describeOffer({ model, quality, size, count, steps }: ReportOffer): string {
  const [base] = steps ?? [];
  if (base) return `${model} ${quality} ${base.size}, enlarged to ${size}`;
  return `${model} ${quality} ${size}${count > 1 ? ` x ${count}` : ""}`;
}

/** Both prices and the wait, where a batch is wanted. */
function batchWords({ batch, decision }: PlanAsset): string {
  const offer = decision?.offers[0];
  if (!batch?.isChosen || !offer) return "";
  return `As a batch: about ${formatUsd(batch.estimateMicroUsd)} instead of ${formatUsd(offer.estimateMicroUsd)}, within ${Math.round(batch.waitMs / 3_600_000)} hours.`;
}

function planHeadline({ totals }: PlanReport): string {
  const parts = [`${totals.toMake} of ${totals.assets} assets to make`];
  if (totals.toMake > 0) {
    parts[0] = `${totals.toMake} of ${totals.assets} assets to make (${totals.images} ${totals.images === 1 ? "image" : "images"}), about ${formatUsd(totals.estimateMicroUsd)}, at most ${formatUsd(totals.worstCaseMicroUsd)}`;
  }
  if (totals.unchanged > 0) parts.push(`${totals.unchanged} unchanged`);
  if (totals.blocked > 0) parts.push(`${totals.blocked} cannot be made`);
  if (totals.invalid > 0) parts.push(`${totals.invalid} with mistakes`);
  return `${parts.join("; ")}.\n`;
}
